import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { Clock } from '../../env/clock.ts'
import type { Endpoint } from '../../env/network.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { metadata } from '../../protocol/messages/03-metadata.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { KafkaClientError } from '../client-error.ts'
import { type BrokerNode, type ClusterMetadata, noMetadata, withLeader, withReply } from './cluster-metadata.ts'

/** Asks one broker; rejects with KafkaClientError. */
type Ask = (endpoint: Endpoint, body: RequestOf<typeof metadata>) => Promise<ResponseOf<typeof metadata>>

/** Topics older than the limit and not asked for again are kept for `cluster()`; the number of topics in it has no other limit. */
export class MetadataCache {
  readonly #bootstrap: readonly Endpoint[]
  readonly #ask: Ask
  readonly #failedLately: (endpoint: Endpoint) => boolean
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #listeners = new Set<(cluster: ClusterMetadata) => void>()
  readonly #underWay = new Map<string, Promise<ClusterMetadata>>()
  readonly #topicAtMs = new Map<string, number>()
  #cluster = noMetadata
  #confirmedAtMs = Number.NEGATIVE_INFINITY
  #askedBefore = 0
  #brokersAreStale = true

  constructor(
    bootstrap: readonly Endpoint[],
    clock: Pick<Clock, 'monotonicMs'>,
    ask: Ask,
    failedLately: (endpoint: Endpoint) => boolean,
  ) {
    this.#bootstrap = bootstrap
    this.#clock = clock
    this.#ask = ask
    this.#failedLately = failedLately
  }

  cluster(): ClusterMetadata {
    return this.#cluster
  }

  ageMs(): number {
    return this.#clock.monotonicMs() - this.#confirmedAtMs
  }

  /** Infinity for a topic that is not known, or that was said to be stale. */
  topicAgeMs(name: string): number {
    const atMs = this.#cluster.topics.has(name) ? this.#topicAtMs.get(name) : undefined
    return atMs === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonicMs() - atMs
  }

  /** The next who needs the topic asks again. */
  forgetTopic(name: string): void {
    this.#topicAtMs.delete(name)
  }

  watch(listener: (cluster: ClusterMetadata) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  noteLeader(
    at: { readonly topic: string; readonly partition: number },
    leader: { readonly leaderId: number; readonly leaderEpoch: number },
    nodes: readonly BrokerNode[],
  ): void {
    this.#become(withLeader(this.#cluster, at, leader, nodes))
  }

  /** One round over the brokers that are known and those of the bootstrap; calls for the same topics share it. */
  refresh(topics: readonly string[] | null): Promise<ClusterMetadata> {
    const key = topics === null ? '*' : JSON.stringify(topics)
    const running = this.#underWay.get(key)
    if (running !== undefined) return running
    const started = this.#askAround(topics).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, started)
    return started
  }

  async #askAround(topics: readonly string[] | null): Promise<ClusterMetadata> {
    const body = {
      ...metadata.request.zero,
      topics: topics === null ? null : topics.map(name => ({ ...topicZero, name })),
      allowAutoTopicCreation: false,
    }
    let failure: unknown = new KafkaClientError('CONNECTION_FAILED')
    for (const endpoint of this.#candidates()) {
      try {
        const reply = await this.#ask(endpoint, body)
        if (reply.errorCode === errorCode('REBOOTSTRAP_REQUIRED')) continue
        this.#learn(reply, topics)
        return this.#cluster
      } catch (error) {
        if (!(error instanceof KafkaClientError) || isFinal(error)) throw error
        failure = error
      }
    }
    throw failure
  }

  /** A broker is gone: who needs any of them asks first who is left. */
  forgetBrokers(): void {
    this.#brokersAreStale = true
  }

  /** True until the next refresh when no broker is known, or one of them is gone. */
  brokersAreStale(): boolean {
    return this.#brokersAreStale
  }

  /** Known brokers in turns, so that none has all the load, then the bootstrap: the whole cluster may have moved (KIP-899). */
  #candidates(): readonly Endpoint[] {
    const known = [...this.#cluster.brokers.values()]
    const from = known.length === 0 ? 0 : this.#askedBefore++ % known.length
    const all = [...known.slice(from), ...known.slice(0, from), ...this.#bootstrap]
    const seen = new Set<string>()
    const distinct = all.filter(({ host, port }) => seen.size < seen.add(`${host}:${port}`).size)
    return [...distinct.filter(it => !this.#failedLately(it)), ...distinct.filter(it => this.#failedLately(it))]
  }

  #learn(reply: ResponseOf<typeof metadata>, topics: readonly string[] | null): void {
    const nowMs = this.#clock.monotonicMs()
    this.#confirmedAtMs = nowMs
    this.#brokersAreStale = reply.brokers.length === 0
    if (topics === null) this.#topicAtMs.clear()
    for (const name of topics ?? []) this.#topicAtMs.delete(name)
    for (const topic of reply.topics) if (topic.name !== null) this.#topicAtMs.set(topic.name, nowMs)
    this.#become(withReply(this.#cluster, reply, topics))
  }

  #become(next: ClusterMetadata): void {
    if (next === this.#cluster) return
    this.#cluster = next
    for (const listener of this.#listeners) listener(next)
  }
}

/** Another broker would say the same. */
function isFinal(error: KafkaClientError): boolean {
  return ['CLOSED', 'CANCELLED', 'SASL_AUTHENTICATION_FAILED', 'UNSUPPORTED_VERSION'].includes(error.code)
}

const topicZero = { topicId: zeroUuid }
