import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { PartitionAddress } from '../partition-access.ts'

/** What a client wants of one partition; also what a session remembers of it (KIP-227). */
export interface FetchTarget extends PartitionAddress {
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  readonly lastFetchedEpoch: number
  readonly logStartOffset: number
  readonly maxBytes: number
}

export interface FetchAsk {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly byId: boolean
  readonly isFollower: boolean
  readonly targets: readonly FetchTarget[]
  readonly forgotten: readonly { readonly topic: string; readonly topicId: string; readonly partition: number }[]
}

/** What of an answer is compared with the one before (FS-03). */
export interface FetchedState {
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** Records, or anything else that must be told each time (preferred replica, diverging epoch). */
  readonly hasNews: boolean
}

/** One fetch request in the light of its session. */
export interface FetchTurn {
  /** For the response; 0: no session. */
  readonly sessionId: number
  /** In the order in which answers are filled (FS-07). */
  entries(): Iterable<FetchEntry>
  readonly entryCount: number
  /** FS-03: what has not changed since it was told need not be looked at. */
  readonly isIncremental: boolean
  /** True when this partition belongs into the response; remembers what is being told. */
  isTold(entry: FetchEntry, state: FetchedState): boolean
}

/** One partition of a fetch, and what its reader was last told of it; -1 for nothing yet. */
export interface FetchEntry {
  readonly target: FetchTarget
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  readonly hadError: boolean
}

type SessionPartition = { -readonly [K in keyof FetchEntry]: FetchEntry[K] } & { readonly key: string }

interface Session {
  readonly id: number
  readonly byId: boolean
  readonly isFollower: boolean
  readonly createdMs: number
  epoch: number
  lastUsedMs: number
  readonly partitions: Map<string, SessionPartition>
}

/** FS-05. */
export const sessionEpochAfter = (epoch: number): number => (epoch === 2147483647 ? 1 : epoch + 1)

const evictableAfterMs = 120_000

/** FS-01..08. Holds at most `slots` sessions; at the bound the least useful one goes (FS-06), else the newcomer gets none. */
export class FetchSessions {
  readonly #sessions = new Map<number, Session>()
  readonly #slots: number
  readonly #nowMs: () => number
  readonly #fraction: () => number

  constructor(slots: number, nowMs: () => number, fraction: () => number) {
    this.#slots = slots
    this.#nowMs = nowMs
    this.#fraction = fraction
  }

  get count(): number {
    return this.#sessions.size
  }

  turn(ask: FetchAsk): FetchTurn | KafkaErrorName {
    if (ask.sessionEpoch <= 0) {
      if (ask.sessionId !== 0) this.#sessions.delete(ask.sessionId)
      return ask.sessionEpoch === 0 ? this.#open(ask) : fullTurn(ask)
    }
    return this.#continue(ask)
  }

  #open(ask: FetchAsk): FetchTurn {
    if (ask.targets.length === 0 || !this.#hasRoomFor(ask)) return fullTurn(ask)
    const session: Session = {
      id: this.#freshId(),
      byId: ask.byId,
      isFollower: ask.isFollower,
      createdMs: this.#nowMs(),
      epoch: 1,
      lastUsedMs: this.#nowMs(),
      partitions: new Map(),
    }
    for (const target of ask.targets) session.partitions.set(keyOf(target, ask.byId), untold(target, ask.byId))
    this.#sessions.set(session.id, session)
    return sessionTurn(session, true)
  }

  #continue(ask: FetchAsk): FetchTurn | KafkaErrorName {
    const session = this.#sessions.get(ask.sessionId)
    if (session === undefined) return 'FETCH_SESSION_ID_NOT_FOUND'
    if (session.epoch !== ask.sessionEpoch) return 'INVALID_FETCH_SESSION_EPOCH'
    if (session.byId !== ask.byId) return 'FETCH_SESSION_TOPIC_ID_ERROR'
    session.epoch = sessionEpochAfter(session.epoch)
    session.lastUsedMs = this.#nowMs()
    for (const target of ask.targets) {
      const key = keyOf(target, ask.byId)
      const known = session.partitions.get(key)
      if (known === undefined) session.partitions.set(key, untold(target, ask.byId))
      else known.target = target
    }
    for (const forgotten of ask.forgotten) session.partitions.delete(keyOf(forgotten, ask.byId))
    if (session.partitions.size > 0) return sessionTurn(session, false)
    this.#sessions.delete(session.id)
    return { sessionId: 0, entries: () => [], entryCount: 0, isIncremental: true, isTold: () => false }
  }

  /** FS-06. */
  #hasRoomFor(ask: FetchAsk): boolean {
    if (this.#sessions.size < this.#slots) return true
    const nowMs = this.#nowMs()
    let victim: Session | undefined
    for (const session of this.#sessions.values()) {
      if (!isEvictable(session, ask, nowMs)) continue
      if (victim === undefined || isLessUseful(session, victim, nowMs)) victim = session
    }
    return victim !== undefined && this.#sessions.delete(victim.id)
  }

  #freshId(): number {
    for (;;) {
      const id = 1 + Math.floor(this.#fraction() * 2147483646)
      if (!this.#sessions.has(id)) return id
    }
  }
}

const isIdle = (session: Session, nowMs: number): boolean => nowMs - session.lastUsedMs > evictableAfterMs

function isEvictable(session: Session, newcomer: FetchAsk, nowMs: number): boolean {
  if (isIdle(session, nowMs)) return true
  if (newcomer.isFollower !== session.isFollower) return newcomer.isFollower
  return nowMs - session.createdMs > evictableAfterMs && session.partitions.size < newcomer.targets.length
}

/** The idle ones first, for longest; then those of consumers; then the small ones. */
function isLessUseful(session: Session, other: Session, nowMs: number): boolean {
  if (isIdle(session, nowMs) || isIdle(other, nowMs)) return session.lastUsedMs < other.lastUsedMs
  if (session.isFollower !== other.isFollower) return other.isFollower
  return session.partitions.size < other.partitions.size
}

const keyOf = (at: { topic: string; topicId: string; partition: number }, byId: boolean) =>
  `${byId ? at.topicId : at.topic}:${at.partition}`

const untold = (target: FetchTarget, byId: boolean): SessionPartition => ({
  key: keyOf(target, byId),
  target,
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  hadError: false,
})

function fullTurn(ask: FetchAsk): FetchTurn {
  const entries = ask.targets.map(target => ({
    target,
    highWatermark: -1,
    lastStableOffset: -1,
    logStartOffset: -1,
    hadError: false,
  }))
  return { sessionId: 0, entries: () => entries, entryCount: entries.length, isIncremental: false, isTold: () => true }
}

function sessionTurn(session: Session, isFull: boolean): FetchTurn {
  return {
    sessionId: session.id,
    entries: () => session.partitions.values(),
    entryCount: session.partitions.size,
    isIncremental: !isFull,
    isTold: (entry, state) => tell(session, entry as SessionPartition, state) || isFull,
  }
}

function tell(session: Session, entry: SessionPartition, state: FetchedState): boolean {
  const isNews =
    state.hasNews ||
    state.errorCode !== 0 ||
    entry.hadError ||
    state.highWatermark !== entry.highWatermark ||
    state.lastStableOffset !== entry.lastStableOffset ||
    state.logStartOffset !== entry.logStartOffset
  if (!isNews) return false
  entry.highWatermark = state.highWatermark
  entry.lastStableOffset = state.lastStableOffset
  entry.logStartOffset = state.logStartOffset
  entry.hadError = state.errorCode !== 0
  if (state.hasNews && session.partitions.delete(entry.key)) session.partitions.set(entry.key, entry)
  return true
}
