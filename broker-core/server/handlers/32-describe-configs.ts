import { namedConfigs } from '../../controller/config-rules.ts'
import { brokerConfigEntry, brokerConfigTable } from '../../model/broker-config-table.ts'
import { errorCode, errorMessage, type KafkaErrorName } from '../../model/kafka-errors.ts'
import { topicConfigs } from '../../model/topic-configs.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { describeConfigs } from '../../protocol/messages/32-describe-configs.ts'
import {
  brokerLayers,
  configSource,
  dynamicConfigs,
  resourceType,
  topicLayers,
  type BrokerLayers,
  type ConfigLayer,
} from '../config-layers.ts'
import { handler, type Handler } from '../handler.ts'
import { isTopicName } from '../topic-name.ts'

type Request = RequestOf<typeof describeConfigs>
type Resource = Request['resources'][number]
type Result = ResponseOf<typeof describeConfigs>['results'][number]
type Entry = Result['configs'][number]

const wireTypes: Readonly<Record<string, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
}

interface Described {
  readonly name: string
  readonly type: string
  readonly doc: string | null
  readonly readOnly: boolean
  readonly layers: readonly ConfigLayer[]
}

/** DescribeConfigs v1-4: META-08. Gap: the level of single loggers (resource type 8) cannot be asked for. */
export function describeConfigsHandler(deps: BrokerLayers): Handler<typeof describeConfigs> {
  return handler(describeConfigs, request => ({
    throttleTimeMs: 0,
    results: request.resources.map(resource => {
      const found = describe(deps, resource)
      return 'error' in found ? refused(resource, found) : answered(request, resource, found)
    }),
  }))
}

interface Refusal {
  readonly error: KafkaErrorName
  readonly message?: string
}
const invalid = (message?: string): Refusal => ({ error: 'INVALID_REQUEST', ...(message === undefined ? {} : { message }) })

function describe(deps: BrokerLayers, resource: Resource): readonly Described[] | Refusal {
  switch (resource.resourceType) {
    case resourceType.topic:
      return describeTopic(deps, resource.resourceName)
    case resourceType.broker:
      return describeBroker(deps, resource.resourceName)
    case resourceType.group:
      if (resource.resourceName === '') return invalid('Group name must not be empty')
      return describeNamed(deps, resourceType.group, resource.resourceName, configSource.group)
    case resourceType.clientMetrics:
      if (resource.resourceName === '') return invalid('Client metrics subscription name must not be empty')
      return describeNamed(deps, resourceType.clientMetrics, resource.resourceName, configSource.clientMetrics)
    default:
      return invalid()
  }
}

function describeTopic(deps: BrokerLayers, topic: string): readonly Described[] | Refusal {
  if (!isTopicName(topic)) return { error: 'INVALID_TOPIC_EXCEPTION' }
  if (!deps.image().topicsByName.has(topic)) return { error: 'UNKNOWN_TOPIC_OR_PARTITION' }
  return topicConfigs.map(definition => ({
    name: definition.name,
    type: definition.type,
    doc: definition.doc,
    readOnly: false,
    layers: topicLayers(deps, topic, definition),
  }))
}

/** An empty name stands for the defaults of all brokers, of which only what was set is shown. */
function describeBroker(deps: BrokerLayers, name: string): readonly Described[] | Refusal {
  if (name === '') return brokerDefaults(deps)
  if (name !== String(deps.nodeId)) {
    return invalid(
      /^[+-]?\d+$/.test(name)
        ? `Unexpected broker id, expected ${deps.nodeId} or empty string, but received ${name}`
        : `Broker id must be an integer, but it is: ${name}`,
    )
  }
  return Object.entries(brokerConfigTable).map(([property, { type, readOnly }]) => ({
    name: property,
    type,
    doc: null,
    readOnly: readOnly === true,
    layers: brokerLayers(deps, property).filter(layer => layer.name === property),
  }))
}

function brokerDefaults(deps: BrokerLayers): readonly Described[] {
  return [...dynamicConfigs(deps.image(), resourceType.broker, '')].map(([property, value]) => ({
    name: property,
    // Of a property that nobody knows nobody knows whether it is a secret.
    type: brokerConfigEntry(property)?.type ?? 'unknown',
    doc: null,
    readOnly: brokerConfigEntry(property) === undefined,
    layers: [{ name: property, value, source: configSource.dynamicBrokerDefault }],
  }))
}

/** Groups and client metrics: everything that they can have, whether or not anybody has said anything of them. */
function describeNamed(deps: BrokerLayers, type: number, name: string, source: ConfigLayer['source']): readonly Described[] {
  const own = dynamicConfigs(deps.image(), type, name)
  return Object.entries(namedConfigs(type) ?? {}).map(([property, { type: valueType, fallback, brokerProperty }]) => {
    const value = own.get(property)
    const layers: ConfigLayer[] = value === undefined ? [] : [{ name: property, value, source }]
    if (brokerProperty !== undefined) layers.push(...brokerLayers(deps, brokerProperty))
    if (layers.at(-1)?.source !== configSource.builtIn)
      layers.push({ name: brokerProperty ?? property, value: fallback, source: configSource.builtIn })
    return { name: property, type: valueType, doc: null, readOnly: false, layers }
  })
}

function answered(request: Request, resource: Resource, described: readonly Described[]): Result {
  const wanted = resource.configurationKeys
  const shown = wanted === null || wanted.length === 0 ? described : described.filter(config => wanted.includes(config.name))
  return {
    errorCode: 0,
    errorMessage: null,
    resourceType: resource.resourceType,
    resourceName: resource.resourceName,
    configs: shown.map(config => entryOf(request, config)),
  }
}

function entryOf(request: Request, config: Described): Entry {
  const isSensitive = config.type === 'password' || config.type === 'unknown'
  const [inForce] = config.layers
  const valueOf = (layer: ConfigLayer | undefined) => (isSensitive ? null : (layer?.value ?? null))
  return {
    name: config.name,
    value: valueOf(inForce),
    readOnly: config.readOnly,
    configSource: inForce?.source ?? configSource.builtIn,
    isSensitive,
    synonyms: request.includeSynonyms
      ? config.layers.map(layer => ({ name: layer.name, value: valueOf(asGiven(layer)), source: layer.source }))
      : [],
    configType: wireTypes[config.type] ?? 0,
    documentation: request.includeDocumentation ? config.doc : null,
  }
}

const asGiven = (layer: ConfigLayer): ConfigLayer => ({ ...layer, value: layer.asGiven ?? layer.value })

const refused = (resource: Resource, { error, message }: Refusal): Result => ({
  errorCode: errorCode(error),
  errorMessage: message ?? errorMessage(error),
  resourceType: resource.resourceType,
  resourceName: resource.resourceName,
  configs: [],
})
