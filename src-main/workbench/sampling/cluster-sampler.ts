import { setMaxListeners } from 'node:events'
import { noMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { ClusterMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { Failure } from '../../contract/failure.ts'
import type { RateSample } from '../../contract/views/cluster.ts'
import type { LagItem } from '../../contract/views/groups.ts'
import { toFailure } from '../failures.ts'
import { feed, watched } from '../watch.ts'
import type { Feed, Watched } from '../watch.ts'
import { groupLagBook } from './group-lag.ts'
import type { Ends, GroupLagBook } from './group-lag.ts'
import { offsetHistory } from './offset-history.ts'
import type { OffsetHistory } from './offset-history.ts'
import { keyOf } from './probe.ts'
import type { PartitionKey, Probe, SampledGroup } from './probe.ts'
import { trend } from './trend.ts'
import type { Trend } from './trend.ts'

const everyMs = 1_000
/** A cluster that takes long to answer is asked less often: the sampler is busy a tenth of its time at most. */
const restFactor = 9
const roundTimeoutMs = 15_000
const rememberedMs = 900_000
const rateSamplesMax = rememberedMs / everyMs
/** Numbers in all lag histories together: 16 MB. */
const lagNumbersMax = 2_000_000
/** Partitions whose ends are remembered over time, for ages. Beyond it ages are unknown. */
const historiesMax = 5_000

/** What is known of a cluster now. Everything in it is as of `asOfMs`. */
export interface ClusterSample {
  readonly asOfMs: number
  /** Of the last round; the rest is of the last one that succeeded. */
  readonly failure: Failure | null
  readonly cluster: ClusterMetadata
  /** Leader of the metadata quorum; what metadata says where there is none. */
  readonly controllerId: number
  readonly groups: readonly SampledGroup[]
  /** Why the groups are those of an earlier round. */
  readonly groupsFailure: Failure | null
  readonly recordsInPerSecond: number | null
}

const nothingYet: ClusterSample = {
  asOfMs: 0,
  failure: null,
  cluster: noMetadata,
  controllerId: -1,
  groups: [],
  groupsFailure: null,
  recordsInPerSecond: null,
}

export interface ClusterSampler {
  readonly now: Watched<ClusterSample>
  readonly rates: Feed<RateSample>
  end(topic: string, partition: number): number | undefined
  topicRate(topic: string): number | null
  group(group: string): GroupLagBook | undefined
  /** History first, then every sample. */
  lag(group: string, signal: AbortSignal): AsyncGenerator<LagItem, void>
  /** Resolves after the next whole round, or when `withinMs` have passed. */
  soon(withinMs: number): Promise<void>
  /** Called after each round with what changed in the groups. */
  onSample(listener: (atMs: number, groups: ReadonlyMap<string, GroupLagBook>) => void): void
  stop(): void
}

export interface SamplerOptions {
  readonly probe: Probe
  readonly nowMs: () => number
}

/** Asks one cluster about once a second from now until `stop`: the source of all rates, lags and ages. */
export function startSampler(options: SamplerOptions): ClusterSampler {
  const { nowMs } = options
  const abort = new AbortController()
  const now = watched(nothingYet)
  const rates = feed<RateSample>(rateSamplesMax)
  const ends = endsBook()
  const books = new Map<string, GroupLagBook>()
  const listeners = new Set<(atMs: number, groups: ReadonlyMap<string, GroupLagBook>) => void>()
  const waiting = new Set<() => void>()

  async function round(): Promise<void> {
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(roundTimeoutMs)])
    // Every question of the round listens; that many are no leak.
    setMaxListeners(0, signal)
    try {
      const [cluster, sampled, controllerId] = await Promise.all([
        options.probe.metadata(signal),
        options.probe.groups(signal).catch((error: unknown) => {
          signal.throwIfAborted()
          return toFailure(error)
        }),
        options.probe.controllerId(signal),
      ])
      const answered = await options.probe.ends(partitionsOf(cluster), signal)
      const atMs = nowMs()
      // Without groups, everything else still holds.
      const groups = 'code' in sampled ? now.value.groups : sampled
      ends.add(atMs, cluster, answered, groups)
      if (!('code' in sampled)) takeGroups(atMs, sampled)
      rates.push({ atMs, brokers: ends.byBroker() })
      now.set({
        asOfMs: atMs,
        failure: null,
        cluster,
        controllerId: controllerId ?? cluster.controllerId,
        groups,
        groupsFailure: 'code' in sampled ? sampled : null,
        recordsInPerSecond: ends.total(),
      })
    } catch (error) {
      if (!abort.signal.aborted) now.set({ ...now.value, failure: toFailure(error) })
    }
    for (const wake of waiting) wake()
    waiting.clear()
  }

  function takeGroups(atMs: number, sampled: readonly SampledGroup[]): void {
    const names = new Set(sampled.map(it => it.group))
    for (const name of books.keys()) if (!names.has(name)) books.delete(name)
    for (const it of sampled) {
      const book = books.get(it.group) ?? groupLagBook(it.group, samplesFor(sampled))
      books.set(it.group, book)
      if (it.error === null) book.add(atMs, it.committed, ends)
    }
    for (const listener of listeners) listener(atMs, books)
  }

  const loop = async () => {
    while (!abort.signal.aborted) {
      const startMs = performance.now()
      await round()
      const tookMs = performance.now() - startMs
      await rest(Math.max(everyMs - tookMs, tookMs * restFactor), abort.signal)
    }
  }
  void loop()

  return {
    now,
    rates,
    end: (topic, partition) => ends.end({ topic, partition }),
    topicRate: topic => ends.topicRate(topic),
    group: group => books.get(group),
    lag: (group, signal) => lagItems({ signal, book: () => books.get(group), now }),
    soon: withinMs =>
      new Promise(resolve => {
        const timer = setTimeout(done, withinMs)
        waiting.add(done)
        function done() {
          clearTimeout(timer)
          waiting.delete(done)
          resolve()
        }
      }),
    onSample: listener => void listeners.add(listener),
    stop: () => abort.abort(),
  }
}

/** Fewer samples for each group where there are many of them, or of partitions. */
function samplesFor(groups: readonly SampledGroup[]): number {
  const numbers = groups.reduce((sum, it) => sum + it.committed.length + 6, 1)
  return Math.max(60, Math.min(rateSamplesMax, Math.floor(lagNumbersMax / numbers)))
}

function partitionsOf(cluster: ClusterMetadata): PartitionKey[] {
  const all: PartitionKey[] = []
  for (const topic of cluster.topics.values())
    for (const { partition, leaderId } of topic.partitions) if (leaderId >= 0) all.push({ topic: topic.name, partition })
  return all
}

interface LagReading {
  readonly signal: AbortSignal
  readonly book: () => GroupLagBook | undefined
  readonly now: Watched<ClusterSample>
}

/** Sends the history again whenever its partitions changed, else each new sample once. */
async function* lagItems(reading: LagReading): AsyncGenerator<LagItem, void> {
  let partitions: unknown
  let lastMs = -1
  let failure: Failure | null = null
  for await (const sample of reading.now.read(reading.signal)) {
    if (sample.failure !== null && sample.failure !== failure)
      yield { kind: 'failure', failure: sample.failure, atMs: sample.asOfMs }
    failure = sample.failure
    const history = reading.book()?.history
    const newest = history?.samples.at(-1)
    if (history === undefined || newest === undefined || newest.atMs === lastMs) continue
    lastMs = newest.atMs
    if (history.partitions === partitions) yield { kind: 'sample', sample: newest }
    else yield { kind: 'history', history }
    partitions = history.partitions
  }
}

interface EndsBook extends Ends {
  add(atMs: number, cluster: ClusterMetadata, answered: ReadonlyMap<string, number>, groups: readonly SampledGroup[]): void
  byBroker(): RateSample['brokers']
  topicRate(topic: string): number | null
  total(): number | null
}

/** Ends of all partitions, and what their growth says. */
function endsBook(): EndsBook {
  const now = new Map<string, number>()
  const histories = new Map<string, OffsetHistory>()
  const topicTrends = new Map<string, Trend>()
  const brokerTrends = new Map<number, { readonly trend: Trend; appended: number }>()
  const total = { trend: trend(3_000), appended: 0 }
  const forgetGone = (cluster: ClusterMetadata) => {
    for (const topic of topicTrends.keys()) if (!cluster.topics.has(topic)) topicTrends.delete(topic)
    for (const key of now.keys()) {
      if (cluster.topics.has(key.slice(0, key.lastIndexOf('/')))) continue
      now.delete(key)
      histories.delete(key)
    }
  }
  return {
    add(atMs, cluster, answered, groups) {
      forgetGone(cluster)
      const read = new Set(groups.flatMap(group => group.committed.map(it => keyOf(it.topic, it.partition))))
      for (const nodeId of cluster.brokers.keys())
        if (!brokerTrends.has(nodeId)) brokerTrends.set(nodeId, { trend: trend(3_000), appended: 0 })
      for (const topic of cluster.topics.values()) {
        let topicEnd = 0
        for (const { partition, leaderId } of topic.partitions) {
          const key = keyOf(topic.name, partition)
          const endOffset = answered.get(key)
          const before = now.get(key)
          topicEnd += endOffset ?? before ?? 0
          if (endOffset === undefined) continue
          // A partition seen for the first time tells nothing of its growth yet.
          const grown = before === undefined ? 0 : Math.max(0, endOffset - before)
          const broker = brokerTrends.get(leaderId)
          if (broker !== undefined) broker.appended += grown
          total.appended += grown
          now.set(key, endOffset)
          remember(histories, key, { atMs, endOffset }, read.has(key))
        }
        const rate = topicTrends.get(topic.name) ?? trend(3_000)
        rate.add(atMs, topicEnd)
        topicTrends.set(topic.name, rate)
      }
      for (const broker of brokerTrends.values()) broker.trend.add(atMs, broker.appended)
      total.trend.add(atMs, total.appended)
    },
    end: at => now.get(keyOf(at.topic, at.partition)),
    history: at => histories.get(keyOf(at.topic, at.partition)),
    topicRate: topic => topicTrends.get(topic)?.perSecond() ?? null,
    total: () => total.trend.perSecond(),
    byBroker: () =>
      [...brokerTrends].map(([brokerId, broker]) => ({
        brokerId,
        recordsInPerSecond: broker.trend.perSecond() ?? 0,
        bytesInPerSecond: null,
      })),
  }
}

function remember(
  histories: Map<string, OffsetHistory>,
  key: string,
  at: { readonly atMs: number; readonly endOffset: number },
  isRead: boolean,
): void {
  let history = histories.get(key)
  if (history === undefined) {
    // Partitions that a group reads come first when there are too many.
    if (histories.size >= (isRead ? historiesMax : historiesMax / 2)) return
    history = offsetHistory()
    histories.set(key, history)
  }
  history.add(at.atMs, at.endOffset)
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done() {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
