import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import { errorCode, type KafkaErrorName } from '../model/kafka-errors.ts'
import type { addRaftVoter } from '../protocol/messages/80-add-raft-voter.ts'
import type { removeRaftVoter } from '../protocol/messages/81-remove-raft-voter.ts'
import { updateRaftVoter } from '../protocol/messages/82-update-raft-voter.ts'
import type { Core } from './core.ts'
import { announceTo, appendToQuorum, type Leading } from './leading.ts'
import type { ControlRecord } from './ports.ts'
import { clusterMismatch, keyOf, leaderEndpoints } from './replies.ts'
import {
  type ChangeOutcome,
  changed,
  isOutcome,
  judgeAdd,
  judgeRemove,
  judgeUpdate,
  judgeUpgrade,
  refused,
  whyNever,
  whyNotNow,
} from './voter-change-rules.ts'
import {
  isSameVoter,
  isVoterOf,
  keyText,
  listenerNamed,
  majoritiesMeet,
  type ReplicaKey,
  type Voter,
  type VoterSet,
} from './voter-set.ts'
import { assert } from '../base/assert.ts'
import { ownVoter } from './voter-update.ts'

/** Pause before looking again whether a new voter has caught up. */
const lookAgainMs = 50
const timeoutMsDefault = 30_000

/** What names a voter for good. */
const isKey = ({ id, directoryId }: ReplicaKey): boolean => id >= 0 && directoryId !== undefined

type Change = (leading: Leading) => Promise<ChangeOutcome>

/** Only the leader changes the voters, and one change at a time. */
async function asLeader(core: Core, clusterId: string | null, change: Change): Promise<ChangeOutcome> {
  if (clusterMismatch(core, clusterId)) return refused('INCONSISTENT_CLUSTER_ID', 'The request is for another cluster.')
  const { leading } = core
  // Answered as the controller's own APIs are: who forwarded it asks whoever leads now.
  if (leading === undefined) return refused('NOT_CONTROLLER', 'This node does not lead the quorum.')
  return await change(leading)
}

/** Nothing else is changed until `change` has ended. */
async function exclusively(core: Core, leading: Leading, change: () => Promise<ChangeOutcome>): Promise<ChangeOutcome> {
  const why = whyNotNow({
    membership: core.members.inForce,
    highWatermark: core.highWatermark,
    epochStartOffset: leading.epochStartOffset,
    isBusy: leading.isChanging,
  })
  if (why !== undefined) return why
  leading.isChanging = true
  try {
    return await change()
  } finally {
    leading.isChanging = false
  }
}

/** Appends the new voters, which are in force from here on, and waits until a majority of them has the record. */
async function commitVoters(core: Core, leading: Leading, voters: VoterSet, timeoutMs: number): Promise<ChangeOutcome> {
  const offset = appendVoters(core, leading, voters)
  const isCommitted = await Promise.race([core.whenCommitted(offset, leading.epoch), core.pause(timeoutMs).then(() => undefined)])
  if (isCommitted === true) return changed
  return isCommitted === undefined
    ? refused('REQUEST_TIMED_OUT', `The voters at offset ${offset} are not committed yet.`)
    : refused('NOT_CONTROLLER', 'The leader has lost its role; whether the voters were changed is not known.')
}

function appendVoters(core: Core, leading: Leading, voters: VoterSet): number {
  const before = core.members.voters
  assert(majoritiesMeet(before, voters), 'quorum: a change of more than one voter')
  const offset = appendToQuorum(core, leading, [{ kind: 'voters', voters }])
  for (const voter of voters.values()) if (!isVoterOf(before, voter)) announceTo(core, voter)
  return offset
}

/** AddRaftVoter (80). */
export function addVoter(core: Core, request: RequestOf<typeof addRaftVoter>): Promise<ChangeOutcome> {
  const key = keyOf(request.voterId, request.voterDirectoryId)
  const timeoutMs = request.timeoutMs > 0 ? request.timeoutMs : timeoutMsDefault
  return asLeader(core, request.clusterId, async leading => {
    const { listenerName } = core.members
    const listener = listenerNamed(request.listeners, listenerName)
    if (!isKey(key) || listener === undefined)
      return refused('INVALID_REQUEST', `A voter needs an id, a directory id and a listener ${listenerName}.`)
    const never = whyNever(core.members.inForce, 'add')
    if (never !== undefined) return never
    const voter: Voter = { ...key, listeners: request.listeners, kraftVersions: { min: 0, max: 0 } }
    return await exclusively(core, leading, async () => {
      const known = judgeAdd(core.members.inForce, { ...voter, kraftVersions: { min: 0, max: 99 } })
      if (isOutcome(known)) return known
      const kraftVersions = await core.options.peers.kraftVersionsAt(listener).catch(() => undefined)
      if (core.leading !== leading) return refused('NOT_CONTROLLER', 'The leader has lost its role.')
      if (kraftVersions === undefined)
        return refused(
          'REQUEST_TIMED_OUT',
          `Nobody answers at ${listener.host}:${listener.port}, the listener of ${keyText(key)}.`,
        )
      const isCaughtUp = await whenCaughtUp(core, leading, voter, timeoutMs)
      if (core.leading !== leading) return refused('NOT_CONTROLLER', 'The leader has lost its role.')
      if (!isCaughtUp) return refused('REQUEST_TIMED_OUT', `${keyText(key)} lags behind the leader, or does not fetch from it.`)
      const judged = judgeAdd(core.members.inForce, { ...voter, kraftVersions })
      if (isOutcome(judged)) return judged
      if (request.ackWhenCommitted) return await commitVoters(core, leading, judged.voters, timeoutMs)
      appendVoters(core, leading, judged.voters)
      return changed
    })
  })
}

/** A voter that has to catch up first would hold up every commit that needs it. */
async function whenCaughtUp(core: Core, leading: Leading, voter: Voter, timeoutMs: number): Promise<boolean> {
  const { clock } = core.options
  const recentMs = core.timeouts.fetchTimeoutMs * 1.5
  const deadlineMs = clock.monotonicMs() + Math.min(timeoutMs, recentMs)
  while (core.leading === leading && !core.stopped) {
    const nowMs = clock.monotonicMs()
    if (leading.progress.isCaughtUpSince(voter, nowMs - recentMs)) return true
    if (nowMs >= deadlineMs) return false
    await core.pause(lookAgainMs)
  }
  return false
}

/** RemoveRaftVoter (81). A leader that removes itself goes on until that is committed, and resigns then (`leading.ts`). */
export function removeVoter(core: Core, request: RequestOf<typeof removeRaftVoter>): Promise<ChangeOutcome> {
  return asLeader(core, request.clusterId, async leading => {
    const key = keyOf(request.voterId, request.voterDirectoryId)
    if (!isKey(key)) return refused('INVALID_REQUEST', 'A voter is named by its id and its directory id.')
    const never = whyNever(core.members.inForce, 'remove')
    if (never !== undefined) return never
    return await exclusively(core, leading, async () => {
      const judged = judgeRemove(core.members.inForce, key)
      return isOutcome(judged) ? judged : await commitVoters(core, leading, judged.voters, timeoutMsDefault)
    })
  })
}

/** UpdateRaftVoter (82): answered as soon as it is in the log. */
export async function updateVoter(
  core: Core,
  request: RequestOf<typeof updateRaftVoter>,
): Promise<ResponseOf<typeof updateRaftVoter>> {
  const outcome = await asLeader(core, request.clusterId, async leading => {
    if (request.currentLeaderEpoch !== leading.epoch) {
      const isOld = request.currentLeaderEpoch < leading.epoch
      return refused(isOld ? 'FENCED_LEADER_EPOCH' : 'UNKNOWN_LEADER_EPOCH', `The leader is in epoch ${leading.epoch}.`)
    }
    const { minSupportedVersion: min, maxSupportedVersion: max } = request.kRaftVersionFeature
    const key = keyOf(request.voterId, request.voterDirectoryId)
    const voter: Voter = { ...key, listeners: request.listeners, kraftVersions: { min, max } }
    const { listenerName } = core.members
    const isReachable = listenerNamed(voter.listeners, listenerName) !== undefined
    if (!isKey(key) || !isReachable || min < 0 || min > max)
      return refused(
        'INVALID_REQUEST',
        `A voter needs an id, a directory id, a listener ${listenerName} and a range of versions.`,
      )
    return await takeUpdate(core, leading, voter)
  })
  const error: KafkaErrorName = outcome.error === 'NOT_CONTROLLER' ? 'NOT_LEADER_OR_FOLLOWER' : outcome.error
  const [leader] = leaderEndpoints(core)
  const { host, port } = leader ?? { host: '', port: 0 }
  return {
    ...updateRaftVoter.response.zero,
    errorCode: errorCode(error),
    currentLeader: { leaderId: core.leaderId() ?? -1, leaderEpoch: core.role.epoch, host, port },
  }
}

async function takeUpdate(core: Core, leading: Leading, voter: Voter): Promise<ChangeOutcome> {
  const judged = judgeUpdate(core.members.inForce, voter)
  if (isOutcome(judged)) return judged
  if (core.members.inForce.kraftVersion === 0) {
    leading.told.set(voter.id, voter)
    return changed
  }
  const known = core.members.voters.get(voter.id)
  if (known !== undefined && isSameVoter(known, voter)) return changed
  return await exclusively(core, leading, async () => {
    appendVoters(core, leading, judged.voters)
    return changed
  })
}

/**
 * UpdateFeatures for kraft.version (KIP-853): one atomic batch with the level and the voters, by their directories. Undefined: it can be, and
 * was, unless this was only to try.
 */
export function upgradeKRaftVersion(core: Core, level: number, options: { readonly isTrial: boolean }): string | undefined {
  const { leading } = core
  if (leading === undefined) return 'This node does not lead the quorum.'
  const { inForce } = core.members
  if (level === inForce.kraftVersion) return undefined
  const own = ownVoter(core)
  const told = new Map(leading.told)
  if (own !== undefined) told.set(own.id, own)
  const judged = judgeUpgrade(inForce, level, told)
  if ('why' in judged) return judged.why
  const now = whyNotNow({
    membership: inForce,
    highWatermark: core.highWatermark,
    epochStartOffset: leading.epochStartOffset,
    isBusy: leading.isChanging,
  })
  if (now !== undefined) return now.message ?? undefined
  if (options.isTrial) return undefined
  const records: ControlRecord[] = [
    { kind: 'kraft-version', level },
    { kind: 'voters', voters: judged.voters },
  ]
  appendToQuorum(core, leading, records)
  return undefined
}
