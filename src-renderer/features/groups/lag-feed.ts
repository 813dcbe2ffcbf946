import type { LagHistory, LagItem, LagSample } from '../../../src-main/contract/views/groups.ts'

/** Live samples that are kept; the oldest go first. */
export const liveSamplesMax = 900

export interface LagFeed {
  readonly history: LagHistory | null
  /** Why the last samples are missing, when they are. */
  readonly problem: { readonly message: string; readonly atMs: number } | null
}

export const noFeed: LagFeed = { history: null, problem: null }

export function takeLagItem(feed: LagFeed, item: LagItem): LagFeed {
  if (item.kind === 'failure') return { ...feed, problem: { message: item.failure.message, atMs: item.atMs } }
  if (item.kind === 'history') return { history: item.history, problem: null }
  if (feed.history === null) return feed
  const samples = [...feed.history.samples.slice(-(liveSamplesMax - 1)), item.sample]
  return { history: { ...feed.history, samples }, problem: null }
}

/** Null in place of a sample: nothing is known of the time until the next one. */
export type Moment = LagSample | { readonly atMs: number; readonly isGap: true }

export interface MergedLag {
  readonly partitions: LagHistory['partitions']
  /** Parallel to `partitions`, ordered by time. */
  readonly moments: readonly Moment[]
  readonly restartsAtMs: readonly number[]
}

/** The sampler writes to disk this often. */
const storedEveryMs = 15_000
/** A sampler that is slow to be answered looks every two and a half minutes at least. */
const gapAtLeastMs = 160_000
const gapSteps = 6
const stepsToTell = 8

/**
 * What is on disk and what is live as one: the live samples win where both are. Two samples that lie further apart than usual have a
 * gap between them, unless the earlier one had no lag and the app ran on: nothing is written while a group stays caught up.
 */
export function mergedLag(stored: LagHistory | null, live: LagHistory | null): MergedLag {
  const partitions = live !== null && live.partitions.length > 0 ? live.partitions : (stored?.partitions ?? [])
  const restartsAtMs = stored?.restartsAtMs ?? []
  const liveSamples = aligned(live, partitions)
  const liveFromMs = liveSamples[0]?.atMs ?? Number.POSITIVE_INFINITY
  const old = aligned(stored, partitions).filter(sample => sample.atMs < liveFromMs)
  const samples = [...old, ...liveSamples]
  const longMs = Math.max(gapAtLeastMs, gapSteps * usualStepMs(old))
  const moments: Moment[] = []
  for (const [at, sample] of samples.entries()) {
    const before = samples[at - 1]
    if (before !== undefined && sample.atMs - before.atMs > longMs) moments.push(...between(before, sample, restartsAtMs))
    moments.push(sample)
  }
  return { partitions, moments, restartsAtMs }
}

function between(before: LagSample, after: LagSample, restartsAtMs: readonly number[]): readonly Moment[] {
  const isRestart = restartsAtMs.some(atMs => atMs > before.atMs && atMs <= after.atMs)
  if (before.totalLag === 0 && !isRestart) return [{ ...before, atMs: after.atMs - storedEveryMs }]
  return [{ atMs: before.atMs + 1, isGap: true }]
}

/** The usual distance of samples, which is long where they are thinned; 0 when there are too few to tell. */
function usualStepMs(samples: readonly LagSample[]): number {
  const steps = samples.slice(1).map((sample, at) => sample.atMs - (samples[at] as LagSample).atMs)
  return steps.length < stepsToTell ? 0 : (steps.sort((a, b) => a - b)[steps.length >> 2] ?? 0)
}

/** Samples with their lags in the order of other partitions. */
function aligned(history: LagHistory | null, partitions: LagHistory['partitions']): readonly LagSample[] {
  if (history === null || history.partitions === partitions) return history?.samples ?? []
  const places = new Map(history.partitions.map(({ topic, partition }, at) => [`${topic}/${partition}`, at]))
  const order = partitions.map(({ topic, partition }) => places.get(`${topic}/${partition}`))
  if (order.length === history.partitions.length && order.every((from, at) => from === at)) return history.samples
  return history.samples.map(sample => ({
    ...sample,
    lags: order.map(from => (from === undefined ? null : (sample.lags[from] ?? null))),
  }))
}

/** Records per second by which each partition's lag changes, over about the last `windowMs`; null while unknown. */
export function partitionGrowth(history: LagHistory | null, windowMs = 30_000): ReadonlyMap<string, number | null> {
  const samples = history?.samples ?? []
  const last = samples.at(-1)
  if (history === null || last === undefined) return new Map()
  const first = samples.find(sample => sample.atMs >= last.atMs - windowMs) ?? last
  const seconds = (last.atMs - first.atMs) / 1_000
  return new Map(
    history.partitions.map(({ topic, partition }, at) => {
      const [from, to] = [first.lags[at] ?? null, last.lags[at] ?? null]
      return [`${topic}/${partition}`, seconds < 2 || from === null || to === null ? null : (to - from) / seconds]
    }),
  )
}
