import type { Compression } from '../../../broker-core/env/codec.ts'
import {
  batchIsControl,
  batchIsLogAppendTime,
  batchIsTransactional,
  batchBaseOffset,
  batchBaseSequence,
  batchBaseTimestamp,
  batchCompression,
  batchLastOffset,
  batchLeaderEpoch,
  batchMagic,
  batchMaxTimestamp,
  batchProducerEpoch,
  batchProducerId,
  currentMagic,
} from '../../../broker-core/records/batch-header.ts'
import { batchesIn } from '../../../broker-core/records/batch-iterator.ts'
import { controlTypeOf, controlTypes } from '../../../broker-core/records/control-records.ts'
import { openRecords } from '../../../broker-core/records/record-reader.ts'
import type { RecordCursor } from '../../../broker-core/records/record-reader.ts'
import { FailureError } from '../../contract/failure.ts'
import type { BatchOrigin, LogRecord } from './log-record.ts'

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export interface BatchReading {
  readonly compression: Compression
  /** Records before are left out: a batch comes whole, also when its middle was asked for. */
  readonly from: number
  /** As the broker told them with these very bytes (TXN: read committed). */
  readonly aborted: readonly AbortedTransaction[]
  /** Transactional records at or behind it belong to a transaction that is not decided here: the last stable offset. */
  readonly stableOffset: number
}

export interface ReadBatches {
  readonly records: LogRecord[]
  /** Behind the last batch; `from` when there is none. */
  readonly nextOffset: number
}

/** One batch of an answer, not opened yet. */
export interface WalkedBatch {
  readonly batch: Uint8Array
  readonly lastOffset: number
  readonly isControl: boolean
  readonly transaction: LogRecord['transaction']
  /** Its records from `from` on. Throws CorruptRecords or CompressionError. */
  open(): LogRecord[]
}

/** Bytes up to the number of the format, which stands at the same place in all of them. */
const magicEnd = 17

/**
 * Throws for what Kafka before 0.11 wrote, or later versions for old clients: such messages may be too short for a batch, so that nothing
 * at all would be found in the answer.
 */
export function checkFormat(bytes: Uint8Array): void {
  if (bytes.length < magicEnd || batchMagic(bytes, 0) === currentMagic) return
  throw new FailureError({
    code: 'BROKER',
    message: `records of message format v${batchMagic(bytes, 0)}, which is older than Kafka 0.11, are not read`,
    hint: 'What was written later can be read from an offset or a time behind them.',
  })
}

/** All whole batches of one answer in order, with what transactions say of them; those before `from` are left out. */
export function* walkBatches(bytes: Uint8Array, reading: BatchReading): Generator<WalkedBatch> {
  const transactions = transactionStates(reading)
  checkFormat(bytes)
  for (const batch of batchesIn(bytes)) {
    checkFormat(batch)
    const lastOffset = batchLastOffset(batch, 0)
    if (lastOffset < reading.from) continue
    const facts = batchFacts(batch, transactions)
    if (facts.control !== null) transactions.ended(batchProducerId(batch, 0))
    yield {
      batch,
      lastOffset,
      isControl: facts.control !== null,
      transaction: facts.transaction,
      open() {
        return openBatch(batch, facts, reading)
      },
    }
  }
}

/**
 * Opens the batches of one answer, up to one that cannot be read. When that is the first, throws CorruptRecords, CompressionError, or
 * what is wrong with its format.
 */
export function readBatches(bytes: Uint8Array, reading: BatchReading): ReadBatches {
  const records: LogRecord[] = []
  let nextOffset = reading.from
  try {
    for (const walked of walkBatches(bytes, reading)) {
      const opened = walked.open()
      nextOffset = Math.max(nextOffset, walked.lastOffset + 1)
      for (const record of opened) records.push(record)
    }
  } catch (error) {
    if (nextOffset === reading.from) throw error
  }
  return { records, nextOffset }
}

type Facts = Pick<LogRecord, 'timestampType' | 'transaction'> & { readonly control: true | null }

function batchFacts(batch: Uint8Array, transactions: TransactionStates): Facts {
  const control = batchIsControl(batch, 0) ? true : null
  const isData = batchIsTransactional(batch, 0) && control === null
  return {
    timestampType: batchIsLogAppendTime(batch, 0) ? 'append' : 'create',
    transaction: isData ? transactions.of(batchProducerId(batch, 0), batchBaseOffset(batch, 0)) : null,
    control,
  }
}

const batchOrigin = (batch: Uint8Array): BatchOrigin => ({
  baseOffset: batchBaseOffset(batch, 0),
  leaderEpoch: batchLeaderEpoch(batch, 0),
  producerId: batchProducerId(batch, 0),
  producerEpoch: batchProducerEpoch(batch, 0),
  baseSequence: batchBaseSequence(batch, 0),
  compression: batchCompression(batch, 0) ?? 'unknown',
})

/** Walks the cursor itself: in a scan this runs for every record there is. */
function openBatch(batch: Uint8Array, facts: Facts, { compression, from }: BatchReading): LogRecord[] {
  const origin = batchOrigin(batch)
  const cursor = openRecords(batch, 0, compression)
  const baseTimestamp = batchBaseTimestamp(batch, 0)
  const appendTime = batchIsLogAppendTime(batch, 0) ? batchMaxTimestamp(batch, 0) : undefined
  const records: LogRecord[] = []
  while (cursor.next()) {
    const offset = origin.baseOffset + cursor.offsetDelta
    if (offset < from) continue
    records.push(logRecord(cursor, offset, appendTime ?? baseTimestamp + cursor.timestampDelta, facts, origin))
  }
  return records
}

const noHeaders: LogRecord['headers'] = []

function logRecord(cursor: RecordCursor, offset: number, timestampMs: number, facts: Facts, batch: BatchOrigin): LogRecord {
  const key = cursor.key()
  return {
    offset,
    timestampMs,
    timestampType: timestampMs < 0 ? 'none' : facts.timestampType,
    key,
    value: cursor.value(),
    headers: cursor.headerCount === 0 ? noHeaders : cursor.headers().map(header => ({ name: header.key, value: header.value })),
    transaction: facts.transaction,
    control: facts.control === null ? null : controlName(key),
    batch,
  }
}

function controlName(key: Uint8Array | null): LogRecord['control'] {
  const type = controlTypeOf(key)
  if (type === controlTypes.commit) return 'commit'
  return type === controlTypes.abort ? 'abort' : 'other'
}

interface TransactionStates {
  of(producerId: number, offset: number): LogRecord['transaction']
  /** A marker of this producer was passed. */
  ended(producerId: number): void
}

/** Walks along with the batches: a producer's transaction is aborted from its first offset to its marker. */
function transactionStates(reading: BatchReading): TransactionStates {
  const pending = [...reading.aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  const aborting = new Set<number>()
  return {
    of(producerId, offset) {
      while (pending[0] !== undefined && pending[0].firstOffset <= offset)
        aborting.add((pending.shift() as AbortedTransaction).producerId)
      if (aborting.has(producerId)) return 'aborted'
      return offset >= reading.stableOffset ? 'open' : null
    },
    ended(producerId) {
      aborting.delete(producerId)
    },
  }
}
