import { topicConfig, topicConfigs } from '../model/topic-configs.ts'
import type { ControllerDefaults } from './controller.ts'
import { configKey } from './image-draft.ts'
import type { MetadataImage } from './image.ts'

export const resourceTypes = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

/** Where a value comes from, as DescribeConfigs and CreateTopics name it. */
export const configSources = { topic: 1, broker: 2, defaultBroker: 3, staticBroker: 4, builtIn: 5 } as const

export const minInsyncReplicasConfig = 'min.insync.replicas'

export interface EffectiveConfig {
  readonly name: string
  readonly value: string
  readonly source: number
}

type Layers = Pick<ControllerDefaults, 'staticConfigs'>

/** META-08: the topic's own value, else the cluster-wide dynamic one, else that of server.properties, else the built-in one. */
export function effectiveTopicConfig(
  image: MetadataImage,
  layers: Layers,
  own: ReadonlyMap<string, string> | undefined,
  name: string,
): EffectiveConfig {
  const definition = topicConfig(name)
  const property = definition?.brokerProperty ?? undefined
  const topicValue = own?.get(name)
  if (topicValue !== undefined) return { name, value: topicValue, source: configSources.topic }
  const dynamicValue = property === undefined ? undefined : image.configs.get(configKey(resourceTypes.broker, ''))?.get(property)
  if (dynamicValue !== undefined) return { name, value: dynamicValue, source: configSources.defaultBroker }
  const staticValue = property === undefined ? undefined : layers.staticConfigs[property]
  if (staticValue !== undefined) return { name, value: staticValue, source: configSources.staticBroker }
  return { name, value: definition?.defaultValue ?? '', source: configSources.builtIn }
}

export function allTopicConfigs(
  image: MetadataImage,
  layers: Layers,
  own: ReadonlyMap<string, string> | undefined,
): EffectiveConfig[] {
  return topicConfigs.map(definition => effectiveTopicConfig(image, layers, own, definition.name))
}

export function minInsyncReplicasOf(image: MetadataImage, layers: Layers, topicName: string): number {
  const own = image.configs.get(configKey(resourceTypes.topic, topicName))
  return Number(effectiveTopicConfig(image, layers, own, minInsyncReplicasConfig).value)
}

export function allowsUncleanElection(image: MetadataImage, layers: Layers, topicName: string): boolean {
  const own = image.configs.get(configKey(resourceTypes.topic, topicName))
  return effectiveTopicConfig(image, layers, own, 'unclean.leader.election.enable').value.trim().toLowerCase() === 'true'
}
