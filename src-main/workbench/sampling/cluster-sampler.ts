import { setMaxListeners } from 'node:events'
import { noMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { ClusterMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import type { Failure } from '../../contract/failure.ts'
import type { ClusterEvent, RateSample } from '../../contract/views/cluster.ts'
import type { LagItem, RebalanceEvent } from '../../contract/views/groups.ts'
import { toFailure } from '../failures.ts'
import { inTurns } from '../in-turns.ts'
import { feed, watched } from '../watch.ts'
import type { Feed, Watched } from '../watch.ts'
import { clusterChanges } from './cluster-changes.ts'
import { endsBook } from './ends-book.ts'
import type { EndsBook } from './ends-book.ts'
import { groupLagBook } from './group-lag.ts'
import type { GroupLagBook } from './group-lag.ts'
import type { PartitionKey, Probe, SampledGroup } from './probe.ts'
import { rebalanceBook } from './rebalance-book.ts'
import type { RebalanceBook } from './rebalance-book.ts'
import { silence, stillUnknown } from './silent-brokers.ts'

const everyMs = 1_000
/** A cluster that takes long to answer is asked less often: the sampler is busy a tenth of its time at most. */
const restFactor = 9
/** One that does not answer at all is asked again before long. */
const restMaxMs = 15_000
/** Groups described at the same time. */
const looksAtOnce = 8
const roundTimeoutMs = 15_000
const rememberedMs = 900_000
const eventsMax = 1_000
const rateSamplesMax = rememberedMs / everyMs
/** Numbers in all lag histories together: 16 MB. */
const lagNumbersMax = 2_000_000

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
  readonly events: Feed<ClusterEvent>
  readonly rebalances: Feed<RebalanceEvent>
  /** Null before the group was looked into. */
  memberCount(group: string): number | null
  end(topic: string, partition: number): number | undefined
  topicRate(topic: string): number | null
  group(group: string): GroupLagBook | undefined
  /** History first, then every sample. */
  lag(group: string, signal: AbortSignal): AsyncGenerator<LagItem, void>
  /** Resolves after the next whole round, or when `withinMs` have passed. */
  soon(withinMs: number): Promise<void>
  /** Begins the next round now: something was changed that people wait to see. */
  hurry(): void
  /** Called after each round with what changed in the groups. */
  onSample(listener: OnSample): void
  /** Ends with `stop`: what streams from here ends with it. */
  readonly stopped: AbortSignal
  stop(): void
}

export interface SamplerOptions {
  readonly probe: Probe
  readonly nowMs: () => number
}

type OnSample = (atMs: number, groups: ReadonlyMap<string, GroupLagBook>) => void

/** What one sampler keeps. Only its rounds change it. */
interface SamplerState {
  readonly now: Watched<ClusterSample>
  readonly rates: Feed<RateSample>
  readonly events: Feed<ClusterEvent>
  readonly rebalances: RebalanceBook
  readonly ends: EndsBook
  readonly books: Map<string, GroupLagBook>
  readonly listeners: Set<OnSample>
  looking: Promise<void> | undefined
  /** Resolved and emptied after each round. */
  readonly waiting: Set<() => void>
  /** Cuts the rest between rounds short. */
  hurry: AbortController
}

/** Asks one cluster about once a second from now until `stop`: the source of all rates, lags and ages. */
export function startSampler(options: SamplerOptions): ClusterSampler {
  const abort = new AbortController()
  const state: SamplerState = {
    now: watched(nothingYet),
    rates: feed(rateSamplesMax),
    events: feed(eventsMax),
    rebalances: rebalanceBook(),
    looking: undefined,
    ends: endsBook(),
    books: new Map(),
    listeners: new Set(),
    waiting: new Set(),
    hurry: new AbortController(),
  }
  const { now, rates, ends, books, listeners, waiting } = state
  void repeatRounds(state, options, abort.signal)
  return {
    now,
    rates,
    events: state.events,
    rebalances: state.rebalances.events,
    memberCount: group => state.rebalances.memberCount(group),
    end: (topic, partition) => ends.end({ topic, partition }),
    topicRate: topic => ends.topicRate(topic),
    group: group => books.get(group),
    lag: (group, signal) => lagItems({ signal: AbortSignal.any([signal, abort.signal]), book: () => books.get(group), now }),
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
    hurry: () => state.hurry.abort(),
    onSample: listener => void listeners.add(listener),
    stopped: abort.signal,
    stop: () => abort.abort(),
  }
}

async function repeatRounds(state: SamplerState, options: SamplerOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    state.hurry = new AbortController()
    const startMs = performance.now()
    await sampleOnce(state, options, signal)
    for (const wake of [...state.waiting]) wake()
    const tookMs = performance.now() - startMs
    await rest(
      Math.min(restMaxMs, Math.max(everyMs - tookMs, tookMs * restFactor)),
      AbortSignal.any([signal, state.hurry.signal]),
    )
  }
}

async function sampleOnce(state: SamplerState, { probe, nowMs }: SamplerOptions, stop: AbortSignal): Promise<void> {
  const { now, ends, rates } = state
  const signal = AbortSignal.any([stop, AbortSignal.timeout(roundTimeoutMs)])
  // Every question of the round listens; that many are no leak.
  setMaxListeners(0, signal)
  try {
    const [cluster, sampled, controllerId] = await Promise.all([
      probe.metadata(signal),
      probe.groups(signal).catch((error: unknown) => {
        signal.throwIfAborted()
        return toFailure(error)
      }),
      probe.controllerId(signal),
    ])
    const answered = await probe.ends(partitionsOf(cluster), signal)
    const atMs = nowMs()
    // Without groups, everything else still holds.
    const kept = 'code' in sampled ? now.value.groups : stillUnknown(now.value.groups, sampled)
    const groups = 'code' in sampled ? kept : kept.length === 0 ? sampled.groups : [...sampled.groups, ...kept].sort(byGroup)
    ends.add(atMs, cluster, answered, groups)
    if (!('code' in sampled)) takeGroups(state, atMs, sampled.groups, kept)
    rates.push({ atMs, brokers: ends.byBroker() })
    publish(state, atMs, {
      asOfMs: atMs,
      failure: null,
      cluster,
      controllerId: controllerId ?? cluster.controllerId,
      groups,
      groupsFailure: 'code' in sampled ? sampled : silence(sampled),
      recordsInPerSecond: ends.total(),
    })
    if (!('code' in sampled)) state.looking ??= lookIntoGroups(state, probe, { atMs, sampled: sampled.groups, stop })
  } catch (error) {
    if (!stop.aborted) publish(state, nowMs(), { ...now.value, failure: signal.aborted ? tooSlow : toFailure(error) })
  }
}

const tooSlow: Failure = {
  code: 'UNREACHABLE',
  message: `the cluster did not answer everything within ${roundTimeoutMs / 1_000} s`,
  retriable: true,
}

const byGroup = (a: SampledGroup, b: SampledGroup): number => (a.group < b.group ? -1 : 1)

/** The first round tells nothing of what happened before it. */
function publish({ now, events }: SamplerState, atMs: number, next: ClusterSample): void {
  if (now.value.asOfMs > 0)
    for (const change of clusterChanges(now.value, next)) events.push({ id: events.pushed + 1, atMs, ...change })
  now.set(next)
}

/** Beside the rounds, which do not wait for it: a coordinator that does not answer must not make everything else rare. */
async function lookIntoGroups(
  state: SamplerState,
  probe: Probe,
  about: { readonly atMs: number; readonly sampled: readonly SampledGroup[]; readonly stop: AbortSignal },
): Promise<void> {
  const signal = AbortSignal.any([about.stop, AbortSignal.timeout(roundTimeoutMs)])
  setMaxListeners(0, signal)
  try {
    await inTurns(state.rebalances.due(about.sampled), looksAtOnce, async group => {
      const looked = await probe.look(group, signal).catch(() => undefined)
      if (looked !== undefined) state.rebalances.add(about.atMs, group.group, looked)
    })
  } finally {
    state.looking = undefined
  }
}

function takeGroups(
  { books, ends, listeners }: SamplerState,
  atMs: number,
  sampled: readonly SampledGroup[],
  kept: readonly SampledGroup[],
): void {
  const names = new Set([...sampled, ...kept].map(it => it.group))
  for (const name of books.keys()) if (!names.has(name)) books.delete(name)
  for (const it of sampled) {
    const book = books.get(it.group) ?? groupLagBook(it.group, samplesFor(sampled))
    books.set(it.group, book)
    if (it.error === null) book.add(atMs, it.committed, ends)
  }
  for (const listener of listeners) listener(atMs, books)
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
