export type DecoderName =
  | 'empty'
  | 'text'
  | 'json'
  | 'hex'
  | 'uuid'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'xml'
  | 'msgpack'
  | 'cbor'
  | 'avro'
  | 'protobuf'
  | 'internal'

/** Bytes as a person reads them, cut to what a row shows. */
export interface Preview {
  /** One line, at most `previewCharsMax` characters; line breaks shown as spaces. */
  readonly text: string
  readonly truncated: boolean
  readonly decoder: DecoderName
  /** Why this decoder: `starts with {`, `16 bytes, UUID version 4`, `chosen for this topic`. */
  readonly reason: string
  readonly sizeBytes: number
}

export interface HeaderPreview {
  readonly name: string
  /** Null: the header's value is null. */
  readonly value: Preview | null
}

export interface RecordRow {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly timestampType: 'create' | 'append' | 'none'
  /** Its timestamp lies before that of an earlier record of the same partition on this page. */
  readonly runsBackwards: boolean
  /** Null: no key. */
  readonly key: Preview | null
  /** Null: tombstone. */
  readonly value: Preview | null
  /** The first `headersShownMax`. */
  readonly headers: readonly HeaderPreview[]
  readonly headerCount: number
  /** Key, value and headers, uncompressed. */
  readonly sizeBytes: number
  /** Written in a transaction that was aborted, or is still open; null outside transactions or when committed. */
  readonly transaction: 'aborted' | 'open' | null
  /** A transaction marker; shown only when asked for. */
  readonly control: 'commit' | 'abort' | 'other' | null
  /** Parallel to the `fields` asked for: at most `fieldCharsMax` characters, numbers as written; null where there is none. */
  readonly fields: readonly (string | null)[]
  /** Null unless `batchFacts` was asked for. */
  readonly batch: RowBatch | null
}

/** What columns may show of the batch of a row. */
export interface RowBatch {
  readonly leaderEpoch: number
  /** -1: none. */
  readonly producerId: number
  readonly producerEpoch: number
  /** Of this record; -1: none. */
  readonly sequence: number
  readonly compression: string
}

/**
 * A cut through the chosen partitions: for each, parallel to `RecordSession.partitions`, the offset of the next record at or after
 * the cut. Pages lie between cuts, so nothing is lost or doubled between them in either direction.
 */
export type Cut = readonly number[]

export interface RecordSession {
  readonly session: string
  readonly topic: string
  readonly partitions: readonly SessionPartition[]
  /** Where reading starts. Newest: ask `records.page` backward from here; else forward. */
  readonly anchor: Cut
  readonly firstDirection: 'forward' | 'backward'
  readonly timestampType: 'create' | 'append' | 'unknown'
  /** Said in the header: `nothing at or after that time; the last record is of …`. */
  readonly note: string | null
  /** How a time was understood. */
  readonly startedAtMs: number | null
  /** Sum of end minus start over the partitions: for the scroll bar; grows. */
  readonly recordsAtMost: number
}

export interface SessionPartition {
  readonly partition: number
  readonly startOffset: number
  /** Exclusive; high watermark or last stable offset, by isolation. */
  readonly endOffset: number
}

/** Rows in ascending order (timestamp, then partition, then offset), whatever the direction asked for. */
export interface RecordPage {
  readonly rows: readonly RecordRow[]
  /** Cut before the first row: ask `backward` from here for what is earlier. */
  readonly start: Cut
  /** Cut after the last row: ask `forward` from here for what is later. */
  readonly end: Cut
  /** No earlier record exists. */
  readonly atStart: boolean
  /** No later record exists now; asking `forward` again later may bring new ones. */
  readonly atEnd: boolean
  /** Ends of the partitions as of this page, parallel to the session's partitions. */
  readonly endOffsets: Cut
  /** Partitions that could not be read, in words. */
  readonly missing: readonly string[]
  readonly scannedRecords: number
  readonly tookMs: number
}

/** A value as the inspector shows it. */
export interface DecodedPart {
  readonly decoder: DecoderName
  readonly reason: string
  readonly sizeBytes: number
  /** Decoded and laid out over lines; the first `detailCharsMax` characters. Null when the decoder failed: see `failure`. */
  readonly text: string | null
  /** More text follows: ask `records.text`. */
  readonly truncated: boolean
  /** Language name as Monaco knows it: `json`, `xml`, `plaintext`. */
  readonly language: string
  readonly failure: string | null
  /** Decoders that could be chosen instead. */
  readonly alternatives: readonly DecoderName[]
}

export interface RecordDetail {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly timestampType: 'create' | 'append' | 'none'
  readonly key: DecodedPart | null
  readonly value: DecodedPart | null
  readonly headers: readonly { readonly name: string; readonly value: DecodedPart | null }[]
  readonly transaction: 'aborted' | 'open' | null
  readonly control: 'commit' | 'abort' | 'other' | null
  readonly batch: BatchFacts
}

export interface BatchFacts {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly recordCount: number
  readonly sizeBytes: number
  readonly uncompressedBytes: number | null
  readonly magic: number
  readonly compression: string
  readonly crc: number
  readonly crcValid: boolean
  readonly leaderEpoch: number
  /** -1: none. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  /** Sequence of this record, or -1. */
  readonly sequence: number
  readonly isTransactional: boolean
  readonly isControl: boolean
  readonly firstTimestampMs: number
  readonly maxTimestampMs: number
}

export interface RecordLocation {
  readonly offset: number
  readonly partition: number
  /** One per replica, the leader first. */
  readonly copies: readonly RecordCopy[]
  /** Why files are not known: they lie on machines that only Kafka's protocol leads to. Null where they are. */
  readonly reason: string | null
}

export interface RecordCopy {
  readonly brokerId: number
  readonly isLeader: boolean
  /** The broker's log directory; null: it does not tell. */
  readonly directory: string | null
  readonly file: FilePosition | null
  /** Why there is no `file` where others have one. */
  readonly missing: string | null
}

/** A batch in its segment, and what leads there. */
export interface FilePosition {
  /** In the directory: `orders-3/00000000000000000000.log`. */
  readonly segment: string
  readonly segmentBytes: number
  /** Written to now. */
  readonly isActive: boolean
  readonly segmentCount: number
  readonly position: number
  readonly sizeBytes: number
  readonly baseOffset: number
  readonly lastOffset: number
  /** `entry` is counted from 1; 0: no entry lies before the offset, reading starts with the segment. */
  readonly index: { readonly entries: number; readonly entry: number; readonly offset: number; readonly position: number }
  /** Batches from the entry on until this one, this one too. */
  readonly scannedBatches: number
}

export interface BytesChunk {
  readonly bytes: Uint8Array
  readonly from: number
  readonly totalBytes: number
}

/** A field in the text of a value and in its bytes. */
export interface FieldPlace {
  /** `lines[0].price`; empty: the whole value. */
  readonly path: string
  /** With its name; `to` is behind the last one. */
  readonly chars: Span
  /** With its name, key or tag, where the format has one. */
  readonly bytes: Span
  readonly valueBytes: Span
}

export interface Span {
  readonly from: number
  readonly to: number
}

export interface FieldAnswer {
  readonly field: FieldPlace | null
  /** Why there is none: the format has no fields, or they cannot be told apart. Null: nothing is there. */
  readonly reason: string | null
}

export interface TextChunk {
  readonly text: string
  /** In characters. */
  readonly from: number
  readonly totalChars: number
}

export interface Produced {
  readonly topic: string
  readonly partition: number
  /** -1 with acks=0. */
  readonly offset: number
  readonly timestampMs: number
  readonly latencyMs: number
}

/** Several times a second, and at each change of `state`. */
export interface ProduceProgress {
  /** For `records.endProduce`. */
  readonly run: string
  /** `waiting`: all is sent, the transaction is open until somebody says what becomes of it. `done`: the last item. */
  readonly state: 'sending' | 'waiting' | 'done'
  readonly sent: number
  /** Acknowledged by the cluster. */
  readonly acked: number
  /** Null: as many as the file has lines. */
  readonly total: number | null
  readonly bytes: number
  readonly ratePerSecond: number
  /** From sending to acknowledgement; null while nothing was acknowledged. */
  readonly latencyMs: { readonly median: number; readonly p99: number } | null
  /** Of the last acknowledged record. */
  readonly last: { readonly partition: number; readonly offset: number } | null
  readonly outcome: 'committed' | 'aborted' | null
  readonly tookMs: number
}
