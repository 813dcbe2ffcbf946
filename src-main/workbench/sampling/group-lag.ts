import type { LagHistory, LagSample } from '../../contract/views/groups.ts'
import type { OffsetHistory } from './offset-history.ts'
import { keyOf } from './probe.ts'
import type { Committed, PartitionKey } from './probe.ts'
import { trend } from './trend.ts'
import type { Trend } from './trend.ts'

/** Rates are means over this long. */
const rateWindowMs = 10_000

export interface PartitionLag extends Committed {
  readonly endOffset: number | null
  readonly lag: number | null
  readonly lagMs: number | null
}

/** What the screens know of one group's lag now. */
export interface GroupLag {
  readonly partitions: readonly PartitionLag[]
  readonly totalLag: number | null
  readonly lagMs: number | null
  readonly worst: PartitionLag | undefined
  readonly committedPerSecond: number | null
  readonly appendedPerSecond: number | null
  /** Positive: falls behind. */
  readonly growthPerSecond: number | null
  readonly secondsToCatchUp: number | null
}

export interface GroupLagBook {
  readonly now: GroupLag
  readonly history: LagHistory
  /** Takes one sample; the new entry of the history, or undefined when its list of partitions changed (then all of it is new). */
  add(atMs: number, committed: readonly Committed[], ends: Ends): LagSample | undefined
}

export interface Ends {
  end(at: PartitionKey): number | undefined
  history(at: PartitionKey): OffsetHistory | undefined
}

/** Lag of one group: now, its rates, and the last `samplesMax` samples. */
export function groupLagBook(group: string, samplesMax: number): GroupLagBook {
  let partitions: readonly PartitionKey[] = []
  let samples: LagSample[] = []
  let rates = newRates()
  let endsKnown = 0
  let now: GroupLag = noLag
  return {
    get now() {
      return now
    },
    get history() {
      return { group, partitions, samples, restartsAtMs: [] }
    },
    add(atMs, committed, ends) {
      const lags = committed.map(it => partitionLag(atMs, it, ends)).sort(byPlace)
      const isChanged = !samePlaces(partitions, lags)
      if (isChanged) {
        samples = samples.map(sample => ({ ...sample, lags: remapped(sample.lags, partitions, lags) }))
        partitions = lags.map(({ topic, partition }) => ({ topic, partition }))
      }
      // An end that is told for the first time is no growth.
      const known = lags.filter(it => it.endOffset !== null).length
      if (isChanged || known !== endsKnown) rates = newRates()
      endsKnown = known
      rates.committed.add(atMs, sum(lags.map(it => it.offset)))
      rates.appended.add(atMs, sum(lags.map(it => it.endOffset ?? it.offset)))
      now = lagNow(lags, rates)
      const sample = sampleOf(atMs, now)
      samples = [...samples.slice(-(samplesMax - 1)), sample]
      return isChanged ? undefined : sample
    },
  }
}

const noLag: GroupLag = {
  partitions: [],
  totalLag: null,
  lagMs: null,
  worst: undefined,
  committedPerSecond: null,
  appendedPerSecond: null,
  growthPerSecond: null,
  secondsToCatchUp: null,
}

interface Rates {
  readonly committed: Trend
  readonly appended: Trend
}
const newRates = (): Rates => ({ committed: trend(rateWindowMs), appended: trend(rateWindowMs) })

export function partitionLag(atMs: number, committed: Committed, ends: Ends): PartitionLag {
  const endOffset = ends.end(committed) ?? null
  const lag = endOffset === null ? null : Math.max(0, endOffset - committed.offset)
  const appendedAtMs = lag === null || lag === 0 ? undefined : ends.history(committed)?.appendedAtMs(committed.offset)
  return {
    ...committed,
    endOffset,
    lag,
    lagMs: lag === 0 ? 0 : appendedAtMs === undefined ? null : Math.max(0, atMs - appendedAtMs),
  }
}

function lagNow(lags: readonly PartitionLag[], rates: Rates): GroupLag {
  const known = lags.filter(it => it.lag !== null)
  const committedPerSecond = rates.committed.perSecond()
  const appendedPerSecond = rates.appended.perSecond()
  const totalLag = known.length === 0 ? null : sum(known.map(it => it.lag ?? 0))
  const growthPerSecond =
    committedPerSecond === null || appendedPerSecond === null ? null : appendedPerSecond - committedPerSecond
  return {
    partitions: lags,
    totalLag,
    lagMs: lagMsOf(known),
    worst: known.reduce<PartitionLag | undefined>((worst, it) => ((it.lag ?? 0) > (worst?.lag ?? -1) ? it : worst), undefined),
    committedPerSecond,
    appendedPerSecond,
    growthPerSecond,
    secondsToCatchUp: secondsToCatchUp(totalLag, growthPerSecond),
  }
}

/** The oldest; unknown when a partition that lags does not know its own. */
function lagMsOf(known: readonly PartitionLag[]): number | null {
  if (known.length === 0 || known.some(it => it.lagMs === null)) return null
  return Math.max(...known.map(it => it.lagMs ?? 0))
}

export function secondsToCatchUp(totalLag: number | null, growthPerSecond: number | null): number | null {
  if (totalLag === 0) return 0
  if (totalLag === null || growthPerSecond === null || growthPerSecond >= -0.01) return null
  return totalLag / -growthPerSecond
}

const sampleOf = (atMs: number, now: GroupLag): LagSample => ({
  atMs,
  totalLag: now.totalLag ?? 0,
  lagMs: now.lagMs,
  committedPerSecond: now.committedPerSecond,
  appendedPerSecond: now.appendedPerSecond,
  lags: now.partitions.map(it => it.lag),
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const byPlace = (a: PartitionKey, b: PartitionKey): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1

const samePlaces = (left: readonly PartitionKey[], right: readonly PartitionKey[]): boolean =>
  left.length === right.length && left.every((it, index) => byPlace(it, right[index] as PartitionKey) === 0)

/** Lags of an old sample in the order of new partitions; null where it had none. */
function remapped(
  lags: readonly (number | null)[],
  before: readonly PartitionKey[],
  after: readonly PartitionKey[],
): (number | null)[] {
  const known = new Map(before.map((it, index) => [keyOf(it.topic, it.partition), lags[index] ?? null]))
  return after.map(it => known.get(keyOf(it.topic, it.partition)) ?? null)
}
