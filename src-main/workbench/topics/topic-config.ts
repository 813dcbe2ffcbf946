import { topicConfigs } from '../../../broker-core/client/admin/configs.ts'
import type { ConfigValue } from '../../../broker-core/client/admin/configs.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { topicConfigs as definitions } from '../../../broker-core/model/topic-configs.ts'
import type { ConfigDefinition, ConfigEntry, ConfigSource } from '../../contract/views/topics.ts'

const sources: Readonly<Record<ConfigValue['source'], ConfigSource>> = {
  unknown: 'unknown',
  topic: 'topic',
  broker: 'broker',
  brokersDefault: 'broker-default',
  static: 'static',
  default: 'default',
  brokerLogger: 'unknown',
  clientMetrics: 'unknown',
  group: 'group',
}

/** Every value in force, set ones first. */
export async function readTopicConfig(client: KafkaClient, topic: string, signal: AbortSignal): Promise<ConfigEntry[]> {
  const configs = await topicConfigs(client, topic, { documentation: true, signal })
  const entries = configs.map(config => ({
    name: config.name,
    value: config.isSensitive ? null : config.value,
    source: sources[config.source],
    readOnly: config.isReadOnly,
    sensitive: config.isSensitive,
    type: config.type,
    documentation: config.documentation ?? definitions.find(known => known.name === config.name)?.doc ?? null,
    inherited: config.isSensitive ? null : inheritedValue(config),
  }))
  return entries.sort((a, b) => Number(b.source === 'topic') - Number(a.source === 'topic') || (a.name < b.name ? -1 : 1))
}

/**
 * Synonyms begin with the value in force itself; the next one takes its place after a reset. It may be a broker property in another unit:
 * topics have milliseconds alone.
 */
export function inheritedValue(config: Pick<ConfigValue, 'name' | 'value' | 'source' | 'synonyms'>): string | null {
  if (config.source !== 'topic') return config.value
  const next = config.synonyms.find(synonym => synonym.source !== 'topic')
  const unitMs = next?.name.endsWith('.hours') === true ? 3_600_000 : next?.name.endsWith('.minutes') === true ? 60_000 : 1
  const value = next?.value ?? definitions.find(known => known.name === config.name)?.defaultValue ?? null
  if (value === null || unitMs === 1) return value
  return Number(value) < 0 ? '-1' : String(Number(value) * unitMs)
}

/** What a new topic can be given. From our own table: the protocol tells values of a topic, but not their bounds. */
export function configDefinitions(): ConfigDefinition[] {
  return definitions.map(({ name, type, defaultValue, doc, oneOf, min, max }) => ({
    name,
    type,
    defaultValue,
    documentation: doc,
    choices: oneOf ?? (type === 'boolean' ? ['true', 'false'] : null),
    minimum: min ?? null,
    maximum: max ?? null,
  }))
}
