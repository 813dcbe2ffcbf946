import type { Clock, Timers } from '../env/clock.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { BatchCodecs } from '../records/batch-writer.ts'
import { encodeTransactionMarker } from '../records/control-records.ts'
import { park } from '../replication/parked/parked.ts'
import type { PartitionMarker } from './handlers/27-write-txn-markers.ts'
import { findReplica, type PartitionDirectory } from './partition-access.ts'

export interface MarkerWriterDeps extends PartitionDirectory {
  readonly clock: Clock
  readonly timers: Timers
  readonly codecs: BatchCodecs
  /** How long replication is waited for; the coordinator asks again after REQUEST_TIMED_OUT. */
  readonly timeoutMs: number
}

/** TXN-12: appends markers at the leader and waits until they are replicated. */
export function markerWriter(deps: MarkerWriterDeps) {
  return async (topic: string, partition: number, marker: PartitionMarker): Promise<KafkaErrorName> => {
    const replica = findReplica(deps, { topic, topicId: '', partition, byId: false })
    if (typeof replica === 'string') return replica
    const batch = encodeTransactionMarker({ ...marker, timestampMs: deps.clock.nowMs() }, deps.codecs)
    const outcome = replica.append(batch, {
      origin: 'coordinator',
      requiresIsr: true,
      transactionVersion: marker.transactionVersion,
    })
    if (!outcome.ok) return outcome.error
    const { leaderEpoch } = replica
    const standing = () => replica.acknowledgement(outcome.lastOffset, leaderEpoch)
    await new Promise<void>(resolve => {
      const isOver = () => standing() !== 'waiting'
      park({ isOver, watch: [replica.watermarkMoved], timeoutMs: deps.timeoutMs, complete: () => resolve() }, deps.timers)
    })
    const state = standing()
    return state === 'waiting' ? 'REQUEST_TIMED_OUT' : state
  }
}
