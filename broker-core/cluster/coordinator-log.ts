import type { FactLog, FactLogAppend } from '../coordinator/ports.ts'
import type { Partition } from '../replication/partition.ts'

const readBytesMax = 1024 * 1024

/** A partition of an internal topic as its coordinator sees it, in the leader epoch that it was elected in. */
export function coordinatorLog(replica: Partition, leaderEpoch: number, batchBytesMax: number): FactLog {
  const isStillLeader = () => replica.isLeader && replica.leaderEpoch === leaderEpoch
  return {
    partition: replica.partition,
    leaderEpoch,
    batchBytesMax,
    get logStartOffset() {
      return replica.log.logStartOffset
    },
    get logEndOffset() {
      return replica.log.logEndOffset
    },
    get highWatermark() {
      return replica.log.highWatermark
    },
    refusal() {
      if (replica.isOffline) return 'KAFKA_STORAGE_ERROR'
      if (!isStillLeader()) return 'NOT_LEADER_OR_FOLLOWER'
      return replica.isUnderMinIsr ? 'NOT_ENOUGH_REPLICAS' : undefined
    },
    markerRefusal({ coordinatorEpoch, producerEpoch, producerId }) {
      const known = replica.log.producers().find(producer => producer.producerId === producerId)
      if (known === undefined) return undefined
      if (producerEpoch < known.producerEpoch) return 'INVALID_PRODUCER_EPOCH'
      return coordinatorEpoch < known.coordinatorEpoch ? 'TRANSACTION_COORDINATOR_FENCED' : undefined
    },
    isZombie: ({ producerEpoch, producerId }) => producerEpoch < (replica.log.producerEpoch(producerId) ?? -1),
    append: batch => appendedTo(replica, batch, leaderEpoch),
    read(fromOffset, maxBytes) {
      const below = replica.log.logEndOffset
      if (fromOffset >= below) return { chunks: [], nextOffset: fromOffset }
      const read = replica.read(fromOffset, below, Math.min(maxBytes, readBytesMax), true)
      return { chunks: read?.chunks ?? [], nextOffset: read?.nextOffset ?? fromOffset }
    },
    watchHighWatermark(listener) {
      return replica.watermarkMoved.join(() => {
        if (isStillLeader()) listener(replica.log.highWatermark)
      })
    },
  }
}

function appendedTo(replica: Partition, batch: Uint8Array, leaderEpoch: number): FactLogAppend {
  const outcome = replica.append(batch, { origin: 'coordinator', requiresIsr: true, expectedLeaderEpoch: leaderEpoch })
  return outcome.ok ? { ok: true, lastOffset: outcome.lastOffset } : { ok: false, error: outcome.error }
}
