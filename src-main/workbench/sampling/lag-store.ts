import { appendFileSync, createReadStream, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { LagHistory, LagSample } from '../../contract/views/groups.ts'
import type { GroupLagBook } from './group-lag.ts'
import { keyOf } from './probe.ts'
import type { PartitionKey } from './probe.ts'

const everyMs = 15_000
const daysKept = 14
/** A day's file takes no more; what does not fit is left out evenly over the day. */
const dayBytesMax = 8_388_608
const dayMs = 86_400_000
/** A chart has no more points than this; longer times are thinned. */
const samplesMax = 2_000

/**
 * Lag over days, of one connection: a file of lines per day, at most 14 days and 8 MiB each. A line is one group at one moment; its
 * partitions stand in a line of their own, when they changed or the file is new. Groups without lag are written when that changes.
 */
export interface LagStore {
  /** To be called with every sample; writes now and then. */
  add(atMs: number, groups: ReadonlyMap<string, GroupLagBook>): void
  read(group: string, fromMs: number, toMs: number): Promise<LagHistory>
}

const line = z.union([
  z.object({ start: z.number() }),
  z.object({ g: z.string(), p: z.array(z.tuple([z.string(), z.number()])) }),
  z.object({
    t: z.number(),
    g: z.string(),
    l: z.array(z.number().nullable()),
    a: z.number().nullable(),
    c: z.number().nullable(),
    e: z.number().nullable(),
  }),
])

export function openLagStore(folder: string, nowMs: () => number, told: (problem: string) => void): LagStore {
  const writer = newWriter(folder, told)
  writer.start(nowMs())
  return {
    add: writer.add,
    read: (group, fromMs, toMs) => readHistory(folder, group, { fromMs, toMs }),
  }
}

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

function newWriter(folder: string, told: (problem: string) => void) {
  let lastMs = Number.NEGATIVE_INFINITY
  let day = ''
  let isBroken = false
  const partitionsWritten = new Map<string, string>()
  const quiet = new Set<string>()
  const append = (atMs: number, text: string) => {
    try {
      mkdirSync(folder, { recursive: true })
      appendFileSync(join(folder, `${dayOf(atMs)}.jsonl`), text, { mode: 0o600 })
      isBroken = false
    } catch (error) {
      if (!isBroken) told(`the lag history cannot be written: ${(error as Error).message}`)
      isBroken = true
    }
  }
  const beginDay = (atMs: number) => {
    if (day === dayOf(atMs)) return
    day = dayOf(atMs)
    partitionsWritten.clear()
    quiet.clear()
    removeOld(folder, atMs)
  }
  return {
    start(atMs: number) {
      beginDay(atMs)
      append(atMs, `${JSON.stringify({ start: atMs })}\n`)
    },
    add(atMs: number, groups: ReadonlyMap<string, GroupLagBook>) {
      if (atMs - lastMs < everyMs) return
      lastMs = atMs
      beginDay(atMs)
      if (sizeOf(join(folder, `${day}.jsonl`)) > allowance(atMs)) return
      let text = ''
      for (const [group, book] of groups) text += groupLines(group, book, { partitionsWritten, quiet })
      if (text !== '') append(atMs, text)
    },
  }
}

/** Bytes that the day's file may have by now: a tenth at once, the rest as the day goes on. */
const allowance = (atMs: number): number => dayBytesMax * (0.1 + 0.9 * ((atMs % dayMs) / dayMs))

interface Written {
  readonly partitionsWritten: Map<string, string>
  /** Groups whose last line said that nothing lags. */
  readonly quiet: Set<string>
}

function groupLines(group: string, book: GroupLagBook, written: Written): string {
  const { partitions, samples } = book.history
  const sample = samples.at(-1)
  if (sample === undefined || partitions.length === 0) return ''
  const isQuiet = sample.totalLag === 0
  if (isQuiet && written.quiet.has(group)) return ''
  if (isQuiet) written.quiet.add(group)
  else written.quiet.delete(group)
  const places = JSON.stringify({ g: group, p: partitions.map(({ topic, partition }) => [topic, partition]) })
  const head = written.partitionsWritten.get(group) === places ? '' : `${places}\n`
  written.partitionsWritten.set(group, places)
  const { atMs, lags, lagMs, committedPerSecond, appendedPerSecond } = sample
  return `${head}${JSON.stringify({ t: atMs, g: group, l: lags, a: rounded(lagMs), c: rounded(committedPerSecond), e: rounded(appendedPerSecond) })}\n`
}

const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100)

function removeOld(folder: string, atMs: number): void {
  for (const name of filesOf(folder))
    if (name < `${dayOf(atMs - daysKept * dayMs)}.jsonl`) rmSync(join(folder, name), { force: true })
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(name => /^\d{4}-\d\d-\d\d\.jsonl$/.test(name))
      .sort()
  } catch {
    return []
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    // Not there yet, or not to be reached: the writing itself says so.
    return 0
  }
}

interface Range {
  readonly fromMs: number
  readonly toMs: number
}

async function readHistory(folder: string, group: string, range: Range): Promise<LagHistory> {
  const gathered = gatherer(group, range)
  for (const name of filesOf(folder)) {
    if (name < `${dayOf(range.fromMs)}.jsonl` || name > `${dayOf(range.toMs)}.jsonl`) continue
    for await (const text of createInterface({ input: createReadStream(join(folder, name)) })) gathered.take(text)
  }
  return gathered.history()
}

/** Puts the lines of one group together; lines of other groups are passed over without being parsed. */
function gatherer(group: string, range: Range) {
  const mark = `"g":${JSON.stringify(group)}`
  const places = new Map<string, PartitionKey>()
  const samples: { readonly sample: Omit<LagSample, 'lags'>; readonly lags: ReadonlyMap<string, number | null> }[] = []
  const restartsAtMs: number[] = []
  let keys: readonly string[] = []
  return {
    take(text: string) {
      if (!text.includes(mark) && !text.startsWith('{"start"')) return
      const parsed = parsedLine(text)
      if (parsed === undefined) return
      if ('start' in parsed) {
        if (parsed.start >= range.fromMs && parsed.start <= range.toMs) restartsAtMs.push(parsed.start)
      } else if ('p' in parsed) {
        keys = parsed.p.map(([topic, partition]) => keyOf(topic, partition))
        for (const [topic, partition] of parsed.p) places.set(keyOf(topic, partition), { topic, partition })
      } else if (parsed.t >= range.fromMs && parsed.t <= range.toMs) {
        const lags = new Map(keys.map((key, index) => [key, parsed.l[index] ?? null]))
        const totalLag = parsed.l.reduce<number>((sum, lag) => sum + (lag ?? 0), 0)
        samples.push({
          sample: { atMs: parsed.t, totalLag, lagMs: parsed.a, committedPerSecond: parsed.c, appendedPerSecond: parsed.e },
          lags,
        })
      }
    },
    history(): LagHistory {
      const order = [...places.keys()].sort()
      const step = Math.max(1, Math.ceil(samples.length / samplesMax))
      const kept = samples.filter((_, index) => index % step === 0 || index === samples.length - 1)
      return {
        group,
        partitions: order.map(key => places.get(key) as PartitionKey),
        samples: kept.map(({ sample, lags }) => ({ ...sample, lags: order.map(key => lags.get(key) ?? null) })),
        restartsAtMs,
      }
    },
  }
}

/** The last line of a file may be cut off by a crash. */
function parsedLine(text: string): z.output<typeof line> | undefined {
  try {
    const parsed = line.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch {
    return undefined
  }
}
