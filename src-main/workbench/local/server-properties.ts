import type { ClusterHost } from '../../cluster-host/cluster-host.ts'
import { nodeProperties } from '../../cluster-host/cluster-shape.ts'
import type { ClusterShape } from '../../cluster-host/cluster-shape.ts'
import { serverProperties } from '../../cluster-host/server-properties.ts'
import type { LocalProperties, ServerPropertyView } from '../../contract/views/cluster.ts'
import { badInput } from '../failures.ts'

export const propertiesOf = (host: Pick<ClusterHost, 'shape' | 'runningWithOthers'>): LocalProperties => ({
  properties: serverPropertyViews(host.shape),
  runningWithOthers: host.runningWithOthers(),
})

/** Each with the value that a broker would start with now, and who said so. */
export function serverPropertyViews(shape: ClusterShape): ServerPropertyView[] {
  const inForce = nodeProperties(shape, 1)
  const sourceOf = (name: string): ServerPropertyView['source'] => {
    if (shape.overrides[name] !== undefined) return 'command-line'
    if (shape.chosen?.[name] !== undefined) return 'settings'
    return inForce.has(name) ? 'app' : 'default'
  }
  return serverProperties.map(definition => ({
    ...definition,
    value: inForce.get(definition.name) ?? definition.defaultValue,
    source: sourceOf(definition.name),
  }))
}

/** What the settings choose then. Throws BAD_INPUT for what the command line has said already: it would change nothing. */
export function chosenAfter(
  shape: ClusterShape,
  set: Readonly<Record<string, string>>,
  reset: readonly string[],
): Record<string, string> {
  const given = Object.keys(set).find(name => shape.overrides[name] !== undefined)
  if (given !== undefined)
    throw badInput(`${given} is given on the command line`, 'Start without that --override to choose it here.')
  const kept = Object.entries({ ...shape.chosen, ...set }).filter(([name]) => !reset.includes(name))
  return Object.fromEntries(kept)
}
