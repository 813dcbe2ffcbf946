import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { Records, ResponseOf } from '../../protocol/api.ts'
import type { fetch } from '../../protocol/messages/01-fetch.ts'
import { batchCompression } from '../../records/batch-header.ts'
import { batchStarts } from '../../records/batch-iterator.ts'
import type { Partition } from '../../replication/partition.ts'
import type { CatchUpLimit } from '../../replication/ports.ts'
import { findReplica, leaderHint, noLeader, type PartitionDirectory } from '../partition-access.ts'
import type { FetchEntry, FetchTarget } from './fetch-session.ts'
import { preferredReplica } from './preferred-replica.ts'

export type FetchPartitionResponse = ResponseOf<typeof fetch>['responses'][number]['partitions'][number]

/** Who reads, and by which rules. */
export interface FetchReader {
  readonly byId: boolean
  readonly version: number
  /** -1: a consumer. */
  readonly replicaId: number
  /** KIP-903; -1 unknown. */
  readonly replicaEpoch: number
  /** TXN-31. */
  readonly readCommitted: boolean
  /** REPL-01 is noted when a fetch comes, not again when a parked one is read for its answer. */
  readonly isFirstRead: boolean
  /** Monotonic; when the fetch came. */
  readonly nowMs: number
  /** Where a consumer is; empty when it does not say, or when this broker selects no replicas for its readers (FF-01). */
  readonly rack: string
  /** FF-04: consumers read at this follower, so it must hear of a new high watermark at once (KAFKA-9731). */
  readonly wantsWatermark: boolean
  /** LEAD-12: of followers, while a throttle is set. */
  readonly limit: CatchUpLimit | undefined
}

/** What one partition may still add to an answer. */
export interface ReadBudget {
  readonly maxBytes: number
  readonly atLeastOneBatch: boolean
  /** LEAD-12: what is left of it for replicas that are held back. */
  readonly limitedBytes: number
}

export interface PartitionRead {
  readonly entry: FetchEntry
  readonly response: FetchPartitionResponse
  readonly sizeBytes: number
  /** FETCH-04: what counts for `min_bytes`. More than `sizeBytes` where the next batch is there and does not fit. */
  readonly availableBytes: number
  /** FETCH-04: it was read to the end of an older segment, of which there will be no more. */
  readonly endsAtSegment: boolean
}

const noRecords: Records = { chunks: [], sizeBytes: 0 }
const noDivergence = { epoch: -1, endOffset: -1 }
const noSnapshot = { endOffset: -1, epoch: -1 }
/** KIP-392: from this version on a consumer may read at a follower. */
const followerReadSince = 11
/** FETCH-08: the field is older, but of use to the quorum alone before (KIP-951). */
const leaderSince = 16
/** FETCH-11: who asks in an older version cannot open it (KIP-110). */
const zstdSince = 10

/** Checks FETCH-01, 02, 06, 07 and reads what `budget` allows. */
export function readPartition(
  directory: PartitionDirectory,
  reader: FetchReader,
  entry: FetchEntry,
  budget: ReadBudget,
): PartitionRead {
  const { target } = entry
  const replica = findReplica(directory, target)
  if (typeof replica === 'string') return failed(directory, reader, entry, replica)
  const refusal = replica.accessRefusal(target.currentLeaderEpoch, mayReadAtFollower(reader))
  if (refusal !== undefined) return failed(directory, reader, entry, refusal)
  const isFollower = reader.replicaId >= 0
  if (isFollower && !replica.isReplica(reader.replicaId)) return failed(directory, reader, entry, 'UNKNOWN_TOPIC_OR_PARTITION')
  const diverging = replica.divergence(target.fetchOffset, target.lastFetchedEpoch)
  if (diverging !== undefined) return answered(replica, entry, { divergingEpoch: diverging })
  const now = replica.log
  if (target.fetchOffset < now.logStartOffset || target.fetchOffset > now.logEndOffset) {
    return failed(directory, reader, entry, 'OFFSET_OUT_OF_RANGE')
  }
  if (isFollower && reader.isFirstRead) noteFollower(replica, reader, target)
  const preferred = preferredOf(directory, replica, reader, target)
  if (preferred !== undefined) return answered(replica, entry, { preferredReadReplica: preferred })
  return readRecords(directory, replica, reader, entry, isLimited(replica, reader) ? limited(budget) : budget)
}

/** FF-01. A follower never sends its readers on. */
function preferredOf(
  directory: PartitionDirectory,
  replica: Partition,
  reader: FetchReader,
  target: FetchTarget,
): number | undefined {
  if (reader.rack === '' || !replica.isLeader) return undefined
  const { brokers } = directory.image()
  const rackOf = (brokerId: number) => brokers.get(brokerId)?.rack ?? null
  const followers = [...replica.followers()].map(({ brokerId, logStartOffset, logEndOffset }) => ({
    brokerId,
    rack: rackOf(brokerId),
    isInSync: replica.isr.includes(brokerId) && brokers.get(brokerId)?.fenced === false,
    logStartOffset,
    logEndOffset,
  }))
  const client = { rack: reader.rack, fetchOffset: target.fetchOffset }
  return preferredReplica(client, { rack: rackOf(replica.assignment.leader) }, followers)
}

/**
 * True when an incremental fetch has nothing to hear of this partition. Most partitions of most fetches are quiet, and what a
 * session of hundreds of them costs is this look.
 */
export function isQuiet(directory: PartitionDirectory, reader: FetchReader, entry: FetchEntry): boolean {
  const { target } = entry
  const replica = findReplica(directory, target)
  if (typeof replica === 'string' || entry.hadError || target.currentLeaderEpoch > replica.leaderEpoch) return false
  const { log } = replica
  const isFollower = reader.replicaId >= 0
  const isSame =
    target.fetchOffset === log.logEndOffset &&
    entry.highWatermark === log.highWatermark &&
    entry.logStartOffset === log.logStartOffset &&
    entry.lastStableOffset === log.lastStableOffset
  if (!isSame || replica.accessRefusal(target.currentLeaderEpoch, mayReadAtFollower(reader)) !== undefined) return false
  // FF-01: also who waits at the end of a quiet partition hears of a better replica.
  if (!isFollower) return preferredOf(directory, replica, reader, target) === undefined
  return !reader.isFirstRead || replica.followerIsStillThere(reader.replicaId, target, reader)
}

/** LEAD-12: whether this replica is sent to `reader` within the throttle only. */
export function isLimited(replica: Partition, { limit, replicaId }: FetchReader): boolean {
  return limit?.covers(replica.topic, replica.partition) === true && !replica.isr.includes(replicaId)
}

/** One batch goes as long as there is any room, or a rate below the size of a batch would stop everything. */
const limited = ({ maxBytes, limitedBytes }: ReadBudget): ReadBudget => ({
  maxBytes: Math.min(maxBytes, limitedBytes),
  atLeastOneBatch: maxBytes > 0 && limitedBytes > 0,
  limitedBytes,
})

/** How far `reader` may read this replica (FETCH-01). */
export function readableEnd(replica: Partition, reader: FetchReader): number {
  if (reader.replicaId >= 0) return replica.log.logEndOffset
  return reader.readCommitted ? replica.log.lastStableOffset : replica.log.highWatermark
}

const mayReadAtFollower = (reader: FetchReader) => reader.replicaId === -1 && reader.version >= followerReadSince

function noteFollower(replica: Partition, reader: FetchReader, target: FetchTarget): void {
  replica.followerFetched(reader.replicaId, {
    fetchOffset: target.fetchOffset,
    logStartOffset: target.logStartOffset,
    leaderLogEndOffset: replica.log.logEndOffset,
    brokerEpoch: reader.replicaEpoch,
    nowMs: reader.nowMs,
  })
}

function readRecords(
  directory: PartitionDirectory,
  replica: Partition,
  reader: FetchReader,
  entry: FetchEntry,
  { maxBytes, atLeastOneBatch }: ReadBudget,
): PartitionRead {
  const { target } = entry
  const belowOffset = readableEnd(replica, reader)
  const hasData = target.fetchOffset < belowOffset && (maxBytes > 0 || atLeastOneBatch)
  if (!hasData) return answered(replica, entry, { abortedTransactions: reader.readCommitted ? [] : null })
  const limitBytes = Math.min(maxBytes, target.maxBytes)
  const read = replica.read(target.fetchOffset, belowOffset, limitBytes, atLeastOneBatch)
  if (read === undefined) return failed(directory, reader, entry, 'KAFKA_STORAGE_ERROR')
  if (reader.version < zstdSince && read.chunks.some(holdsZstd)) {
    return failed(directory, reader, entry, 'UNSUPPORTED_COMPRESSION_TYPE')
  }
  const aborted = reader.readCommitted ? replica.log.abortedTransactions(target.fetchOffset, read.nextOffset) : null
  const records = { chunks: read.chunks, sizeBytes: read.sizeBytes }
  return {
    ...answered(replica, entry, { abortedTransactions: aborted, records }),
    availableBytes: read.nextOffset < belowOffset ? Math.max(limitBytes, read.sizeBytes) : read.sizeBytes,
    endsAtSegment: read.endsAtSegment === true,
  }
}

function holdsZstd(chunk: Uint8Array): boolean {
  for (const at of batchStarts(chunk)) if (batchCompression(chunk, at) === 'zstd') return true
  return false
}

function answered(replica: Partition, entry: FetchEntry, with_: Partial<FetchPartitionResponse>): PartitionRead {
  const { highWatermark, lastStableOffset, logStartOffset } = replica.log
  const response = {
    partitionIndex: entry.target.partition,
    errorCode: 0,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch: noDivergence,
    currentLeader: noLeader,
    snapshotId: noSnapshot,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: noRecords,
    ...with_,
  }
  return { entry, response, sizeBytes: response.records?.sizeBytes ?? 0, availableBytes: 0, endsAtSegment: false }
}

function failed(directory: PartitionDirectory, reader: FetchReader, entry: FetchEntry, error: KafkaErrorName): PartitionRead {
  const tellsLeader = error === 'NOT_LEADER_OR_FOLLOWER' || error === 'FENCED_LEADER_EPOCH'
  const response = {
    partitionIndex: entry.target.partition,
    errorCode: errorCode(error),
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    divergingEpoch: noDivergence,
    currentLeader: tellsLeader && reader.version >= leaderSince ? leaderHint(directory, entry.target) : noLeader,
    snapshotId: noSnapshot,
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: noRecords,
  }
  return { entry, response, sizeBytes: 0, availableBytes: 0, endsAtSegment: false }
}
