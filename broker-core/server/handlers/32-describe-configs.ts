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
      return typeof found === 'string' ? refused(resource, found) : answered(request, resource, found)
    }),
  }))
}

function describe(deps: BrokerLayers, resource: Resource): readonly Described[] | KafkaErrorName {
  switch (resource.resourceType) {
    case resourceType.topic:
      return describeTopic(deps, resource.resourceName)
    case resourceType.broker:
      return describeBroker(deps, resource.resourceName)
    case resourceType.group:
      return setOnly(deps, resourceType.group, resource.resourceName, configSource.group)
    case resourceType.clientMetrics:
      return setOnly(deps, resourceType.clientMetrics, resource.resourceName, configSource.clientMetrics)
    default:
      return 'INVALID_REQUEST'
  }
}

function describeTopic(deps: BrokerLayers, topic: string): readonly Described[] | KafkaErrorName {
  if (!isTopicName(topic)) return 'INVALID_TOPIC_EXCEPTION'
  if (!deps.image().topicsByName.has(topic)) return 'UNKNOWN_TOPIC_OR_PARTITION'
  return topicConfigs.map(definition => ({
    name: definition.name,
    type: definition.type,
    doc: definition.doc,
    readOnly: false,
    layers: topicLayers(deps, topic, definition),
  }))
}

/** An empty name stands for the defaults of all brokers, of which only what was set is shown. */
function describeBroker(deps: BrokerLayers, name: string): readonly Described[] | KafkaErrorName {
  if (name === '') return setOnly(deps, resourceType.broker, '', configSource.dynamicBrokerDefault)
  if (name !== String(deps.nodeId)) return 'INVALID_REQUEST'
  return Object.entries(brokerConfigTable).map(([property, { type, readOnly }]) => ({
    name: property,
    type,
    doc: null,
    readOnly: readOnly === true,
    layers: brokerLayers(deps, property).filter(layer => layer.name === property),
  }))
}

function setOnly(deps: BrokerLayers, type: number, name: string, source: ConfigLayer['source']): readonly Described[] {
  return [...dynamicConfigs(deps.image(), type, name)].map(([property, value]) => ({
    name: property,
    type: brokerConfigEntry(property)?.type ?? 'string',
    doc: null,
    readOnly: false,
    layers: [{ name: property, value, source }],
  }))
}

function answered(request: Request, resource: Resource, described: readonly Described[]): Result {
  const wanted = resource.configurationKeys
  const shown = wanted === null ? described : described.filter(config => wanted.includes(config.name))
  return {
    errorCode: 0,
    errorMessage: null,
    resourceType: resource.resourceType,
    resourceName: resource.resourceName,
    configs: shown.map(config => entryOf(request, config)),
  }
}

function entryOf(request: Request, config: Described): Entry {
  const isSensitive = config.type === 'password'
  const [inForce] = config.layers
  const valueOf = (layer: ConfigLayer | undefined) => (isSensitive ? null : (layer?.value ?? null))
  return {
    name: config.name,
    value: valueOf(inForce),
    readOnly: config.readOnly,
    configSource: inForce?.source ?? configSource.builtIn,
    isSensitive,
    synonyms: request.includeSynonyms
      ? config.layers.map(layer => ({ name: layer.name, value: valueOf(layer), source: layer.source }))
      : [],
    configType: wireTypes[config.type] ?? 0,
    documentation: request.includeDocumentation ? config.doc : null,
  }
}

const refused = (resource: Resource, error: KafkaErrorName): Result => ({
  errorCode: errorCode(error),
  errorMessage: errorMessage(error),
  resourceType: resource.resourceType,
  resourceName: resource.resourceName,
  configs: [],
})
