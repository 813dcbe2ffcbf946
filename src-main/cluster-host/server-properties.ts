import { brokerConfigEntry, brokerConfigTable } from '../../broker-core/model/broker-config-table.ts'
import { topicConfig, topicConfigsProblem } from '../../broker-core/model/topic-configs.ts'
import type { ConfigDefinition } from '../contract/views/topics.ts'
import { ownProperties } from './cluster-shape.ts'
import { serverPropertyDocs } from './server-property-docs.ts'

/** The server properties that a person can give all brokers of the embedded cluster. From the brokers' own tables, with their bounds. */
export const serverProperties: readonly ConfigDefinition[] = Object.keys(brokerConfigTable)
  .filter(name => !ownProperties.includes(name))
  .flatMap(name => definitionOf(name) ?? [])
  .sort((a, b) => (a.name < b.name ? -1 : 1))

/** Undefined for one that nobody described: it can be given on the command line. */
function definitionOf(name: string): ConfigDefinition | undefined {
  const entry = brokerConfigEntry(name)
  const topic = entry?.topicName === undefined ? undefined : topicConfig(entry.topicName)
  const doc = topic === undefined ? serverPropertyDocs[name] : `For topics that do not say ${topic.name} themselves. ${topic.doc}`
  if (entry === undefined || doc === undefined) return undefined
  const type = entry.type === 'short' ? 'int' : entry.type
  if (type === 'class' || type === 'password') return undefined
  return {
    name,
    type,
    defaultValue: entry.fallback,
    documentation: doc,
    choices: topic?.oneOf ?? (type === 'boolean' ? ['true', 'false'] : null),
    minimum: topic?.min ?? entry.min ?? null,
    maximum: topic?.max ?? null,
  }
}

/** Why no broker should get these; undefined when all of them can be. Whether a broker starts with them, `brokerConfig` says beside this. */
export function serverPropertiesProblem(values: Readonly<Record<string, string>>): string | undefined {
  const ofTopics: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    const definition = serverProperties.find(known => known.name === name)
    if (definition === undefined) return `${name} is no server property that can be set here`
    const topicName = brokerConfigEntry(name)?.topicName
    if (topicName !== undefined) ofTopics[topicName] = value
    else if (definition.minimum !== null && Number(value) < definition.minimum) return `${name}: at least ${definition.minimum}`
  }
  return topicConfigsProblem(ofTopics)
}
