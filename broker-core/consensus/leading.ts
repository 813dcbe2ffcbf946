import type { CancelTimer } from '../env/clock.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { fetch } from '../protocol/messages/01-fetch.ts'
import type { Core } from './core.ts'
import { oversleptShare } from './following.ts'
import { type LeaderProgress, leaderProgress } from './leader-progress.ts'
import { resign } from './farewell.ts'
import { type ControlRecord, metadataTopicId, type OffsetAndEpoch } from './ports.ts'
import type { Leader } from './quorum-state.ts'
import {
  beginRequest,
  clusterMismatch,
  fetchFailure,
  fetchResponse,
  isForAnother,
  keyOf,
  learnLeader,
  onlyPartition,
} from './replies.ts'
import { isSameVoter, keyText, type ReplicaKey, type Voter, voterKeys, withUpdatedVoter } from './voter-set.ts'
import { ownVoter } from './voter-update.ts'

/** What only the leader of an epoch has. Dropped with the role. */
export interface Leading {
  readonly epoch: number
  /** Offset of the LeaderChange record that opens the epoch. */
  readonly epochStartOffset: number
  readonly progress: LeaderProgress
  /** At most one per replica; see parkedMax. */
  readonly parked: Map<string, ParkedFetch>
  /** With kraft.version 0: what voters told of themselves in this epoch (UpdateRaftVoter), for an upgrade. */
  readonly told: Map<number, Voter>
  /** A change of the voters is under way. */
  isChanging: boolean
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
  const records = firstRecords(core, role)
  const epochStartOffset = log.appendControl(records, role.epoch) - (records.length - 1)
  core.leading = {
    epoch: role.epoch,
    epochStartOffset,
    progress: leaderProgress({ self: core.self, voters: () => core.members.voters, epochStartOffset }),
    parked: new Map(),
    told: new Map(),
    isChanging: false,
    cancelFlush: undefined,
    sinceMs: clock.monotonicMs(),
  }
  core.logGrew()
  for (const voter of core.otherVoters) announceTo(core, voter)
  watchMajority(core)
  appended(core)
}

/**
 * The leader change; with kraft.version 1 also the voters, where the log does not name them yet (the first leader after a format) or is wrong
 * about this node.
 */
function firstRecords(core: Core, role: Leader): ControlRecord[] {
  const { kraftVersion, voters, votersOffset } = core.members.inForce
  const first: ControlRecord = {
    kind: 'leader-change',
    leaderId: core.nodeId,
    voters: voterKeys(voters),
    granting: role.granting,
  }
  if (kraftVersion === 0) return [first]
  const own = ownVoter(core)
  const current = (own && withUpdatedVoter(voters, own)) ?? voters
  // One that was removed, and leads because its log alone may have that, has nothing to say of itself.
  const known = own !== undefined && core.isVoter ? voters.get(own.id) : undefined
  const isRight = own === undefined || known === undefined || isSameVoter(known, own)
  if (votersOffset < 0) return [first, { kind: 'kraft-version', level: kraftVersion }, { kind: 'voters', voters: current }]
  return isRight ? [first] : [first, { kind: 'voters', voters: current }]
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

/** Records about the quorum itself, in force at once. Returns the offset of the last one. */
export function appendToQuorum(core: Core, leading: Leading, records: readonly ControlRecord[]): number {
  const lastOffset = core.options.log.appendControl(records, leading.epoch)
  core.logGrew()
  watchMajority(core)
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
  // Whoever asked for its removal is answered first.
  if (hasLeft(core)) core.options.timers.soon(() => core.leading === leading && hasLeft(core) && core.spawn(resign(core)))
}

/** This leader is no voter, and that is committed. */
const hasLeft = (core: Core): boolean => !core.isVoter && core.highWatermark > core.members.inForce.votersOffset

function completeParked(leading: Leading): void {
  for (const parked of [...leading.parked.values()]) parked.complete()
}

/** BeginQuorumEpoch until the voter fetches; one that is down is asked again by watchMajority. */
export const announceTo = (core: Core, voter: Voter): void => core.spawn(announceEpoch(core, voter))

async function announceEpoch(core: Core, voter: Voter): Promise<void> {
  const response = await core.options.peers.beginQuorumEpoch(voter.id, beginRequest(core, voter)).catch(() => undefined)
  if (response === undefined || core.stopped) return
  const answer = onlyPartition(response.topics)
  if (isForAnother(response.errorCode) || isForAnother(answer?.errorCode)) core.options.peers.misdirected(voter.id)
  if (answer === undefined) return
  learnLeader(core, answer.leaderId, response.nodeEndpoints)
  core.hear(answer.leaderEpoch, answer.leaderId < 0 ? undefined : answer.leaderId)
}

/** A leader that a majority has not fetched from for 1.5 fetch timeouts resigns: the others may have elected another (KIP-595). */
function watchMajority(core: Core): void {
  if (core.otherVoters.length === 0) return
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
    for (const voter of core.otherVoters) {
      if ((leading.progress.lastFetchMs(voter) ?? -Infinity) < nowMs - periodMs) announceTo(core, voter)
    }
    watchMajority(core)
  })
}

/** Fetch (1) on the metadata partition: from voters and observers. Parks while there is neither a record nor a high watermark to tell. */
export async function answerFetch(core: Core, request: RequestOf<typeof fetch>): Promise<ResponseOf<typeof fetch>> {
  if (clusterMismatch(core, request.clusterId)) return fetchFailure('INCONSISTENT_CLUSTER_ID')
  const asked = onlyPartition(request.topics)
  const isMetadata = request.topics[0]?.topicId === metadataTopicId
  if (asked === undefined || asked.partition !== 0 || !isMetadata) return fetchFailure('INVALID_REQUEST')
  // Without an epoch there is no telling whether the log of who asks is a prefix of ours, and its offset must not count.
  const isPossible =
    request.maxWaitMs >= 0 &&
    asked.fetchOffset >= 0 &&
    asked.lastFetchedEpoch >= 0 &&
    asked.lastFetchedEpoch <= asked.currentLeaderEpoch
  if (!isPossible) return fetchResponse(core, 'INVALID_REQUEST', {})
  const replica = keyOf(Math.max(request.replicaId, request.replicaState.replicaId), asked.replicaDirectoryId)
  if (asked.currentLeaderEpoch < core.role.epoch) return fetchResponse(core, 'FENCED_LEADER_EPOCH', {})
  if (asked.currentLeaderEpoch > core.role.epoch) return fetchResponse(core, 'UNKNOWN_LEADER_EPOCH', {})
  const { leading } = core
  if (leading === undefined) return fetchResponse(core, 'NOT_LEADER_OR_FOLLOWER', {})
  // Two nodes with one id, perhaps one disk copied: what the other has must not count for this one.
  if (replica.id === core.nodeId) return fetchResponse(core, 'UNKNOWN_SERVER_ERROR', {})

  const position = placeOf(core, asked.fetchOffset, asked.lastFetchedEpoch)
  if (position !== undefined) return fetchResponse(core, 'NONE', position)
  noteFetch(core, leading, replica, asked.fetchOffset)
  const hasNews = () =>
    core.leading !== leading || core.options.log.endOffset > asked.fetchOffset || core.highWatermark > asked.highWatermark
  if (!hasNews() && request.maxWaitMs > 0 && leading.parked.size < parkedMax)
    await park(core, leading, keyText(replica), request.maxWaitMs, hasNews)
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
  if (fetchOffset === 0 && lastFetchedEpoch === 0) return undefined
  const own = log.endOffsetOfEpoch(lastFetchedEpoch)
  if (own.epoch < 0) return snapshot === undefined ? { divergingEpoch: { epoch: 0, endOffset: 0 } } : { snapshotId: snapshot }
  if (own.epoch !== lastFetchedEpoch || own.endOffset < fetchOffset) return { divergingEpoch: own }
  return undefined
}

function noteFetch(core: Core, leading: Leading, replica: ReplicaKey, fetchOffset: number): void {
  if (replica.id < 0) return
  const { clock, log } = core.options
  leading.progress.recordFetch(replica, fetchOffset, {
    monotonicMs: clock.monotonicMs(),
    wallMs: clock.nowMs(),
    leaderEndOffset: log.endOffset,
  })
  advance(core, leading)
}

/** Resolves when there is news, at the deadline, or when the same replica asks anew. */
function park(core: Core, leading: Leading, replica: string, maxWaitMs: number, hasNews: () => boolean): Promise<void> {
  return new Promise(resolve => {
    const finish = () => {
      if (leading.parked.get(replica) === entry) leading.parked.delete(replica)
      cancel()
      resolve()
    }
    const entry: ParkedFetch = {
      complete() {
        if (hasNews()) finish()
      },
    }
    const cancel = core.options.timers.after(maxWaitMs, finish)
    const earlier = leading.parked.get(replica)
    leading.parked.set(replica, entry)
    earlier?.complete()
  })
}
