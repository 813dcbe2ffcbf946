/**
 * How far followers are, and what follows from it for ISR and high watermark. Rules REPL-01..04, 07 and 09 as functions of what the
 * leader knows; nothing here waits or asks.
 */
export interface ReplicaProgress {
  readonly brokerId: number
  /** REPL-01: the follower's fetch offset; -1 until it fetched in this leader epoch. */
  logEndOffset: number
  logStartOffset: number
  /** Monotonic milliseconds. */
  lastCaughtUpMs: number
  lastFetchMs: number
  /** The leader's log end when `lastFetchMs` was noted. */
  leaderEndAtLastFetch: number
  brokerEpoch: number
}

export interface FetchSeen {
  readonly fetchOffset: number
  readonly logStartOffset: number
  readonly leaderLogEndOffset: number
  readonly nowMs: number
  readonly brokerEpoch: number
}

export function newProgress(brokerId: number, isInSync: boolean, nowMs: number): ReplicaProgress {
  return {
    brokerId,
    logEndOffset: -1,
    logStartOffset: -1,
    lastCaughtUpMs: isInSync ? nowMs : Number.NEGATIVE_INFINITY,
    lastFetchMs: nowMs,
    leaderEndAtLastFetch: Number.POSITIVE_INFINITY,
    brokerEpoch: -1,
  }
}

/** KIP-903: a fetch that was under way while its broker restarted says nothing of the log that the broker has now. */
export function isOfEarlierLife(progress: ReplicaProgress, seen: FetchSeen): boolean {
  return seen.brokerEpoch >= 0 && seen.brokerEpoch < progress.brokerEpoch
}

/** REPL-01, REPL-02. Changes `progress` in place: this runs at every follower fetch. */
export function noteFetch(progress: ReplicaProgress, seen: FetchSeen): void {
  if (seen.fetchOffset >= seen.leaderLogEndOffset) {
    progress.lastCaughtUpMs = Math.max(progress.lastCaughtUpMs, seen.nowMs)
  } else if (seen.fetchOffset >= progress.leaderEndAtLastFetch) {
    progress.lastCaughtUpMs = Math.max(progress.lastCaughtUpMs, progress.lastFetchMs)
  }
  progress.logEndOffset = seen.fetchOffset
  progress.logStartOffset = seen.logStartOffset
  progress.leaderEndAtLastFetch = seen.leaderLogEndOffset
  progress.lastFetchMs = seen.nowMs
  progress.brokerEpoch = seen.brokerEpoch
}

/** REPL-02 for a follower that asks again at the leader's end. */
export function noteStillThere(progress: ReplicaProgress, nowMs: number): void {
  progress.lastCaughtUpMs = Math.max(progress.lastCaughtUpMs, nowMs)
  progress.lastFetchMs = nowMs
  progress.leaderEndAtLastFetch = progress.logEndOffset
}

/**
 * Who was taken out of the ISR by the controller (its disk failed, it is gone) does not hold the high watermark back as one who is
 * about to join: it has to catch up anew first.
 */
export function forgetCaughtUp(progress: ReplicaProgress): void {
  progress.lastCaughtUpMs = Number.NEGATIVE_INFINITY
}

/** REPL-02: at the leader's end, or was there less than `lagMaxMs` ago. */
export function isCaughtUp(progress: ReplicaProgress, leaderLogEndOffset: number, nowMs: number, lagMaxMs: number): boolean {
  return progress.logEndOffset === leaderLogEndOffset || nowMs - progress.lastCaughtUpMs <= lagMaxMs
}

/** REPL-03: members of the ISR that must leave it. */
export function outOfSync(
  isr: readonly number[],
  progresses: ReadonlyMap<number, ReplicaProgress>,
  leader: { readonly brokerId: number; readonly logEndOffset: number; readonly nowMs: number; readonly lagMaxMs: number },
): number[] {
  return isr.filter(brokerId => {
    if (brokerId === leader.brokerId) return false
    const progress = progresses.get(brokerId)
    return progress === undefined || !isCaughtUp(progress, leader.logEndOffset, leader.nowMs, leader.lagMaxMs)
  })
}

/** REPL-04, the part about offsets. */
export function hasReached(progress: ReplicaProgress, highWatermark: number, epochStartOffset: number): boolean {
  return progress.logEndOffset >= highWatermark && progress.logEndOffset >= epochStartOffset
}

/**
 * REPL-07: the offset up to which every replica that counts has the log. A replica counts when it is in the maximal ISR, or about to
 * join it (`mayJoin`).
 */
export function replicatedUpTo(
  leaderLogEndOffset: number,
  maximalIsr: readonly number[],
  progresses: ReadonlyMap<number, ReplicaProgress>,
  mayJoin: (progress: ReplicaProgress) => boolean,
): number {
  let upTo = leaderLogEndOffset
  for (const progress of progresses.values()) {
    if (progress.logEndOffset >= upTo) continue
    if (maximalIsr.includes(progress.brokerId) || mayJoin(progress)) upTo = progress.logEndOffset
  }
  return upTo
}

/** REPL-09: the smallest log start among the leader and the replicas that are alive. */
export function lowWatermarkOf(
  leaderLogStartOffset: number,
  progresses: ReadonlyMap<number, ReplicaProgress>,
  isAlive: (brokerId: number) => boolean,
): number {
  let low = leaderLogStartOffset
  for (const progress of progresses.values()) {
    if (isAlive(progress.brokerId)) low = Math.min(low, progress.logStartOffset)
  }
  return low
}
