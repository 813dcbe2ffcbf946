import { partitionName, type TopicPartition } from '../../model/ids.ts'
import type { IsolationLevel } from '../admin/offsets.ts'
import { listOffsets } from '../admin/offsets.ts'
import { type CancelSignal, pause } from '../cancel.ts'
import { KafkaClientError } from '../client-error.ts'
import type { KafkaClient } from '../kafka-client.ts'
import type { TopicMetadata } from '../metadata/cluster-metadata.ts'
import { batchesOf, type FetchedBatch } from './fetched-batch.ts'
import { type FetchedPartition, fetchPartitions } from './fetch-partitions.ts'

export interface TailOptions {
  readonly positions: readonly (TopicPartition & { readonly offset: number })[]
  readonly isolation?: IsolationLevel
  /** Names the connections of this tail; unique among those that run. */
  readonly lane: string
  readonly signal: CancelSignal
  /** How long one request may wait at a broker. Default 500. */
  readonly waitMs?: number
  /** Per request. Default 4 MiB. */
  readonly fetchBytesMax?: number
}

export interface TailBatches extends TopicPartition {
  readonly batches: readonly FetchedBatch[]
  /** Records below were given already: the first batch may begin before it. */
  readonly fromOffset: number
  readonly highWatermark: number
  /** Retention, or a receiver slower than that, lost what lay between this offset and `fromOffset`. */
  readonly skippedFrom?: number
}

/** What goes wrong while the tail goes on; repeated with growing pauses. */
export type TailTrouble = (error: KafkaClientError) => void

const waitDefaultMs = 500
const fetchBytesDefault = 4 * 1024 * 1024
const partitionBytesMax = 1024 * 1024
const lookAroundMs = 500
const lookAgainMs = 5_000

/** What is wrong with a topic, not with the way to it. */
const topicErrors: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_ID', 'TOPIC_AUTHORIZATION_FAILED'])

/**
 * Follows partitions until the signal: one waiting request per leader, so that any number of partitions costs one connection per
 * broker. `receive` is awaited before that broker is asked again: a slow receiver slows the tail, nothing piles up. Leaders that move are
 * followed. Rejects when none of the topics is there any more, or with what waiting cannot mend; ends quietly with the signal.
 */
export async function tailPartitions(
  client: KafkaClient,
  options: TailOptions,
  receive: (batches: TailBatches) => Promise<void> | void,
  trouble: TailTrouble = () => {},
): Promise<void> {
  const tail = new Tail(client, options, receive, trouble)
  try {
    await tail.run()
  } catch (error) {
    if (!(error instanceof KafkaClientError && error.code === 'CANCELLED')) throw error
  } finally {
    client.closeLane(options.lane)
  }
}

interface Follow extends TopicPartition {
  offset: number
  /** Of the topic that the offset belongs to; undefined before the first request. */
  topicId: string | undefined
  skippedFrom: number | undefined
}

class Tail {
  readonly #client: KafkaClient
  readonly #options: TailOptions
  readonly #receive: (batches: TailBatches) => Promise<void> | void
  readonly #trouble: TailTrouble
  /** In the order in which they are asked for: a broker fills its answer from the front. */
  #follows: readonly Follow[]
  readonly #busy = new Set<string>()
  readonly #absent = new Map<string, { readonly error: KafkaClientError; readonly againAtMs: number }>()

  constructor(
    client: KafkaClient,
    options: TailOptions,
    receive: (batches: TailBatches) => Promise<void> | void,
    trouble: TailTrouble,
  ) {
    this.#client = client
    this.#options = options
    this.#receive = receive
    this.#trouble = trouble
    this.#follows = options.positions.map(it => ({ ...it, topicId: undefined, skippedFrom: undefined }))
  }

  /** One loop per broker that leads any of the partitions; they end when their broker leads none, and new ones begin. */
  async run(): Promise<void> {
    const { signal } = this.#options
    const loops = new Map<number, Promise<void>>()
    const failures: unknown[] = []
    while (!signal.aborted && failures.length === 0) {
      for (const [leaderId, some] of await this.#byLeader()) {
        // What another loop still fetches is not this one's yet: it would end at once, and begin again, without end.
        if (loops.has(leaderId) || some.every(it => this.#isBusy(it))) continue
        const loop = this.#follow(leaderId).catch((error: unknown) => failures.push(error))
        loops.set(
          leaderId,
          loop.then(() => void loops.delete(leaderId)),
        )
      }
      // A partition may have moved to a broker without a loop while all loops go on.
      await Promise.race([...loops.values(), pause(this.#client.env.timers, lookAroundMs, signal)])
    }
    await Promise.all(loops.values())
    if (failures.length > 0) throw failures[0]
  }

  async #byLeader(): Promise<ReadonlyMap<number, readonly Follow[]>> {
    const { signal } = this.#options
    return this.#client.retry(
      async () => {
        try {
          return await this.#leaders()
        } catch (error) {
          this.#tell(error)
          throw error
        }
      },
      { signal, timeoutMs: Number.POSITIVE_INFINITY },
    )
  }

  async #leaders(): Promise<ReadonlyMap<number, readonly Follow[]>> {
    const byLeader = new Map<number, Follow[]>()
    let missing: KafkaClientError | undefined
    for (const it of this.#follows) {
      const topic = await this.#topic(it.topic)
      if (topic instanceof KafkaClientError) {
        missing = topic
        continue
      }
      this.#followTopic(it, topic.topicId)
      const leaderId = topic.partitions[it.partition]?.leaderId ?? -1
      if (leaderId < 0) missing = new KafkaClientError('LEADER_NOT_AVAILABLE', { topic: it.topic, partition: it.partition })
      else byLeader.set(leaderId, [...(byLeader.get(leaderId) ?? []), it])
    }
    if (byLeader.size === 0) throw missing ?? new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION')
    return byLeader
  }

  /** What is wrong with one topic must not hold up the others: it is told, and looked at again later. */
  async #topic(name: string): Promise<TopicMetadata | KafkaClientError> {
    const nowMs = this.#client.env.clock.monotonicMs()
    const known = this.#absent.get(name)
    if (known !== undefined && nowMs < known.againAtMs) return known.error
    try {
      const topic = await this.#client.topic(name, { signal: this.#options.signal })
      this.#absent.delete(name)
      return topic
    } catch (error) {
      if (!(error instanceof KafkaClientError) || !topicErrors.has(error.code)) throw error
      this.#absent.set(name, { error, againAtMs: this.#client.env.clock.monotonicMs() + lookAgainMs })
      this.#trouble(error)
      return error
    }
  }

  /** A topic that was deleted and created anew is followed from its beginning. */
  #followTopic(it: Follow, topicId: string): void {
    it.topicId ??= topicId
    if (it.topicId === topicId) return
    it.topicId = topicId
    it.skippedFrom ??= it.offset
    it.offset = 0
  }

  /** Until the broker leads none of the partitions. */
  async #follow(leaderId: number): Promise<void> {
    const { signal } = this.#options
    for (;;) {
      const round = async (): Promise<boolean> => {
        const mine = (await this.#leaders()).get(leaderId)?.filter(it => !this.#isBusy(it)) ?? []
        if (mine.length === 0 || signal.aborted) return false
        await this.#exclusively(mine, () => this.#fetch(leaderId, mine))
        return true
      }
      const goesOn = await this.#client.retry(
        () =>
          round().catch((error: unknown) => {
            this.#tell(error)
            throw error
          }),
        { signal, timeoutMs: Number.POSITIVE_INFINITY },
      )
      if (!goesOn) return
    }
  }

  #isBusy({ topic, partition }: TopicPartition): boolean {
    return this.#busy.has(partitionName(topic, partition))
  }

  /** While a leader moves, two loops may want the same partition. */
  async #exclusively(some: readonly Follow[], act: () => Promise<void>): Promise<void> {
    const names = some.map(it => partitionName(it.topic, it.partition))
    for (const name of names) this.#busy.add(name)
    try {
      await act()
    } finally {
      for (const name of names) this.#busy.delete(name)
    }
  }

  async #fetch(leaderId: number, some: readonly Follow[]): Promise<void> {
    const {
      isolation = 'read_uncommitted',
      lane,
      signal,
      waitMs = waitDefaultMs,
      fetchBytesMax = fetchBytesDefault,
    } = this.#options
    const { topics } = this.#client.cluster()
    const positions = some.map(({ topic, partition, offset }) => {
      const leaderEpoch = topics.get(topic)?.partitions[partition]?.leaderEpoch ?? -1
      return { topic, partition, offset, leaderEpoch, bytesMax: partitionBytesMax }
    })
    const fetched = await fetchPartitions(this.#client, leaderId, positions, {
      isolation,
      waitMs,
      bytesMax: fetchBytesMax,
      lane,
      signal,
    })
    const byName = new Map(some.map(it => [partitionName(it.topic, it.partition), it]))
    const served = new Set<Follow>()
    let failure: KafkaClientError | undefined
    for (const one of fetched) {
      const { topic, partition } = one
      const follow = byName.get(partitionName(topic, partition))
      if (follow === undefined) continue
      if (one.error === 'NONE' && (await this.#take(follow, one))) served.add(follow)
      else if (one.error === 'NONE') continue
      else if (one.error === 'OFFSET_OUT_OF_RANGE') await this.#backIntoRange(follow)
      else failure = new KafkaClientError(one.error, { api: 'Fetch', topic, partition })
    }
    // Who had records asks last the next time, so that no partition starves behind a full one.
    if (served.size > 0) this.#follows = [...this.#follows.filter(it => !served.has(it)), ...served]
    // The partitions that are well must not wait for the one that is not.
    if (failure !== undefined) throw failure
  }

  /** True when there were records. */
  async #take(follow: Follow, fetched: FetchedPartition): Promise<boolean> {
    const { topic, partition } = follow
    const judged = this.#options.isolation === 'read_committed' ? fetched : undefined
    const batches = batchesOf(fetched, follow.offset, this.#client.env, judged)
    const last = batches.at(-1)
    if (last === undefined) return false
    const { offset: fromOffset, skippedFrom } = follow
    follow.offset = last.lastOffset + 1
    follow.skippedFrom = undefined
    const skipped = skippedFrom === undefined ? {} : { skippedFrom }
    await this.#receive({ topic, partition, batches, fromOffset, highWatermark: fetched.highWatermark, ...skipped })
    return true
  }

  /** To the start of the log when retention was faster, to its end when the log was truncated. */
  async #backIntoRange(follow: Follow): Promise<void> {
    const { topic, partition } = follow
    const { signal } = this.#options
    const questions = (['earliest', 'latest'] as const).map(at => ({ topic, partition, at }))
    const [start, end] = await listOffsets(this.#client, questions, { signal })
    if (start === undefined || end === undefined || start.error !== 'NONE' || end.error !== 'NONE') return
    follow.skippedFrom ??= follow.offset
    follow.offset = follow.offset < start.offset ? start.offset : end.offset
  }

  #tell(error: unknown): void {
    if (error instanceof KafkaClientError && error.code !== 'CANCELLED') this.#trouble(error)
  }
}
