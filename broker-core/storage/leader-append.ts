import { assert } from '../base/assert.ts'
import {
  batchBaseTimestamp,
  batchCompression,
  batchIsTransactional,
  batchLastOffsetDelta,
  batchMaxTimestamp,
  batchProducerId,
  stampLogAppendTime,
  stampMaxTimestamp,
  stampOffsetAndEpoch,
} from '../records/batch-header.ts'
import { batchEnd } from '../records/batch-iterator.ts'
import { recompressBatch } from '../records/batch-recompression.ts'
import type { BatchRejection, BatchRules } from '../records/batch-validation.ts'
import { clientBatchRejection } from '../records/batch-validation.ts'
import { openRecords } from '../records/record-reader.ts'
import type { LogConfig } from './log-config.ts'
import type { StorageEnv } from './log-directory-port.ts'
import { transactionMarkerIn } from './log-producers.ts'
import type { LeaderAppend } from './partition-log.ts'
import { judgeSequence, type ProducerStates, type RememberedBatch } from './producer-state.ts'

export type LeaderVerdict =
  | { readonly kind: 'append'; readonly bytes: Uint8Array; readonly logAppendTimeMs: number }
  | { readonly kind: 'duplicate'; readonly batch: RememberedBatch }
  | { readonly kind: 'rejected'; readonly rejection: BatchRejection }

/** Since this version of Produce a transactional producer's first sequence must be 0 (IDEM-07, transactions v2). */
const transactionsV2ProduceVersion = 12

export const batchRulesOf = (config: LogConfig): BatchRules => ({
  maxMessageBytes: config.maxMessageBytes,
  segmentBytesMax: config.segmentBytes,
  compacted: config.compact,
  timestampType: config.timestampType,
  timestampBeforeMaxMs: config.timestampBeforeMaxMs,
  timestampAfterMaxMs: config.timestampAfterMaxMs,
})

/** Judges what a leader was given to append; the log itself is not touched. Stamps the append time where the topic wants it. */
export function judgeLeaderAppend(
  given: Uint8Array,
  options: LeaderAppend,
  config: LogConfig,
  rules: BatchRules,
  producers: ProducerStates,
  env: StorageEnv,
): LeaderVerdict {
  const nowMs = env.clock.nowMs()
  if (options.origin !== 'client') {
    const rejection =
      options.origin === 'coordinator' ? markerRejection(given, options.transactionVersion ?? 0, producers, env) : undefined
    return rejection === undefined ? withAppendTime(given, options, config, nowMs, env) : { kind: 'rejected', rejection }
  }
  const rejection = clientBatchRejection(given, rules, {
    nowMs,
    crc32c: env.crc32c,
    compression: env.compression,
    ...(options.produceVersion === undefined ? {} : { produceVersion: options.produceVersion }),
  })
  if (rejection !== undefined) return { kind: 'rejected', rejection }
  const sequence = sequenceVerdict(given, options, producers)
  if (sequence !== undefined) return sequence
  correctMaxTimestamp(given, config, nowMs, env)
  return withAppendTime(recompressed(given, config, env), options, config, nowMs, env)
}

/**
 * RET-02: a time to come that the header claims and no record has would keep its segment for ever. Kafka counts it anew in each batch;
 * here only where the records were opened for that claim, and found within the topic's bounds.
 */
function correctMaxTimestamp(bytes: Uint8Array, config: LogConfig, nowMs: number, env: StorageEnv): void {
  const isLie = config.timestampType === 'CreateTime' && batchMaxTimestamp(bytes, 0) > nowMs + config.timestampAfterMaxMs
  if (!isLie) return
  const records = openRecords(bytes, 0, env.compression)
  let maxTimestampMs = -1
  while (records.next()) maxTimestampMs = Math.max(maxTimestampMs, batchBaseTimestamp(bytes, 0) + records.timestampDelta)
  stampMaxTimestamp(bytes, 0, maxTimestampMs, env.crc32c)
}

function sequenceVerdict(bytes: Uint8Array, options: LeaderAppend, producers: ProducerStates): LeaderVerdict | undefined {
  const producerId = batchProducerId(bytes, 0)
  if (producerId < 0) return undefined
  const mustStartAtZero = batchIsTransactional(bytes, 0) && (options.produceVersion ?? 0) >= transactionsV2ProduceVersion
  const verdict = judgeSequence(producers.get(producerId), bytes, 0, mustStartAtZero)
  if (verdict.kind === 'append') return undefined
  if (verdict.kind === 'duplicate') return verdict
  return { kind: 'rejected', rejection: { error: verdict.error, message: verdict.message } }
}

/** TXN-12, as far as a partition can judge it. */
function markerRejection(
  bytes: Uint8Array,
  transactionVersion: number,
  producers: ProducerStates,
  env: StorageEnv,
): BatchRejection | undefined {
  const marker = transactionMarkerIn(bytes, 0, env.compression)
  const entry = marker === undefined ? undefined : producers.get(marker.producerId)
  if (marker === undefined || entry === undefined) return undefined
  const mustBeHigher = transactionVersion >= 2 && entry.currentTransactionFirstOffset >= 0
  if (marker.producerEpoch < entry.producerEpoch || (mustBeHigher && marker.producerEpoch === entry.producerEpoch)) {
    return {
      error: 'INVALID_PRODUCER_EPOCH',
      message: `Marker epoch ${marker.producerEpoch} is too old for the producer's ${entry.producerEpoch}`,
    }
  }
  if (marker.coordinatorEpoch >= entry.coordinatorEpoch) return undefined
  return {
    error: 'TRANSACTION_COORDINATOR_FENCED',
    message: `Coordinator epoch ${marker.coordinatorEpoch} is older than ${entry.coordinatorEpoch}`,
  }
}

/** PROD-06. */
function recompressed(bytes: Uint8Array, config: LogConfig, env: StorageEnv): Uint8Array {
  if (config.compression === 'producer' || config.compression === batchCompression(bytes, 0)) return bytes
  return recompressBatch(bytes, config.compression, config.compressionLevel, env)
}

/** PROD-05. */
function withAppendTime(
  bytes: Uint8Array,
  options: LeaderAppend,
  config: LogConfig,
  nowMs: number,
  env: StorageEnv,
): LeaderVerdict {
  if (config.timestampType !== 'LogAppendTime' || options.origin === 'raft') return { kind: 'append', bytes, logAppendTimeMs: -1 }
  for (let at = 0, end = batchEnd(bytes, 0); end !== -1; at = end, end = batchEnd(bytes, at)) {
    stampLogAppendTime(bytes, at, nowMs, env.crc32c)
  }
  return { kind: 'append', bytes, logAppendTimeMs: nowMs }
}

/** PROD-07: gives the batches their offsets from `firstOffset` on and the leader's epoch. Returns the last offset. */
export function stampBatches(bytes: Uint8Array, firstOffset: number, leaderEpoch: number): number {
  let next = firstOffset
  let at = 0
  for (let end = batchEnd(bytes, 0); end !== -1; at = end, end = batchEnd(bytes, at)) {
    stampOffsetAndEpoch(bytes, at, next, leaderEpoch)
    next += batchLastOffsetDelta(bytes, at) + 1
  }
  assert(at === bytes.length && next > firstOffset, 'a leader appends whole batches')
  return next - 1
}
