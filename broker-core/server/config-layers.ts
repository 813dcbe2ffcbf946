import type { MetadataImage } from '../controller/image.ts'
import { brokerConfigTable } from '../model/broker-config-table.ts'
import { topicConfigs, type TopicConfigDefinition } from '../model/topic-configs.ts'

/** Where a value comes from, in the order in which layers win (KIP-226). Numbers are the wire's. */
export const configSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicBrokerDefault: 3,
  staticBroker: 4,
  builtIn: 5,
  clientMetrics: 7,
  group: 8,
} as const
export type ConfigSource = (typeof configSource)[keyof typeof configSource]

/** Resource types of the configuration APIs. */
export const resourceType = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

export interface ConfigLayer {
  readonly name: string
  readonly value: string | null
  readonly source: ConfigSource
  /** Where `value` is in the unit of the topic: what the broker property of that name says. */
  readonly asGiven?: string | null
}

export interface BrokerLayers {
  readonly nodeId: number
  /** What `server.properties` says, known names only. */
  readonly given: ReadonlyMap<string, string>
  image(): MetadataImage
}

const empty: ReadonlyMap<string, string> = new Map()

export const dynamicConfigs = (image: MetadataImage, type: number, name: string): ReadonlyMap<string, string> =>
  image.configs.get(`${type}:${name}`) ?? empty

/** All values that a broker property has, the one in force first. */
export function brokerLayers(broker: BrokerLayers, name: string): ConfigLayer[] {
  const image = broker.image()
  const layers: ConfigLayer[] = []
  for (const property of [name, ...coarserNames(name)]) {
    const own = dynamicConfigs(image, resourceType.broker, String(broker.nodeId)).get(property)
    const all = dynamicConfigs(image, resourceType.broker, '').get(property)
    const given = broker.given.get(property)
    if (own !== undefined) layers.push({ name: property, value: own, source: configSource.dynamicBroker })
    if (all !== undefined) layers.push({ name: property, value: all, source: configSource.dynamicBrokerDefault })
    if (given !== undefined) layers.push({ name: property, value: given, source: configSource.staticBroker })
  }
  for (const property of [name, ...coarserNames(name)]) {
    const fallback = brokerConfigTable[property]?.fallback
    if (fallback !== undefined && fallback !== null) {
      layers.push({ name: property, value: fallback, source: configSource.builtIn })
    }
  }
  return layers
}

/** The value of a broker property in force, of whatever layer; null without any. */
export const brokerValue = (broker: BrokerLayers, name: string): string | null => brokerLayers(broker, name)[0]?.value ?? null

/** All values that a topic configuration has for `topic`, the one in force first. Times are in the topic's unit. */
export function topicLayers(broker: BrokerLayers, topic: string, definition: TopicConfigDefinition): ConfigLayer[] {
  const { name, brokerProperty, defaultValue } = definition
  const layers: ConfigLayer[] = []
  const own = dynamicConfigs(broker.image(), resourceType.topic, topic).get(name)
  if (own !== undefined) layers.push({ name, value: own, source: configSource.topic })
  if (brokerProperty !== null) {
    for (const layer of brokerLayers(broker, brokerProperty))
      layers.push({ ...layer, value: inMilliseconds(layer), asGiven: layer.value })
  }
  if (layers.at(-1)?.source !== configSource.builtIn) layers.push({ name, value: defaultValue, source: configSource.builtIn })
  return layers
}

interface Remembered {
  readonly configs: MetadataImage['configs']
  readonly values: Readonly<Record<string, string>>
}

/** What holds for topics without configuration of their own, for the newest configurations of each broker: most topics have none. */
const remembered = new WeakMap<BrokerLayers, Remembered>()

/** Every topic configuration in force for `topic`, as storage and the partitions take it. */
export function topicConfigInForce(broker: BrokerLayers, topic: string): Readonly<Record<string, string>> {
  const image = broker.image()
  if (dynamicConfigs(image, resourceType.topic, topic).size > 0) return workedOut(broker, topic)
  const known = remembered.get(broker)
  if (known?.configs === image.configs) return known.values
  const values = workedOut(broker, topic)
  remembered.set(broker, { configs: image.configs, values })
  return values
}

function workedOut(broker: BrokerLayers, topic: string): Record<string, string> {
  const values: Record<string, string> = {}
  for (const definition of topicConfigs) {
    values[definition.name] = topicLayers(broker, topic, definition)[0]?.value ?? definition.defaultValue
  }
  return values
}

/** Older names of the same thing in coarser units; the finer one wins. */
function coarserNames(name: string): readonly string[] {
  switch (name) {
    case 'log.retention.ms':
      return ['log.retention.minutes', 'log.retention.hours']
    case 'log.roll.ms':
      return ['log.roll.hours']
    default:
      return []
  }
}

function inMilliseconds({ name, value }: ConfigLayer): string | null {
  const unitMs = name.endsWith('.hours') ? 3_600_000 : name.endsWith('.minutes') ? 60_000 : 1
  if (unitMs === 1 || value === null) return value
  return Number(value) < 0 ? '-1' : String(Number(value) * unitMs)
}
