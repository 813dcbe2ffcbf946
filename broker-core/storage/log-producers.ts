import type { Compression } from '../env/codec.ts'
import {
  batchBaseOffset,
  batchIsControl,
  batchLastOffset,
  batchMaxTimestamp,
  batchProducerEpoch,
  batchProducerId,
} from '../records/batch-header.ts'
import { controlTypeOf, controlTypes, coordinatorEpochOf } from '../records/control-records.ts'
import { openRecords } from '../records/record-reader.ts'
import { readBatch } from './log-reading.ts'
import type { ProducerStates } from './producer-state.ts'
import type { Segment } from './segment.ts'
import type { SegmentList } from './segment-list.ts'
import type { AbortedTransaction } from './transaction-index.ts'

export interface TransactionMarker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  readonly isAbort: boolean
  readonly offset: number
  readonly timestampMs: number
}

/** The marker in a control batch; undefined for other control records (DISK-03) and for data. The whole batch must be there. */
export function transactionMarkerIn(bytes: Uint8Array, at: number, compression: Compression): TransactionMarker | undefined {
  if (!batchIsControl(bytes, at) || batchProducerId(bytes, at) < 0) return undefined
  const records = openRecords(bytes, at, compression)
  if (!records.next()) return undefined
  const type = controlTypeOf(records.key())
  if (type !== controlTypes.abort && type !== controlTypes.commit) return undefined
  return {
    producerId: batchProducerId(bytes, at),
    producerEpoch: batchProducerEpoch(bytes, at),
    coordinatorEpoch: coordinatorEpochOf(records.value()),
    isAbort: type === controlTypes.abort,
    offset: batchBaseOffset(bytes, at),
    timestampMs: batchMaxTimestamp(bytes, at),
  }
}

/** Takes one stored batch into the producer state. Returns the aborted transaction that it ends, for the transaction index. */
export function noteProducerOf(
  states: ProducerStates,
  bytes: Uint8Array,
  at: number,
  compression: Compression,
): AbortedTransaction | undefined {
  if (batchProducerId(bytes, at) < 0) return undefined
  const marker = transactionMarkerIn(bytes, at, compression)
  if (marker === undefined) {
    states.noteBatch(bytes, at)
    return undefined
  }
  const completed = states.noteMarker(marker)
  if (completed === undefined) return undefined
  const lastStableOffset = states.lastStableOffsetAfter(completed)
  states.completed(completed)
  if (!completed.isAborted) return undefined
  return {
    producerId: completed.producerId,
    firstOffset: completed.firstOffset,
    lastOffset: completed.lastOffset,
    lastStableOffset,
  }
}

/** DISK-25: replays the batch headers of [from, to) of the log; only control batches are read whole. */
export function replayProducers(
  states: ProducerStates,
  segments: readonly Segment[],
  range: { readonly from: number; readonly to: number },
  compression: Compression,
): void {
  for (const segment of segments) {
    const start = segment.locate(Math.max(range.from, segment.baseOffset))
    if (start === undefined) continue
    segment.scanHeaders(start.position, (bytes, at, position) => {
      if (batchBaseOffset(bytes, at) >= range.to) return false
      if (batchLastOffset(bytes, at) < range.from || batchProducerId(bytes, at) < 0) return true
      if (batchIsControl(bytes, at)) noteProducerOf(states, readBatch(segment, position), 0, compression)
      else states.noteBatch(bytes, at)
      return true
    })
  }
}

/** Whether there is one in [from, to) of the log. Looks at headers only, and at nothing where the range is empty. */
export function hasControlBatch(segments: SegmentList, { from, to }: { readonly from: number; readonly to: number }): boolean {
  let isFound = false
  for (const segment of from < to ? segments.from(from) : []) {
    const start = segment.locate(Math.max(from, segment.baseOffset))
    if (start === undefined) continue
    segment.scanHeaders(start.position, (bytes, at) => {
      if (batchBaseOffset(bytes, at) >= to) return false
      isFound = batchLastOffset(bytes, at) >= from && batchIsControl(bytes, at)
      return !isFound
    })
    if (isFound) return true
  }
  return false
}
