import { describeConfigs as describeConfigsApi } from '../../protocol/messages/32-describe-configs.ts'
import { incrementalAlterConfigs } from '../../protocol/messages/44-incremental-alter-configs.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { type Outcome, outcomeOf, throwOnError } from '../client-error.ts'
import type { Destination, KafkaClient, RetryOptions } from '../kafka-client.ts'
import { controllerCall, signalOf } from './controller-call.ts'

const resourceTypes = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const

export interface ConfigResource {
  readonly type: keyof typeof resourceTypes
  /** Topic, group or subscription name, broker id; the empty string for the default of all brokers. */
  readonly name: string
}

const sources = [
  'unknown',
  'topic',
  'broker',
  'brokersDefault',
  'static',
  'default',
  'brokerLogger',
  'clientMetrics',
  'group',
] as const

/** Where a value comes from: `topic` set on the topic, `broker` and `brokersDefault` set dynamically, `static` from a properties file. */
export type ConfigSource = (typeof sources)[number]

const types = ['unknown', 'boolean', 'string', 'int', 'short', 'long', 'double', 'list', 'class', 'password'] as const
export type ConfigType = (typeof types)[number]

export interface ConfigValue {
  readonly name: string
  /** Null for secrets and for values that are not set. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly type: ConfigType
  readonly isReadOnly: boolean
  readonly isSensitive: boolean
  /** Where the value would come from without this one, nearest first. */
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: ConfigSource }[]
  readonly documentation: string | null
}

export interface DescribedConfigs extends Outcome {
  readonly resource: ConfigResource
  readonly configs: readonly ConfigValue[]
}

/** Resources of a broker are asked of that broker, all others of any. One result per resource. */
export async function describeConfigs(
  client: KafkaClient,
  resources: readonly ConfigResource[],
  options: RetryOptions & { readonly documentation?: boolean; readonly names?: readonly string[] } = {},
): Promise<readonly DescribedConfigs[]> {
  const places = new Map<string, ConfigResource[]>()
  for (const resource of resources) {
    const place = isOneBroker(resource) ? resource.name : ''
    places.set(place, [...(places.get(place) ?? []), resource])
  }
  const asked = [...places].map(([place, some]) => describeAt(client, destinationOf(place), some, options))
  return (await Promise.all(asked)).flat()
}

const isOneBroker = ({ type, name }: ConfigResource): boolean => (type === 'broker' && name !== '') || type === 'brokerLogger'

const destinationOf = (place: string): Destination => (place === '' ? { to: 'any' } : { to: 'broker', nodeId: Number(place) })

async function describeAt(
  client: KafkaClient,
  destination: Destination,
  resources: readonly ConfigResource[],
  options: RetryOptions & { readonly documentation?: boolean; readonly names?: readonly string[] },
): Promise<readonly DescribedConfigs[]> {
  const wanted = resources.map(({ type, name }) => ({
    resourceType: resourceTypes[type],
    resourceName: name,
    configurationKeys: options.names ?? null,
  }))
  const reply = await client.retry(
    () =>
      client.send(
        describeConfigsApi,
        version => ({
          resources: wanted,
          includeSynonyms: true,
          includeDocumentation: version >= 3 && (options.documentation ?? false),
        }),
        destination,
        signalOf(options),
      ),
    options,
  )
  return reply.results.map(describedConfigs)
}

type Result = ResponseOf<typeof describeConfigsApi>['results'][number]

function describedConfigs(result: Result): DescribedConfigs {
  return {
    resource: { type: typeOf(result.resourceType), name: result.resourceName },
    ...outcomeOf(result.errorCode, result.errorMessage),
    configs: result.configs.map(it => ({
      name: it.name,
      value: it.value,
      source: sources[it.configSource] ?? 'unknown',
      type: types[it.configType] ?? 'unknown',
      isReadOnly: it.readOnly,
      isSensitive: it.isSensitive,
      synonyms: it.synonyms.map(({ name, value, source }) => ({ name, value, source: sources[source] ?? 'unknown' })),
      documentation: it.documentation,
    })),
  }
}

function typeOf(code: number): ConfigResource['type'] {
  const names = Object.keys(resourceTypes) as (keyof typeof resourceTypes)[]
  return names.find(name => resourceTypes[name] === code) ?? 'topic'
}

const operations = { set: 0, remove: 1, append: 2, subtract: 3 } as const

/** `remove` goes back to the next source; `append` and `subtract` change lists. */
export interface ConfigChange {
  readonly name: string
  readonly operation: keyof typeof operations
  /** Null with `remove`. */
  readonly value: string | null
}

/** Changes single values; all changes of a resource happen or none. Settings of one broker go to that broker. */
export async function alterConfigs(
  client: KafkaClient,
  resource: ConfigResource,
  changes: readonly ConfigChange[],
  options: RetryOptions & { readonly validateOnly?: boolean } = {},
): Promise<Outcome> {
  const configs = changes.map(({ name, operation, value }) => ({ name, configOperation: operations[operation], value }))
  const body = {
    resources: [{ resourceType: resourceTypes[resource.type], resourceName: resource.name, configs }],
    validateOnly: options.validateOnly ?? false,
  }
  const reply = isOneBroker(resource)
    ? await client.retry(
        () => client.send(incrementalAlterConfigs, body, { to: 'broker', nodeId: Number(resource.name) }, signalOf(options)),
        options,
      )
    : await controllerCall(client, incrementalAlterConfigs, body, it => it.responses.map(one => one.errorCode), options)
  const result = reply.responses[0]
  return outcomeOf(result?.errorCode ?? -1, result?.errorMessage)
}

/** The configuration of one topic. Throws what is wrong with it. */
export async function topicConfigs(
  client: KafkaClient,
  topic: string,
  options: RetryOptions & { readonly documentation?: boolean } = {},
): Promise<readonly ConfigValue[]> {
  return client.retry(async () => {
    const [described] = await describeConfigs(client, [{ type: 'topic', name: topic }], options)
    if (described === undefined) return []
    throwOnError(errorCode(described.error), { api: describeConfigsApi.name, topic }, described.message)
    return described.configs
  }, options)
}
