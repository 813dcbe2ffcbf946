import type { CancelTimer } from '../env/clock.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { fetch } from '../protocol/messages/01-fetch.ts'
import type { Core } from './core.ts'
import { oversleptShare } from './following.ts'
import { type LeaderProgress, leaderProgress } from './leader-progress.ts'
import { metadataTopic, metadataTopicId, type OffsetAndEpoch } from './ports.ts'
import type { Leader } from './quorum-state.ts'
import { beginRequest, clusterMismatch, fetchFailure, fetchResponse, onlyPartition } from './replies.ts'

/** What only the leader of an epoch has. Dropped with the role. */
export interface Leading {
  readonly epoch: number
  /** Offset of the LeaderChange record that opens the epoch. */
  readonly epochStartOffset: number
  readonly progress: LeaderProgress
  /** At most one per replica; see parkedMax. */
  readonly parked: Map<number, ParkedFetch>
  cancelFlush: CancelTimer | undefined
  sinceMs: number
}

interface ParkedFetch {
  /** Answers with what is there now. Once. */
  complete(): void
}

/** Fetches parked at the same time; beyond it they are answered at once, empty. */
const parkedMax = 64

export function enterLeader(core: Core, role: Leader): void {
  const { log, clock } = core.options
  const epochStartOffset = log.appendLeaderChange(
    { leaderId: core.nodeId, voterIds: core.voterIds, grantingVoterIds: role.grantingVoterIds },
    role.epoch,
  )
  core.leading = {
    epoch: role.epoch,
    epochStartOffset,
    progress: leaderProgress({ selfId: core.nodeId, voterIds: core.voterIds, epochStartOffset }),
    parked: new Map(),
    cancelFlush: undefined,
    sinceMs: clock.monotonicMs(),
  }
  for (const voterId of core.otherVoterIds) core.spawn(announceEpoch(core, voterId))
  watchMajority(core)
  appended(core)
}

export function leaveLeader(core: Core): void {
  const { leading } = core
  if (leading === undefined) return
  leading.cancelFlush?.()
  core.leading = undefined
  for (const parked of [...leading.parked.values()]) parked.complete()
}

/** One atomic batch in `epoch`; undefined when this node does not lead that epoch. */
export function append(core: Core, values: readonly Uint8Array[], epoch: number): number | undefined {
  if (core.stopped || core.leading === undefined || core.leading.epoch !== epoch) return undefined
  const lastOffset = core.options.log.appendValues(values, epoch)
  appended(core)
  return lastOffset
}

/** Followers get it at once; the flush is shared by all appends of this macrotask, and only then does the leader count itself. */
function appended(core: Core): void {
  const { leading } = core
  if (leading === undefined) return
  completeParked(leading)
  leading.cancelFlush ??= core.options.timers.soon(() => {
    leading.cancelFlush = undefined
    if (core.leading !== leading) return
    core.options.log.flush()
    leading.progress.recordOwn(core.options.log.flushedOffset)
    advance(core, leading)
  })
}

function advance(core: Core, leading: Leading): void {
  const committed = leading.progress.committedOffset()
  if (committed === undefined || committed <= core.highWatermark) return
  core.advanceHighWatermark(committed)
  completeParked(leading)
}

function completeParked(leading: Leading): void {
  for (const parked of [...leading.parked.values()]) parked.complete()
}

/** BeginQuorumEpoch until the voter fetches; one that is down is asked again by watchMajority. */
async function announceEpoch(core: Core, voterId: number): Promise<void> {
  const response = await core.options.peers.beginQuorumEpoch(voterId, beginRequest(core, voterId)).catch(() => undefined)
  const answer = response === undefined ? undefined : onlyPartition(response.topics)
  if (answer !== undefined && !core.stopped) core.hear(answer.leaderEpoch, answer.leaderId < 0 ? undefined : answer.leaderId)
}

/** A leader that a majority has not fetched from for 1.5 fetch timeouts resigns: the others may have elected another (KIP-595). */
function watchMajority(core: Core): void {
  if (core.otherVoterIds.length === 0) return
  const periodMs = core.timeouts.fetchTimeoutMs / 2
  core.armRoleTimer(periodMs, lateMs => {
    const { leading } = core
    if (leading === undefined) return
    const nowMs = core.options.clock.monotonicMs()
    // Who overslept has not read yet what the others sent: the wait for them starts anew.
    if (lateMs > core.timeouts.fetchTimeoutMs * oversleptShare) leading.sinceMs = nowMs
    const sinceMs = nowMs - core.timeouts.fetchTimeoutMs * 1.5
    if (leading.sinceMs < sinceMs && !leading.progress.hasMajoritySince(sinceMs)) {
      core.options.sink.write('warn', 'raft.majority-lost', { node: core.nodeId, epoch: leading.epoch })
      core.become({ kind: 'resigned', epoch: leading.epoch })
      return
    }
    for (const voterId of core.otherVoterIds) {
      if ((leading.progress.lastFetchMs(voterId) ?? -Infinity) < nowMs - periodMs) core.spawn(announceEpoch(core, voterId))
    }
    watchMajority(core)
  })
}

/** Fetch (1) on the metadata partition: from voters and observers. Parks while there is neither a record nor a high watermark to tell. */
export async function answerFetch(core: Core, request: RequestOf<typeof fetch>): Promise<ResponseOf<typeof fetch>> {
  if (clusterMismatch(core, request.clusterId)) return fetchFailure('INCONSISTENT_CLUSTER_ID')
  const asked = onlyPartition(request.topics)
  const topic = request.topics[0]
  const isMetadata = topic !== undefined && (topic.topicId === metadataTopicId || topic.topic === metadataTopic)
  if (asked === undefined || asked.partition !== 0 || !isMetadata) return fetchFailure('INVALID_REQUEST')
  const replicaId = Math.max(request.replicaId, request.replicaState.replicaId)
  if (asked.currentLeaderEpoch >= 0) {
    if (asked.currentLeaderEpoch < core.role.epoch) return fetchResponse(core, 'FENCED_LEADER_EPOCH', {})
    if (asked.currentLeaderEpoch > core.role.epoch) return fetchResponse(core, 'UNKNOWN_LEADER_EPOCH', {})
  }
  const { leading } = core
  if (leading === undefined) return fetchResponse(core, 'NOT_LEADER_OR_FOLLOWER', {})

  const position = placeOf(core, asked.fetchOffset, asked.lastFetchedEpoch)
  if (position !== undefined) return fetchResponse(core, 'NONE', position)
  noteFetch(core, leading, replicaId, asked.fetchOffset)
  const hasNews = () =>
    core.leading !== leading || core.options.log.endOffset > asked.fetchOffset || core.highWatermark > asked.highWatermark
  if (!hasNews() && request.maxWaitMs > 0 && leading.parked.size < parkedMax)
    await park(core, leading, replicaId, request.maxWaitMs, hasNews)
  if (core.leading !== leading) return fetchResponse(core, 'NOT_LEADER_OR_FOLLOWER', {})
  const { log } = core.options
  const isBehind = asked.fetchOffset < log.startOffset
  if (isBehind) return fetchResponse(core, 'NONE', { snapshotId: log.latestSnapshot() ?? { endOffset: 0, epoch: 0 } })
  const records =
    asked.fetchOffset < log.endOffset
      ? log.readRecords(asked.fetchOffset, Math.max(1, asked.partitionMaxBytes))
      : { chunks: [], sizeBytes: 0 }
  return fetchResponse(core, 'NONE', { records })
}

/** Undefined when the follower's log is a prefix of ours; else what it must do first: load a snapshot (KIP-630) or truncate (KIP-595). */
function placeOf(
  core: Core,
  fetchOffset: number,
  lastFetchedEpoch: number,
): { snapshotId: OffsetAndEpoch } | { divergingEpoch: { epoch: number; endOffset: number } } | undefined {
  const { log } = core.options
  const snapshot = log.latestSnapshot()
  if (snapshot !== undefined && fetchOffset < log.startOffset) return { snapshotId: snapshot }
  if (fetchOffset === 0 && lastFetchedEpoch <= 0) return undefined
  if (lastFetchedEpoch < 0) return undefined
  const own = log.endOffsetOfEpoch(lastFetchedEpoch)
  if (own.epoch < 0) return snapshot === undefined ? { divergingEpoch: { epoch: 0, endOffset: 0 } } : { snapshotId: snapshot }
  if (own.epoch !== lastFetchedEpoch || own.endOffset < fetchOffset) return { divergingEpoch: own }
  return undefined
}

function noteFetch(core: Core, leading: Leading, replicaId: number, fetchOffset: number): void {
  if (replicaId < 0) return
  const { clock, log } = core.options
  leading.progress.recordFetch(replicaId, fetchOffset, {
    monotonicMs: clock.monotonicMs(),
    wallMs: clock.nowMs(),
    leaderEndOffset: log.endOffset,
  })
  advance(core, leading)
}

/** Resolves when there is news, at the deadline, or when the same replica asks anew. */
function park(core: Core, leading: Leading, replicaId: number, maxWaitMs: number, hasNews: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      if (leading.parked.get(replicaId) === entry) leading.parked.delete(replicaId)
      cancel()
      resolve()
    }
    const entry: ParkedFetch = {
      complete() {
        if (hasNews()) finish()
      },
    }
    const cancel = core.options.timers.after(maxWaitMs, finish)
    const earlier = leading.parked.get(replicaId)
    leading.parked.set(replicaId, entry)
    earlier?.complete()
  })
}
