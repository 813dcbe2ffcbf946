import { type Endpoint, isSameEndpoint } from '../env/network.ts'
import type { Api } from '../protocol/api.ts'
import { metadata } from '../protocol/messages/03-metadata.ts'
import { findCoordinator } from '../protocol/messages/10-find-coordinator.ts'
import type { OutboundConnection } from '../wire/outbound-connection.ts'
import { orCancelled } from './cancel.ts'
import { type ErrorPlace, KafkaClientError } from './client-error.ts'
import { type ClientEnv, type ClientOptions, clientSettings } from './client-options.ts'
import { BrokerPool, generalLane } from './connections/broker-pool.ts'
import { CoordinatorCache, coordinatorPlace } from './connections/coordinator-cache.ts'
import { failureOf } from './connections/failure-of.ts'
import { requestVersion } from './connections/request-version.ts'
import type { CoordinatorType, Destination, KafkaClient, RequestBody, RetryOptions, SendOptions } from './kafka-client.ts'
import type { BrokerNode, TopicMetadata } from './metadata/cluster-metadata.ts'
import { MetadataCache } from './metadata/metadata-cache.ts'
import { retrying } from './retry.ts'

/**
 * Connects to a cluster and learns its brokers. Rejects with KafkaClientError when none of the bootstrap addresses answers within
 * `apiTimeoutMs`, or at once for what waiting cannot mend (authentication, no Kafka there); with TypeError for a bad address.
 */
export async function connectCluster(options: ClientOptions, env: ClientEnv, retry: RetryOptions = {}): Promise<KafkaClient> {
  const client = createClient(options, env)
  try {
    await client.refresh([], retry)
    return client
  } catch (error) {
    await client.close()
    throw error
  }
}

/** A client that has not asked anything yet: it connects with the first call. */
export function createClient(options: ClientOptions, env: ClientEnv): KafkaClient {
  return new Client(options, env)
}

/** Versions below have no way to forbid that asking for a topic creates it. */
const metadataVersionMin = 4

class Client implements KafkaClient {
  readonly settings
  readonly env: ClientEnv
  readonly #pool: BrokerPool
  readonly #metadata: MetadataCache
  readonly #coordinators: CoordinatorCache
  #isClosed = false

  constructor(options: ClientOptions, env: ClientEnv) {
    this.settings = clientSettings(options)
    this.env = env
    this.#pool = new BrokerPool(this.settings, env)
    this.#metadata = new MetadataCache(
      this.settings.bootstrap,
      env.clock,
      (endpoint, body) => this.#ask(metadata, body, endpoint, {}, { versionMin: metadataVersionMin }),
      endpoint => this.#pool.failedLately(endpoint),
    )
    this.#coordinators = new CoordinatorCache(body => this.send(findCoordinator, body, { to: 'any' }))
  }

  cluster() {
    return this.#metadata.cluster()
  }

  metadataAgeMs() {
    return this.#metadata.ageMs()
  }

  watch(listener: Parameters<KafkaClient['watch']>[0]) {
    return this.#metadata.watch(listener)
  }

  refresh(topics: readonly string[] | null, options: RetryOptions = {}) {
    return this.retry(() => this.#metadata.refresh(topics), options)
  }

  async topic(name: string, options: RetryOptions = {}): Promise<TopicMetadata> {
    return this.retry(async () => {
      if (this.#metadata.topicAgeMs(name) > this.settings.metadataMaxAgeMs) await this.#metadata.refresh([name])
      const topic = this.cluster().topics.get(name)
      if (topic === undefined) throw new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION', { topic: name })
      if (topic.error !== 'NONE') throw new KafkaClientError(topic.error, { topic: name })
      return topic
    }, options)
  }

  async send<Req, Res>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    destination: Destination,
    options: SendOptions = {},
  ): Promise<Res> {
    if (this.#isClosed) throw new KafkaClientError('CLOSED')
    const endpoint = await orCancelled(this.#endpointOf(destination), options.signal)
    return orCancelled(this.#ask(api, body, endpoint, placeOf(destination), options), options.signal)
  }

  retry<T>(attempt: (number: number) => Promise<T>, options: RetryOptions = {}): Promise<T> {
    const limits = { timeoutMs: options.timeoutMs ?? this.settings.apiTimeoutMs, signal: options.signal }
    const { clock, timers, random } = this.env
    return retrying(attempt, limits, { clock, timers, random, onRetriable: error => this.noteFailure(error) })
  }

  noteLeader(...known: Parameters<KafkaClient['noteLeader']>): void {
    this.#metadata.noteLeader(...known)
  }

  async coordinator(of: CoordinatorType, key: string, options: SendOptions = {}): Promise<number> {
    const node = await orCancelled(this.#coordinators.find(of, key), options.signal)
    return node.nodeId
  }

  async versionsOf(api: Api, destination: Destination): Promise<readonly [min: number, max: number] | undefined> {
    const endpoint = await this.#endpointOf(destination)
    const connection = await this.#pool.connection(endpoint, generalLane, { broker: this.#nameOf(endpoint) })
    const theirs = connection.apiRanges.byKey.get(api.key)
    if (theirs === undefined) return undefined
    const common = [Math.max(theirs[0], api.versions[0]), Math.min(theirs[1], api.versions[1])] as const
    return common[0] <= common[1] ? common : undefined
  }

  closeLane(lane: string): void {
    this.#pool.closeLane(lane)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#pool.close()
  }

  async tell<Req>(
    api: Api<Req, unknown>,
    body: RequestBody<Req>,
    destination: Destination,
    options: SendOptions = {},
  ): Promise<void> {
    const endpoint = await orCancelled(this.#endpointOf(destination), options.signal)
    const call = await this.#prepare(api, body, endpoint, placeOf(destination), options)
    call.connection.send(api, call.version, call.request)
  }

  async #ask<Req, Res>(
    api: Api<Req, Res>,
    body: RequestBody<Req>,
    endpoint: Endpoint,
    about: ErrorPlace,
    options: SendOptions,
  ): Promise<Res> {
    const { connection, version, request, place } = await this.#prepare(api, body, endpoint, about, options)
    const timeoutMs = options.timeoutMs ?? this.settings.requestTimeoutMs
    try {
      const response = (await connection.call(api, version, request, { timeoutMs })) as Res
      this.#pool.answered(endpoint, options.lane ?? generalLane, throttleTimeOf(response))
      return response
    } catch (error) {
      throw this.#isClosed ? new KafkaClientError('CLOSED') : failureOf(error, place)
    }
  }

  async #prepare<Req>(
    api: Api<Req, unknown>,
    body: RequestBody<Req>,
    endpoint: Endpoint,
    about: ErrorPlace,
    options: SendOptions,
  ) {
    const place: ErrorPlace = { ...about, api: api.name, broker: this.#nameOf(endpoint) }
    const connection = await this.#connection(endpoint, options.lane ?? generalLane, place)
    const version = requestVersion(connection, api, options, place)
    // A function cannot be a request: messages are plain objects.
    const request = typeof body === 'function' ? (body as (version: number) => Req)(version) : body
    return { connection, version, place, request: request as Parameters<OutboundConnection['call']>[2] }
  }

  async #connection(endpoint: Endpoint, lane: string, place: ErrorPlace): Promise<OutboundConnection> {
    try {
      return await this.#pool.connection(endpoint, lane, place)
    } catch (error) {
      // Coordinators on a broker that is gone will be elsewhere; leaders come with the metadata.
      this.#coordinators.forgetNode(endpoint)
      throw error
    }
  }

  async #endpointOf(destination: Destination): Promise<Endpoint> {
    switch (destination.to) {
      case 'any':
        return this.#someBroker()
      case 'controller':
        return this.#controller()
      case 'broker':
        return this.#broker(destination.nodeId)
      case 'coordinator':
        return this.#coordinators.find(destination.of, destination.key)
      case 'leader':
        return this.#leader(destination.topic, destination.partition)
    }
  }

  /** By chance, so that load spreads; a broker that fails drops out with the next metadata. */
  async #someBroker(): Promise<Endpoint> {
    if (this.#metadata.brokersAreStale()) await this.#metadata.refresh([])
    const all = [...this.cluster().brokers.values()]
    const lively = all.filter(node => !this.#pool.failedLately(node))
    const nodes = lively.length > 0 ? lively : all
    const node = nodes[Math.floor(this.env.random.fraction() * nodes.length)]
    if (node === undefined) throw new KafkaClientError('BROKER_NOT_AVAILABLE')
    return node
  }

  async #controller(): Promise<Endpoint> {
    if (this.#metadata.brokersAreStale()) await this.#metadata.refresh([])
    const node = this.cluster().brokers.get(this.cluster().controllerId)
    return node === undefined || this.#pool.failedLately(node) ? this.#someBroker() : node
  }

  async #broker(nodeId: number): Promise<BrokerNode> {
    if (!this.cluster().brokers.has(nodeId)) await this.#metadata.refresh([])
    const node = this.cluster().brokers.get(nodeId)
    if (node === undefined) throw new KafkaClientError('BROKER_NOT_AVAILABLE', { broker: `broker ${nodeId}` })
    return node
  }

  async #leader(topic: string, partition: number): Promise<BrokerNode> {
    const known = await this.#knownTopic(topic)
    const place = { topic, partition }
    const at = known.partitions[partition]
    if (at === undefined) throw new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION', place)
    if (at.leaderId < 0) throw new KafkaClientError('LEADER_NOT_AVAILABLE', place)
    const node = this.cluster().brokers.get(at.leaderId)
    if (node === undefined)
      throw new KafkaClientError('LEADER_NOT_AVAILABLE', place, `broker ${at.leaderId}, its leader, is not there`)
    return node
  }

  /** One attempt, unlike `topic`: who sends decides on repetitions. */
  async #knownTopic(name: string): Promise<TopicMetadata> {
    if (this.#metadata.topicAgeMs(name) > this.settings.metadataMaxAgeMs) await this.#metadata.refresh([name])
    const topic = this.cluster().topics.get(name)
    if (topic === undefined) throw new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION', { topic: name })
    if (topic.error !== 'NONE') throw new KafkaClientError(topic.error, { topic: name })
    return topic
  }

  noteFailure(error: KafkaClientError): void {
    const { topic, group } = error.place
    if (topic !== undefined) this.#metadata.forgetTopic(topic)
    if (group !== undefined && isAboutCoordinator(error)) this.#coordinators.forget('group', group)
    if (error.place.transactionalId !== undefined && isAboutCoordinator(error)) {
      this.#coordinators.forget('transaction', error.place.transactionalId)
    }
    // The broker may be gone: ask who is left before the next attempt chooses one.
    if (error.code === 'CONNECTION_FAILED' || error.code === 'NETWORK_EXCEPTION') this.#metadata.forgetBrokers()
  }

  #nameOf(endpoint: Endpoint): string {
    for (const node of this.cluster().brokers.values()) {
      if (isSameEndpoint(node, endpoint)) return `broker ${node.nodeId} at ${node.host}:${node.port}`
    }
    return `${endpoint.host}:${endpoint.port}`
  }
}

function placeOf(destination: Destination): ErrorPlace {
  if (destination.to === 'leader') return { topic: destination.topic, partition: destination.partition }
  return destination.to === 'coordinator' ? coordinatorPlace(destination.of, destination.key) : {}
}

/** WIRE-14: nearly every response has it. */
function throttleTimeOf(response: unknown): number {
  return (response as { readonly throttleTimeMs?: number }).throttleTimeMs ?? 0
}

function isAboutCoordinator(error: KafkaClientError): boolean {
  return ['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE', 'NETWORK_EXCEPTION', 'CONNECTION_FAILED', 'REQUEST_TIMED_OUT'].includes(
    error.code,
  )
}
