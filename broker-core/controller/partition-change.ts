import { zeroUuid } from '../base/bytes/uuid.ts'
import type { PartitionImage } from './image.ts'
import { leaderUnchanged, noLeader, partitionChange, type PartitionChangeRecord } from './metadata-records.ts'

/** `preferred`: the first replica if it can; `online`: keep a good leader, else any in-sync one; `unclean`: at the worst any live replica. */
export type Election = 'preferred' | 'online' | 'unclean'

export interface ChangeContext {
  readonly topicId: string
  /** Not fenced, not in controlled shutdown (or about to be so by the decision at hand), and with the directory of its replica. */
  isAcceptableLeader(brokerId: number, directoryId: string | undefined): boolean
  /** Of the topic; an ISR below it puts replicas into the ELR (LEAD-04). */
  readonly minInsyncReplicas: number
  /** Feature `eligible.leader.replicas.version` is 1 or higher. */
  readonly hasElr: boolean
  readonly election?: Election
}

/** What the caller wants to be different. What is absent follows from the rest. */
export interface WantedChange {
  readonly isr?: readonly number[]
  readonly replicas?: readonly number[]
  readonly addingReplicas?: readonly number[]
  readonly removingReplicas?: readonly number[]
  readonly leaderRecoveryState?: 0 | 1
  /** LEAD-06: not to be trusted with the newest records. */
  readonly uncleanShutdownReplicas?: readonly number[]
  /** One for each of `replicas`. */
  readonly directories?: readonly string[]
}

interface Target {
  isr: readonly number[]
  replicas: readonly number[]
  adding: readonly number[]
  removing: readonly number[]
  elr: readonly number[]
  lastKnownElr: readonly number[]
  recoveryState: 0 | 1
  leader: number
}

/**
 * The record that takes one partition to where it should be: completes a reassignment that is done, moves replicas between ISR and
 * ELR, elects a leader (LEAD-01 to LEAD-09). Undefined when nothing would change.
 */
export function partitionChangeRecord(
  partition: PartitionImage,
  context: ChangeContext,
  wanted: WantedChange = {},
): PartitionChangeRecord | undefined {
  const target: Target = {
    isr: wanted.isr ?? partition.isr,
    replicas: wanted.replicas ?? partition.replicas,
    adding: wanted.addingReplicas ?? partition.addingReplicas,
    removing: wanted.removingReplicas ?? partition.removingReplicas,
    elr: partition.eligibleLeaderReplicas,
    lastKnownElr: partition.lastKnownElr,
    recoveryState: wanted.leaderRecoveryState ?? partition.leaderRecoveryState,
    leader: partition.leader,
  }
  completeReassignment(target)
  if (context.hasElr) updateElr(partition, context, target, wanted.uncleanShutdownReplicas ?? [])
  const leader = elect(partition, context, target)
  takeLeader(partition, target, leader)
  return recordOf(partition, context, target, wanted)
}

/** LEAD-09: done when every added replica is in sync and, when the factor shrinks, every replica that stays is. */
function completeReassignment(target: Target): void {
  if (target.adding.length === 0 && target.removing.length === 0) return
  const replicas = target.replicas.filter(replica => !target.removing.includes(replica))
  const isr = target.isr.filter(replica => !target.removing.includes(replica))
  const required = target.adding.length < target.removing.length ? replicas : target.adding
  if (replicas.length === 0 || isr.length === 0 || !required.every(replica => isr.includes(replica))) return
  target.replicas = replicas
  target.isr = isr
  target.adding = []
  target.removing = []
}

/** LEAD-04: whoever leaves an ISR that is below its minimum stays eligible, unless it stopped uncleanly. */
function updateElr(partition: PartitionImage, context: ChangeContext, target: Target, unclean: readonly number[]): void {
  if (target.isr.length >= Math.min(context.minInsyncReplicas, target.replicas.length)) {
    target.elr = []
    target.lastKnownElr = []
    return
  }
  const candidates = new Set([...partition.eligibleLeaderReplicas, ...partition.isr])
  target.elr = [...candidates].filter(
    replica => !target.isr.includes(replica) && !unclean.includes(replica) && target.replicas.includes(replica),
  )
}

interface Elected {
  readonly leader: number
  readonly isUnclean: boolean
}

function elect(partition: PartitionImage, context: ChangeContext, target: Target): Elected {
  const isAcceptable = (replica: number): boolean =>
    context.isAcceptableLeader(replica, partition.directories[partition.replicas.indexOf(replica)])
  // LEAD-05: while anybody is in sync nobody else may lead. An eligible one may have died with what it had not flushed before anybody knows, and
  // those in sync would be neither in the ISR nor in the ELR under it.
  const candidates = target.isr.length > 0 || !context.hasElr ? target.isr : target.elr
  const isClean = (replica: number): boolean => candidates.includes(replica) && isAcceptable(replica)
  const preferred = target.replicas[0]
  if (context.election === 'preferred' && preferred !== undefined && isClean(preferred))
    return { leader: preferred, isUnclean: false }
  const isStill = target.replicas.includes(partition.leader)
  if (isStill && isClean(partition.leader)) return { leader: partition.leader, isUnclean: false }
  const clean = target.replicas.find(isClean)
  if (clean !== undefined) return { leader: clean, isUnclean: false }
  if (context.hasElr && target.isr.length === 0 && target.elr.length === 0) {
    // LEAD-07: nobody else may hold newer records than the last known leader.
    const [last, ...others] = target.lastKnownElr
    const isReplica = last !== undefined && target.replicas.includes(last)
    if (isReplica && others.length === 0 && isAcceptable(last)) return { leader: last, isUnclean: true }
  }
  if (context.election === 'unclean') {
    const alive = target.replicas.find(isAcceptable)
    if (alive !== undefined) return { leader: alive, isUnclean: true }
  }
  return { leader: noLeader, isUnclean: false }
}

function takeLeader(partition: PartitionImage, target: Target, elected: Elected): void {
  target.leader = elected.leader
  if (elected.leader === partition.leader) return
  if (elected.isUnclean) {
    // LEAD-03: what the others have beyond the new leader is lost; it says so until it has recovered.
    target.isr = [elected.leader]
    // Whoever was eligible is not any more: it lacks what the new leader writes from here on.
    target.elr = []
    target.lastKnownElr = []
    target.recoveryState = 1
  } else if (elected.leader !== noLeader && !target.isr.includes(elected.leader)) {
    // LEAD-05
    target.isr = [elected.leader]
    target.elr = target.elr.filter(replica => replica !== elected.leader)
  }
}

function recordOf(
  partition: PartitionImage,
  context: ChangeContext,
  target: Target,
  wanted: WantedChange,
): PartitionChangeRecord | undefined {
  const isr = target.isr.length === 0 && !context.hasElr ? keptIsr(partition, target) : target.isr
  const hasLost = context.hasElr && isr.length === 0 && partition.isr.length > 0
  if (hasLost && target.replicas.includes(partition.leader)) target.lastKnownElr = [partition.leader]
  const isRemoval = partition.replicas.some(replica => !target.replicas.includes(replica))
  const leaderMoves = target.leader !== partition.leader
  const record: PartitionChangeRecord = {
    ...partitionChange(context.topicId, partition.partition),
    isr: changed(partition.isr, isr),
    // REPL-10: removing a replica bumps the leader epoch, so that the removed one is fenced off.
    leader: leaderMoves || isRemoval ? target.leader : leaderUnchanged,
    replicas: changed(partition.replicas, target.replicas),
    addingReplicas: changed(partition.addingReplicas, target.adding),
    removingReplicas: changed(partition.removingReplicas, target.removing),
    eligibleLeaderReplicas: changed(partition.eligibleLeaderReplicas, target.elr),
    lastKnownElr: changed(partition.lastKnownElr, target.lastKnownElr),
    leaderRecoveryState: target.recoveryState === partition.leaderRecoveryState ? -1 : target.recoveryState,
    directories: directoriesOf(partition, target.replicas, wanted),
  }
  return isNoChange(record) ? undefined : record
}

/**
 * Without ELR the last in-sync replica stays one although it is gone: only it may come back as leader. Unless it is no replica any more (a
 * reassignment that was cancelled where unclean elections are allowed): then the first one that is left may, and has to recover (LEAD-03).
 */
function keptIsr(partition: PartitionImage, target: Target): readonly number[] {
  const isr = partition.isr.filter(replica => target.replicas.includes(replica))
  // One that is empty since there were eligible replicas says nothing of who has the data: nobody may lead for it.
  if (isr.length > 0 || partition.isr.length === 0) return isr
  target.recoveryState = 1
  return target.replicas.slice(0, 1)
}

/** Each replica keeps its directory; a new one has what `wanted` says of it. */
function directoriesOf(partition: PartitionImage, replicas: readonly number[], wanted: WantedChange): readonly string[] | null {
  const given = (replica: number) => wanted.directories?.[wanted.replicas?.indexOf(replica) ?? -1]
  const kept = (replica: number) => partition.directories[partition.replicas.indexOf(replica)]
  return changed(
    partition.directories,
    replicas.map(replica => given(replica) ?? kept(replica) ?? zeroUuid),
  )
}

const isNoChange = (record: PartitionChangeRecord): boolean =>
  record.leader === leaderUnchanged &&
  record.leaderRecoveryState < 0 &&
  [
    record.isr,
    record.replicas,
    record.addingReplicas,
    record.removingReplicas,
    record.directories,
    record.eligibleLeaderReplicas,
    record.lastKnownElr,
  ].every(list => list === null)

function changed<T>(before: readonly T[], after: readonly T[]): readonly T[] | null {
  return sameList(before, after) ? null : after
}

const sameList = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])
