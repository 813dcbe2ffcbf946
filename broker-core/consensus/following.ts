import { assert } from '../base/assert.ts'
import { errorCode, errorName } from '../model/kafka-errors.ts'
import type { ResponseOf } from '../protocol/api.ts'
import type { fetch } from '../protocol/messages/01-fetch.ts'
import type { Core } from './core.ts'
import { becomeProspective } from './election.ts'
import { joinVoters } from './joining.ts'
import { bootstrapId, failureKind } from './ports.ts'
import { votedOf } from './quorum-state.ts'
import { type FetchedPartition, fetchRequest, isForAnother, learnLeader, onlyPartition } from './replies.ts'
import { receiveSnapshot } from './snapshots.ts'
import { tellLeaderOfSelf } from './voter-update.ts'

const firstPauseMs = 20
/** A timer that is later than this share of the fetch timeout says more about this node than about the leader. */
export const oversleptShare = 0.25
const pauseMaxMs = 500
/** With the leader's process gone the next leader is not far. */
const pauseWithoutLeaderMaxMs = 100
/** Refused or broken connections in a row after which a follower asks around at once: the leader's process is gone, why wait. */
const disconnectsMax = 2

/**
 * Fetches from the leader until the role changes. The role timer is the fetch timeout. An observer whose leader is not there asks somebody else
 * every other time: it must not learn of the next one later than the voters do.
 */
export function enterFollower(core: Core, leaderId: number): void {
  followerTimer(core)
  const anybody = anybodyInTurn(core, leaderId)
  let isLeadersTurn = true
  const target = (isGone: boolean): number | undefined => {
    isLeadersTurn = !isGone || core.mayStand || !isLeadersTurn
    return isLeadersTurn ? leaderId : (anybody() ?? leaderId)
  }
  core.spawn(fetchLoop(core, target))
}

/** An observer without a leader asks one bootstrap server or voter after the other; any of them knows. */
export function enterObserver(core: Core): void {
  core.spawn(fetchLoop(core, anybodyInTurn(core)))
}

function anybodyInTurn(core: Core, exceptId?: number): () => number | undefined {
  const bootstrapIds = (core.options.bootstrapServers ?? []).map((_, index) => bootstrapId(index))
  const ids = [...bootstrapIds, ...core.otherVoters.map(voter => voter.id).filter(id => id !== exceptId)]
  let next = 0
  return () => ids[next++ % ids.length]
}

/** Heard from the leader: the fetch timeout starts anew. */
export function followerTimer(core: Core, delayMs = core.timeouts.fetchTimeoutMs): void {
  const graceMs = core.timeouts.fetchTimeoutMs * oversleptShare
  core.armRoleTimer(delayMs, lateMs => {
    // This thread was busy, or its process paused: what the leader sent meanwhile may still wait to be read.
    if (lateMs > graceMs) return followerTimer(core, graceMs)
    if (core.mayStand) becomeProspective(core)
    else core.become({ kind: 'unattached', epoch: core.role.epoch, voted: votedOf(core.role, core.self) })
  })
}

/** `target` is told whether the connection to the node before was refused or broken. */
async function fetchLoop(core: Core, target: (isGone: boolean) => number | undefined): Promise<void> {
  const { turn } = core
  // Who is sent back to its leader by the others, and refused by it, takes its time before it asks them again.
  let failures = core.electionAttempts
  let disconnects = 0
  let isGone = false
  while (core.turn === turn && !core.stopped) {
    const nodeId = target(isGone)
    if (nodeId === undefined) return
    const result = await core.options.peers.fetch(nodeId, fetchRequest(core)).catch(failureKind)
    if (core.turn !== turn || core.stopped) return
    const isBroken = typeof result === 'string'
    disconnects = result === 'disconnected' ? disconnects + 1 : 0
    isGone = disconnects > 0 || (isGone && nodeId !== core.leaderId())
    const outcome = isBroken ? 'again-later' : await applyFetch(core, nodeId, result)
    if (core.turn !== turn || core.stopped) return
    if (outcome === 'progress') {
      failures = 0
      continue
    }
    failures += 1
    if (core.role.kind === 'follower' && core.mayStand && disconnects >= disconnectsMax) return becomeProspective(core)
    // Unevenly, or all followers of a dead leader would stand for election in the same moment.
    const jitter = 0.5 + core.options.random.fraction()
    const longestMs = isGone && core.role.kind === 'follower' && !core.mayStand ? pauseWithoutLeaderMaxMs : pauseMaxMs
    await core.pause(jitter * Math.min(longestMs, firstPauseMs * 2 ** Math.min(failures - 1, 8)))
  }
}

async function applyFetch(core: Core, nodeId: number, response: ResponseOf<typeof fetch>): Promise<'progress' | 'again-later'> {
  const answer = onlyPartition(response.responses)
  if (isForAnother(response.errorCode)) core.options.peers.misdirected(nodeId)
  if (response.errorCode !== 0 || answer === undefined) {
    core.options.sink.write('warn', 'raft.fetch-refused', {
      node: core.nodeId,
      from: nodeId,
      error: errorName(response.errorCode),
    })
    return 'again-later'
  }
  const { leaderId, leaderEpoch } = answer.currentLeader
  learnLeader(core, leaderId, response.nodeEndpoints)
  if (core.hear(leaderEpoch, leaderId < 0 ? undefined : leaderId)) return 'progress'
  if (
    answer.errorCode !== 0 ||
    core.role.kind !== 'follower' ||
    core.role.leaderId !== nodeId ||
    leaderEpoch !== core.role.epoch
  ) {
    // Whom we take for the leader says that it is not: perhaps it is somebody else who answers there, and may name the same leader.
    const saysItLeads = leaderId === nodeId && answer.errorCode !== errorCode('NOT_LEADER_OR_FOLLOWER')
    if (core.role.kind === 'follower' && core.role.leaderId === nodeId && !saysItLeads) core.options.peers.misdirected(nodeId)
    return 'again-later'
  }
  core.hasFetched = true
  core.electionAttempts = 0
  followerTimer(core)
  if (answer.snapshotId.endOffset >= 0) return receiveSnapshot(core, nodeId, answer.snapshotId)
  if (answer.divergingEpoch.epoch >= 0) {
    truncate(core, answer.divergingEpoch)
    return 'progress'
  }
  const { log } = core.options
  const isWhole = appendFetched(core, answer.records)
  core.advanceHighWatermark(Math.min(answer.highWatermark, log.endOffset))
  tellLeaderOfSelf(core, nodeId)
  joinVoters(core, nodeId)
  return isWhole ? 'progress' : 'again-later'
}

/** False when there were records, but none that could be appended: damaged on the way or at the leader. They are asked for again. */
function appendFetched(core: Core, records: FetchedPartition['records']): boolean {
  const { log, sink } = core.options
  if (records === null || records.sizeBytes === 0) return true
  const from = log.endOffset
  log.appendRecords(records)
  log.flush()
  core.logGrew()
  if (log.endOffset > from) return true
  sink.write('error', 'raft.records-damaged', { node: core.nodeId, leader: core.leaderId(), offset: from })
  return false
}

/** REPL-13 for the metadata log. What is committed is never given up. */
function truncate(core: Core, diverging: { readonly epoch: number; readonly endOffset: number }): void {
  const { log } = core.options
  const own = log.endOffsetOfEpoch(diverging.epoch)
  const to = own.epoch === diverging.epoch ? Math.min(own.endOffset, diverging.endOffset) : Math.max(own.endOffset, 0)
  assert(to >= core.highWatermark, `raft: divergence at ${to} below the high watermark ${core.highWatermark}`)
  core.options.sink.write('info', 'raft.truncate', { node: core.nodeId, epoch: core.role.epoch, from: log.endOffset, to })
  log.truncateTo(to)
  core.members.truncated(log.endOffset)
}
