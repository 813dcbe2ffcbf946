import type { ReplicaProgress } from './raft-node.ts'
import { isSameReplica, isVoterOf, majorityOf, type ReplicaKey, type Voter, type VoterSet } from './voter-set.ts'

/** Positions of the replicas as the leader of one epoch knows them, and the high watermark that follows from them. */
export interface LeaderProgress {
  /** A fetch at `fetchOffset` says: I have everything below it, durably. */
  recordFetch(replica: ReplicaKey, fetchOffset: number, at: FetchTime): void
  /** A voter that loads a snapshot is there, though it has nothing to count yet: it may take longer than a leader waits for its majority. */
  recordSnapshotFetch(replica: ReplicaKey, monotonicMs: number): void
  /** The leader's own durable end. */
  recordOwn(flushedOffset: number): void
  /**
   * Largest offset that a majority of the voters has, or undefined while that is not beyond the first record of this epoch: records of
   * earlier epochs count as committed only together with one of this epoch (Raft 5.4.2). A leader that is no voter any more does not count itself.
   */
  committedOffset(): number | undefined
  /** Whether a majority of the voters, the leader included if it is one, was heard from at or after `sinceMs` (monotonic). */
  hasMajoritySince(sinceMs: number): boolean
  lastFetchMs(voter: ReplicaKey): number | undefined
  endOffsetOf(voter: ReplicaKey): number
  /** Whether the replica fetched, and had all there was, at or after `sinceMs` (monotonic). */
  isCaughtUpSince(replica: ReplicaKey, sinceMs: number): boolean
  describe(own: OwnNow): { voters: ReplicaProgress[]; observers: ReplicaProgress[] }
}

export interface FetchTime {
  readonly monotonicMs: number
  readonly wallMs: number
  readonly leaderEndOffset: number
}

export interface OwnNow {
  readonly endOffset: number
  readonly wallMs: number
  readonly monotonicMs: number
}

interface Entry {
  readonly key: ReplicaKey
  endOffset: number
  lastFetchMs: number | undefined
  /** The last fetch, of records or of a snapshot. */
  lastHeardMs: number | undefined
  lastCaughtUpMs: number | undefined
  lastFetchWallMs: number
  lastCaughtUpWallMs: number
  leaderEndAtLastFetch: number
}

/** Observers beyond this are served but not remembered. */
const observersMax = 64
/** An observer that has not fetched for so long is forgotten. */
const observerSilenceMs = 300_000

export function leaderProgress(options: {
  readonly self: ReplicaKey
  /** Those in force, which may change. */
  voters(): VoterSet
  readonly epochStartOffset: number
}): LeaderProgress {
  const { self, epochStartOffset } = options
  const own = emptyEntry(self)
  let entries: Entry[] = [own]
  const entryOf = (key: ReplicaKey) => entries.find(entry => isSameReplica(entry.key, key))
  /** A voter without a known directory (kraft.version 0) is whoever fetched last with its id. */
  const entryOfVoter = (voter: ReplicaKey): Entry | undefined => {
    if (voter.directoryId !== undefined) return entryOf(voter)
    if (voter.id === self.id) return own
    const ofId = entries.filter(entry => entry.key.id === voter.id)
    return ofId.reduce<Entry | undefined>((last, entry) => (fetchedLater(entry, last) ? entry : last), undefined)
  }
  const all = (): Voter[] => [...options.voters().values()]
  const isObserver = (entry: Entry) => entry !== own && !isVoterOf(options.voters(), entry.key)
  function forgetSilent(nowMs: number): void {
    entries = entries.filter(each => !isObserver(each) || (each.lastFetchMs ?? 0) > nowMs - observerSilenceMs)
  }
  function newEntry(key: ReplicaKey, nowMs: number): Entry | undefined {
    forgetSilent(nowMs)
    const entry = emptyEntry(key)
    if (isObserver(entry) && entries.filter(isObserver).length >= observersMax) return undefined
    entries.push(entry)
    return entry
  }
  return {
    recordFetch(replica, fetchOffset, at) {
      const entry = entryOf(replica) ?? newEntry(replica, at.monotonicMs)
      if (entry !== undefined) noteFetch(entry, fetchOffset, at)
    },
    recordSnapshotFetch(replica, monotonicMs) {
      if (!isVoterOf(options.voters(), replica)) return
      const entry = entryOf(replica) ?? newEntry(replica, monotonicMs)
      if (entry !== undefined) entry.lastHeardMs = monotonicMs
    },
    recordOwn(flushedOffset) {
      own.endOffset = flushedOffset
    },
    committedOffset() {
      const ends = all().map(voter => entryOfVoter(voter)?.endOffset ?? -1)
      const candidate = ends.sort((a, b) => b - a)[majorityOf(options.voters()) - 1] ?? -1
      return candidate > epochStartOffset ? candidate : undefined
    },
    hasMajoritySince(sinceMs) {
      const heard = all().filter(voter => {
        const entry = entryOfVoter(voter)
        return entry === own || (entry?.lastHeardMs ?? -Infinity) >= sinceMs
      })
      return heard.length >= majorityOf(options.voters())
    },
    lastFetchMs: voter => entryOfVoter(voter)?.lastFetchMs,
    endOffsetOf: voter => entryOfVoter(voter)?.endOffset ?? -1,
    isCaughtUpSince: (replica, sinceMs) => (entryOf(replica)?.lastCaughtUpMs ?? -Infinity) >= sinceMs,
    describe(ownNow) {
      forgetSilent(ownNow.monotonicMs)
      const progress = (entry: Entry) => (entry === own ? ownProgress(self, ownNow) : progressOf(entry))
      return {
        voters: all().map(voter => progress(entryOfVoter(voter) ?? emptyEntry(voter))),
        observers: entries.filter(entry => !all().some(voter => entryOfVoter(voter) === entry)).map(progress),
      }
    },
  }
}

const fetchedLater = (entry: Entry, other: Entry | undefined): boolean =>
  other === undefined || (entry.lastFetchMs ?? -1) > (other.lastFetchMs ?? -1)

function emptyEntry({ id, directoryId }: ReplicaKey): Entry {
  return {
    key: { id, directoryId },
    endOffset: -1,
    lastFetchMs: undefined,
    lastHeardMs: undefined,
    lastCaughtUpMs: undefined,
    lastFetchWallMs: -1,
    lastCaughtUpWallMs: -1,
    leaderEndAtLastFetch: -1,
  }
}

/** REPL-02 for the caught-up time. */
function noteFetch(entry: Entry, fetchOffset: number, at: FetchTime): void {
  if (fetchOffset >= at.leaderEndOffset) {
    entry.lastCaughtUpWallMs = at.wallMs
    entry.lastCaughtUpMs = at.monotonicMs
  } else if (entry.lastFetchMs !== undefined && fetchOffset >= entry.leaderEndAtLastFetch) {
    entry.lastCaughtUpWallMs = entry.lastFetchWallMs
    entry.lastCaughtUpMs = entry.lastFetchMs
  }
  entry.endOffset = fetchOffset
  entry.lastFetchMs = at.monotonicMs
  entry.lastHeardMs = at.monotonicMs
  entry.lastFetchWallMs = at.wallMs
  entry.leaderEndAtLastFetch = at.leaderEndOffset
}

function ownProgress(self: ReplicaKey, own: OwnNow): ReplicaProgress {
  return {
    replicaId: self.id,
    directoryId: self.directoryId,
    logEndOffset: own.endOffset,
    lastFetchTimestampMs: own.wallMs,
    lastCaughtUpTimestampMs: own.wallMs,
  }
}

function progressOf(entry: Entry): ReplicaProgress {
  return {
    replicaId: entry.key.id,
    directoryId: entry.key.directoryId,
    logEndOffset: entry.endOffset,
    lastFetchTimestampMs: entry.lastFetchWallMs,
    lastCaughtUpTimestampMs: entry.lastCaughtUpWallMs,
  }
}
