import type { TopicPartition } from '../../model/ids.ts'
import { offsetRanges, type IsolationLevel } from '../admin/offsets.ts'
import type { CancelSignal } from '../cancel.ts'
import type { KafkaClient } from '../kafka-client.ts'
import type { ReadRecord } from './fetched-batch.ts'
import { openPartitionReader, type ReaderOptions } from './partition-reader.ts'

export interface BackwardsOptions extends TopicPartition {
  /** The page ends below this offset; absent: at the end of the partition. */
  readonly beforeOffset?: number
  readonly recordsMax: number
  /** Older records stay away once newer ones fill so many bytes of keys and values. Default 16 MiB. */
  readonly bytesMax?: number
  readonly isolation?: IsolationLevel
  readonly outcomes?: boolean
  readonly controlRecords?: boolean
  readonly signal?: CancelSignal
}

export interface BackwardsPage {
  /** Ascending. */
  readonly records: readonly ReadRecord[]
  /** Where the page before this one ends: `beforeOffset` of the next call. */
  readonly previousOffset: number
  /** The start of the log is reached. */
  readonly isAtStart: boolean
  readonly logStartOffset: number
}

const firstWindow = 64
const windowGrowth = 4
const bytesMaxDefault = 16 * 1024 * 1024

/**
 * The last records before an offset. Kafka reads only forwards, so windows of offsets before the page are read, larger ones where
 * compaction, aborted transactions or markers left gaps, and smaller ones where records are large.
 */
export async function readBackwards(client: KafkaClient, options: BackwardsOptions): Promise<BackwardsPage> {
  const { recordsMax, bytesMax = bytesMaxDefault } = options
  const range = await startAndEnd(client, options)
  let upTo = Math.min(options.beforeOffset ?? range.endOffset, range.endOffset)
  let page: readonly ReadRecord[] = []
  let window = Math.min(recordsMax, firstWindow)
  while (page.length < recordsMax && upTo > range.startOffset) {
    const from = Math.max(range.startOffset, upTo - window)
    const records = await readWindow(client, options, { from, upTo, keep: recordsMax - page.length })
    page = [...records, ...page]
    const bytes = sizeOf(page)
    if (bytes >= bytesMax) return cut(page, recordsMax, bytesMax, range.startOffset)
    upTo = from
    window = nextWindow(window, records.length, { missing: recordsMax - page.length, bytes, have: page.length, bytesMax })
  }
  const previousOffset = page.length < recordsMax ? upTo : (page[0] as ReadRecord).offset
  return { records: page, previousOffset, isAtStart: previousOffset <= range.startOffset, logStartOffset: range.startOffset }
}

async function startAndEnd(client: KafkaClient, options: BackwardsOptions): Promise<{ startOffset: number; endOffset: number }> {
  const { topic, partition, isolation, signal } = options
  const rest = { ...(isolation === undefined ? {} : { isolation }), ...(signal === undefined ? {} : { signal }) }
  const [range] = await offsetRanges(client, [{ topic, partition }], rest)
  return range ?? { startOffset: 0, endOffset: 0 }
}

/** The last `keep` records of a range of offsets; those before them are read and let go, for where they end is not known before. */
async function readWindow(
  client: KafkaClient,
  options: BackwardsOptions,
  { from, upTo, keep }: { readonly from: number; readonly upTo: number; readonly keep: number },
): Promise<readonly ReadRecord[]> {
  const { topic, partition, isolation, outcomes, controlRecords, signal } = options
  const readerOptions: ReaderOptions = {
    topic,
    partition,
    offset: from,
    ...(isolation === undefined ? {} : { isolation }),
    ...(outcomes === undefined ? {} : { outcomes }),
    ...(controlRecords === undefined ? {} : { controlRecords }),
  }
  const reader = openPartitionReader(client, readerOptions)
  let records: readonly ReadRecord[] = []
  for (;;) {
    const page = await reader.read({ recordsMax: keep, endOffset: upTo, ...(signal === undefined ? {} : { signal }) })
    records = [...records, ...page.records].slice(-keep)
    if (page.isAtEnd || page.nextOffset >= upTo) return records
  }
}

interface Progress {
  readonly missing: number
  readonly bytes: number
  readonly have: number
  readonly bytesMax: number
}

/** Offsets to read next: what is missing where all offsets held records, more where few did, less where the bytes would not fit. */
function nextWindow(window: number, found: number, { missing, bytes, have, bytesMax }: Progress): number {
  const wanted = found * 2 < window ? window * windowGrowth : Math.min(missing, window * windowGrowth)
  const bytesEach = have === 0 ? 0 : bytes / have
  const fitting = bytesEach === 0 ? wanted : Math.ceil((bytesMax - bytes) / bytesEach)
  return Math.max(1, Math.min(wanted, Math.max(fitting, 1)))
}

const sizeOf = (records: readonly ReadRecord[]): number => records.reduce((sum, it) => sum + bytesOf(it), 0)
const bytesOf = (record: ReadRecord): number => (record.key?.length ?? 0) + (record.value?.length ?? 0)

/** The newest records that fit, at least one. */
function cut(page: readonly ReadRecord[], recordsMax: number, bytesMax: number, logStartOffset: number): BackwardsPage {
  let bytes = 0
  let first = page.length - 1
  for (; first > 0 && page.length - first < recordsMax; first--) {
    bytes += bytesOf(page[first] as ReadRecord)
    if (bytes + bytesOf(page[first - 1] as ReadRecord) > bytesMax) break
  }
  const records = page.slice(first)
  const previousOffset = (records[0] as ReadRecord).offset
  return { records, previousOffset, isAtStart: previousOffset <= logStartOffset, logStartOffset }
}
