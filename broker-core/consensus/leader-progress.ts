import type { ReplicaProgress } from './raft-node.ts'

/** Positions of the replicas as the leader of one epoch knows them, and the high watermark that follows from them. */
export interface LeaderProgress {
  /** A fetch at `fetchOffset` says: I have everything below it, durably. */
  recordFetch(replicaId: number, fetchOffset: number, at: FetchTime): void
  /** The leader's own durable end. */
  recordOwn(flushedOffset: number): void
  /**
   * Largest offset that a majority of the voters has, or undefined while that is not beyond the first record of this epoch: records of
   * earlier epochs count as committed only together with one of this epoch (Raft 5.4.2).
   */
  committedOffset(): number | undefined
  /** Whether a majority, the leader included, was heard from at or after `sinceMs` (monotonic). */
  hasMajoritySince(sinceMs: number): boolean
  lastFetchMs(replicaId: number): number | undefined
  endOffsetOf(replicaId: number): number
  describe(
    isVoter: (replicaId: number) => boolean,
    own: { endOffset: number; wallMs: number },
  ): { voters: ReplicaProgress[]; observers: ReplicaProgress[] }
}

export interface FetchTime {
  readonly monotonicMs: number
  readonly wallMs: number
  readonly leaderEndOffset: number
}

interface Entry {
  endOffset: number
  lastFetchMs: number | undefined
  lastFetchWallMs: number
  lastCaughtUpWallMs: number
  leaderEndAtLastFetch: number
}

/** Observers beyond this are served but not remembered. */
const observersMax = 64

export function leaderProgress(options: {
  selfId: number
  voterIds: readonly number[]
  epochStartOffset: number
}): LeaderProgress {
  const { selfId, voterIds, epochStartOffset } = options
  const entries = new Map<number, Entry>(voterIds.map(id => [id, emptyEntry()]))
  const majority = Math.floor(voterIds.length / 2) + 1
  return {
    recordFetch(replicaId, fetchOffset, at) {
      let entry = entries.get(replicaId)
      if (entry === undefined) {
        if (entries.size >= voterIds.length + observersMax) return
        entry = emptyEntry()
        entries.set(replicaId, entry)
      }
      noteFetch(entry, fetchOffset, at)
    },
    recordOwn(flushedOffset) {
      const own = entries.get(selfId)
      if (own !== undefined) own.endOffset = flushedOffset
    },
    committedOffset() {
      const ends = voterIds.map(id => entries.get(id)?.endOffset ?? -1).sort((a, b) => b - a)
      const candidate = ends[majority - 1] ?? -1
      return candidate > epochStartOffset ? candidate : undefined
    },
    hasMajoritySince(sinceMs) {
      const heard = voterIds.filter(id => id === selfId || (entries.get(id)?.lastFetchMs ?? -Infinity) >= sinceMs)
      return heard.length >= majority
    },
    lastFetchMs: replicaId => entries.get(replicaId)?.lastFetchMs,
    endOffsetOf: replicaId => entries.get(replicaId)?.endOffset ?? -1,
    describe(isVoter, own) {
      const all = [...entries].map(([replicaId, entry]) =>
        replicaId === selfId ? ownProgress(replicaId, own) : progressOf(replicaId, entry),
      )
      return { voters: all.filter(each => isVoter(each.replicaId)), observers: all.filter(each => !isVoter(each.replicaId)) }
    },
  }
}

function emptyEntry(): Entry {
  return { endOffset: -1, lastFetchMs: undefined, lastFetchWallMs: -1, lastCaughtUpWallMs: -1, leaderEndAtLastFetch: -1 }
}

/** REPL-02 for the caught-up time. */
function noteFetch(entry: Entry, fetchOffset: number, at: FetchTime): void {
  if (fetchOffset >= at.leaderEndOffset) entry.lastCaughtUpWallMs = at.wallMs
  else if (entry.lastFetchMs !== undefined && fetchOffset >= entry.leaderEndAtLastFetch)
    entry.lastCaughtUpWallMs = entry.lastFetchWallMs
  entry.endOffset = fetchOffset
  entry.lastFetchMs = at.monotonicMs
  entry.lastFetchWallMs = at.wallMs
  entry.leaderEndAtLastFetch = at.leaderEndOffset
}

function ownProgress(replicaId: number, own: { endOffset: number; wallMs: number }): ReplicaProgress {
  return { replicaId, logEndOffset: own.endOffset, lastFetchTimestampMs: own.wallMs, lastCaughtUpTimestampMs: own.wallMs }
}

function progressOf(replicaId: number, entry: Entry): ReplicaProgress {
  return {
    replicaId,
    logEndOffset: entry.endOffset,
    lastFetchTimestampMs: entry.lastFetchWallMs,
    lastCaughtUpTimestampMs: entry.lastCaughtUpWallMs,
  }
}
