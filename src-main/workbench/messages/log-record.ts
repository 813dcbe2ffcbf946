/** A record as read from a partition; bytes are views on the answer that brought it. */
export interface LogRecord {
  readonly offset: number
  readonly timestampMs: number
  readonly timestampType: 'create' | 'append' | 'none'
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly LogHeader[]
  readonly transaction: 'aborted' | 'open' | null
  readonly control: 'commit' | 'abort' | 'other' | null
  /** Of the batch that it came in. */
  readonly batch?: BatchOrigin
}

/** One for all records of a batch. */
export interface BatchOrigin {
  readonly baseOffset: number
  readonly leaderEpoch: number
  /** -1: none. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly compression: string
}

export interface LogHeader {
  readonly name: string
  readonly value: Uint8Array | null
}

/** Key, value and headers, uncompressed. */
export function sizeOf(record: LogRecord): number {
  let size = (record.key?.length ?? 0) + (record.value?.length ?? 0)
  for (const header of record.headers) size += header.name.length + (header.value?.length ?? 0)
  return size
}
