import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { listOffsets } from '../../protocol/messages/02-list-offsets.ts'
import type { Partition } from '../../replication/partition.ts'
import { handler, type Handler } from '../handler.ts'
import { findReplica, type PartitionDirectory } from '../partition-access.ts'

type Request = RequestOf<typeof listOffsets>
type PartitionRequest = Request['topics'][number]['partitions'][number]
type PartitionResponse = ResponseOf<typeof listOffsets>['topics'][number]['partitions'][number]

/** Special timestamps, and the first version that knows each (LO-01). */
const latest = -1
const earliest = -2
const maxTimestamp = -3
const earliestLocal = -4
const latestTiered = -5
const earliestPendingUpload = -6
const specialSince: ReadonlyMap<number, number> = new Map([
  [latest, 1],
  [earliest, 1],
  [maxTimestamp, 7],
  [earliestLocal, 8],
  [latestTiered, 9],
  [earliestPendingUpload, 11],
])

/** LO-03: older versions have no room for it. */
const epochSince = 4
/** A consumer, or the debugging one of LO-06. */
const debuggingReplicaId = -2

interface Asker {
  readonly replicaId: number
  readonly readCommitted: boolean
  readonly version: number
}

type Found = { readonly offset: number; readonly timestamp: number; readonly leaderEpoch: number }
const nothing: Found = { offset: -1, timestamp: -1, leaderEpoch: -1 }

/** ListOffsets v1-11: LO-01..06, FETCH-09. */
export function listOffsetsHandler(deps: PartitionDirectory): Handler<typeof listOffsets> {
  return handler(listOffsets, (request, context) => {
    const { replicaId, isolationLevel } = request
    const asker = { replicaId, readCommitted: isolationLevel === 1, version: context.apiVersion }
    const twice = askedTwice(request)
    const topics = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(wanted =>
        twice.has(`${name}:${wanted.partitionIndex}`) ? failed(wanted, 'INVALID_REQUEST') : answer(deps, asker, name, wanted),
      ),
    }))
    return { throttleTimeMs: 0, topics }
  })
}

function askedTwice(request: Request): Set<string> {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { name, partitions } of request.topics) {
    for (const { partitionIndex } of partitions) {
      const key = `${name}:${partitionIndex}`
      if (seen.has(key)) twice.add(key)
      seen.add(key)
    }
  }
  return twice
}

function answer(deps: PartitionDirectory, asker: Asker, topic: string, wanted: PartitionRequest): PartitionResponse {
  const { partitionIndex, currentLeaderEpoch, timestamp } = wanted
  if (timestamp < 0 && asker.version < (specialSince.get(timestamp) ?? Infinity)) return failed(wanted, 'UNSUPPORTED_VERSION')
  const replica = findReplica(deps, { topic, topicId: '', partition: partitionIndex, byId: false })
  if (typeof replica === 'string') return failed(wanted, replica)
  const refusal = replica.accessRefusal(currentLeaderEpoch, asker.replicaId === debuggingReplicaId)
  if (refusal !== undefined) return failed(wanted, refusal)
  const isAboutEnd = timestamp !== earliest && timestamp !== earliestLocal
  if (asker.replicaId < 0 && isAboutEnd && replica.isCatchingUpHighWatermark) {
    return failed(wanted, asker.version >= 5 ? 'OFFSET_NOT_AVAILABLE' : 'LEADER_NOT_AVAILABLE')
  }
  const at = find(replica, asker, timestamp)
  return { partitionIndex, errorCode: 0, ...at, leaderEpoch: asker.version >= epochSince ? at.leaderEpoch : -1 }
}

function find(replica: Partition, asker: Asker, timestamp: number): Found {
  const { log } = replica
  const below = endFor(replica, asker)
  switch (timestamp) {
    case latest:
      return { offset: below, timestamp: -1, leaderEpoch: log.latestEpoch ?? replica.leaderEpoch }
    case earliest:
    case earliestLocal:
      return { offset: log.logStartOffset, timestamp: -1, leaderEpoch: log.epochOfOffset(log.logStartOffset) ?? -1 }
    case maxTimestamp:
      return found(log.offsetOfMaxTimestamp(below))
    case latestTiered:
    case earliestPendingUpload:
      return nothing
    default:
      return found(log.offsetForTime(timestamp, below))
  }
}

function endFor(replica: Partition, asker: Asker): number {
  if (asker.replicaId >= 0 || asker.replicaId === debuggingReplicaId) return replica.log.logEndOffset
  return asker.readCommitted ? replica.log.lastStableOffset : replica.log.highWatermark
}

function found(at: { offset: number; timestampMs: number; leaderEpoch: number } | undefined): Found {
  return at === undefined ? nothing : { offset: at.offset, timestamp: at.timestampMs, leaderEpoch: at.leaderEpoch }
}

function failed(wanted: PartitionRequest, error: KafkaErrorName): PartitionResponse {
  return { partitionIndex: wanted.partitionIndex, errorCode: errorCode(error), ...nothing }
}
