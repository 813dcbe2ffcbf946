import { describeFeatures } from '../../broker-core/client/admin/cluster.ts'
import type { BrokerFeatures } from '../../broker-core/client/admin/cluster.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { metadataFeature } from '../../broker-core/controller/feature-levels.ts'
import { metadataVersions } from '../../broker-core/controller/metadata-version.ts'
import type { ClusterFeatures, FeatureLevel, FeatureView } from '../contract/views/cluster.ts'
import { reasonOf } from './failures.ts'
import { inTurns } from './in-turns.ts'

const brokersAtOnce = 16

export interface FeatureSources {
  readonly client: KafkaClient
  readonly nowMs: () => number
  readonly signal: AbortSignal
}

/** Asks every broker: in the midst of an upgrade they support different levels. Throws when none answers. */
export async function clusterFeatures({ client, nowMs, signal }: FeatureSources): Promise<ClusterFeatures> {
  const { brokers } = await client.refresh([], { signal, timeoutMs: 10_000 })
  const missing: string[] = []
  let failure: unknown
  const answers = await inTurns([...brokers.keys()], brokersAtOnce, async nodeId => {
    try {
      return await describeFeatures(client, { to: 'broker', nodeId }, { signal, timeoutMs: 3_000 })
    } catch (error) {
      signal.throwIfAborted()
      failure = error
      missing.push(`broker ${nodeId} (${reasonOf(error)})`)
      return undefined
    }
  })
  const told = answers.filter(answer => answer !== undefined)
  if (told.length === 0 && failure !== undefined) throw failure
  return { asOfMs: nowMs(), features: featureViews(told), missing: missing.sort() }
}

type Told = Pick<BrokerFeatures, 'finalized' | 'finalizedEpoch' | 'supported'>

/** The two that everything else stands on first, the others by name. */
export function featureViews(told: readonly Told[]): FeatureView[] {
  const latest = told.reduce<Told | undefined>(
    (newest, it) => (newest === undefined || it.finalizedEpoch > newest.finalizedEpoch ? it : newest),
    undefined,
  )
  const names = new Set(told.flatMap(it => [...it.finalized.keys(), ...it.supported.keys()]))
  return [...names].sort(byRank).map(name => {
    const ranges = told.map(it => it.supported.get(name))
    return {
      name,
      finalized: levelOf(name, latest?.finalized.get(name) ?? 0),
      supported: inCommon(name, ranges),
      isMixed: new Set(ranges.map(range => `${range?.min} ${range?.max}`)).size > 1,
    }
  })
}

const leading = [metadataFeature, 'kraft.version']
const rank = (name: string) => (leading.includes(name) ? leading.indexOf(name) : leading.length)
const byRank = (a: string, b: string): number => rank(a) - rank(b) || (a < b ? -1 : 1)

type Range = { readonly min: number; readonly max: number } | undefined

/** A broker that does not know the feature supports no level of it but 0. */
function inCommon(name: string, ranges: readonly Range[]): FeatureView['supported'] {
  const known = ranges.filter(range => range !== undefined)
  if (known.length === 0) return null
  const all = known.length < ranges.length ? [...known, { min: 0, max: 0 }] : known
  const [min, max] = [Math.max(...all.map(range => range.min)), Math.min(...all.map(range => range.max))]
  return min > max ? null : { min: levelOf(name, min), max: levelOf(name, max) }
}

/** metadata.version from 7 on, which is the oldest that Kafka 4 can be upgraded from, up to where our own brokers begin. */
const olderNames = [
  ...['3.3-IV3', '3.4-IV0', '3.5-IV0', '3.5-IV1', '3.5-IV2', '3.6-IV0', '3.6-IV1', '3.6-IV2', '3.7-IV0', '3.7-IV1'],
].map((name, at) => ({ level: at + 7, name }))
const namesByLevel = new Map([...olderNames, ...metadataVersions].map(({ level, name }) => [level, name]))

const levelOf = (feature: string, level: number): FeatureLevel => ({
  level,
  name: feature === metadataFeature ? (namesByLevel.get(level) ?? null) : null,
})
