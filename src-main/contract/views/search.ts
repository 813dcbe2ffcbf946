import type { Cut, RecordRow } from './records.ts'

export type ScanEnd =
  /** Every record of the range was read. */
  | 'range-done'
  | 'hits-reached'
  /** The filter took too long or threw too often: `message` says. */
  | 'filter-failed'
  | 'cluster-failed'

/** Progress comes at least four times a second; hits as they are found, in the order of reading. */
export type ScanItem =
  | { readonly kind: 'hits'; readonly rows: readonly RecordRow[] }
  | ScanProgress
  | (Omit<ScanProgress, 'kind'> & { readonly kind: 'done'; readonly reason: ScanEnd; readonly message: string | null })

export interface ScanProgress {
  readonly kind: 'progress'
  readonly partitions: readonly ScanRange[]
  /** What was not looked at yet; every hit outside of it was sent before. Given as `ranges` of another scan, it goes on from here. */
  readonly remaining: readonly OffsetRange[]
  /** Offsets of the ranges, all together: what 100 % is. */
  readonly offsetsTotal: number
  readonly offsetsDone: number
  readonly scanned: number
  readonly matched: number
  /** Records on which the filter threw, or whose value did not decode as it needs. */
  readonly undecodable: number
  /** Why, of the first of them. */
  readonly firstProblem: string | null
  readonly bytes: number
  readonly tookMs: number
}

/** From the first offset to before the second. */
export interface OffsetRange {
  readonly partition: number
  readonly fromOffset: number
  readonly toOffset: number
}

/** All of one partition that the scan is to read. */
export interface ScanRange extends OffsetRange {
  /** Oldest first: all before it was looked at. Newest first: the same of the slice that is being read. */
  readonly nextOffset: number
}

export type TailItem =
  | { readonly kind: 'ready'; readonly partitions: readonly number[]; readonly from: Cut }
  /** Rows of the last moment; `seen` of them arrived, `rows` are shown: `1 of 40 shown`. */
  | {
      readonly kind: 'rows'
      readonly rows: readonly RecordRow[]
      readonly seen: number
      readonly seenTotal: number
      readonly next: Cut
      /** Bytes of records that this tail holds now; the topic holds the rest. */
      readonly heldBytes: number
    }
  | { readonly kind: 'failure'; readonly message: string; readonly retriable: boolean }

/** By sampled look-ups in the time indexes (ListOffsets), not by reading: counts are of offsets. */
export interface Histogram {
  readonly fromMs: number
  readonly toMs: number
  readonly bucketMs: number
  /** Records (by offsets) per bucket. */
  readonly counts: readonly number[]
  readonly total: number
  readonly missing: readonly string[]
}
