import { describe, expect, it } from 'vitest'
import {
  FetchSessions,
  sessionEpochAfter,
  type FetchAsk,
  type FetchTurn,
} from '../../../broker-core/server/fetch/fetch-session.ts'

const target = (topicId: string, partition = 0, fetchOffset = 0) => ({
  topic: '',
  topicId,
  byId: true,
  partition,
  currentLeaderEpoch: -1,
  fetchOffset,
  lastFetchedEpoch: -1,
  logStartOffset: 0,
  maxBytes: 1000,
})
const ask = (more: Partial<FetchAsk>): FetchAsk => ({
  sessionId: 0,
  sessionEpoch: 0,
  byId: true,
  isFollower: false,
  targets: [],
  forgotten: [],
  ...more,
})
const quiet = { errorCode: 0, highWatermark: 5, lastStableOffset: 5, logStartOffset: 0, hasNews: false }

function sessionsOf(slots = 10) {
  const time = { nowMs: 0 }
  let next = 0
  const sessions = new FetchSessions(
    slots,
    () => time.nowMs,
    () => (next += 1) / 1000,
  )
  const open = (more: Partial<FetchAsk> = {}) => sessions.turn(ask({ targets: [target('a')], ...more })) as FetchTurn
  return { sessions, time, open }
}
const entryOf = (turn: FetchTurn, topicId: string) => {
  const found = [...turn.entries()].find(entry => entry.target.topicId === topicId)
  if (found === undefined) throw new Error(`no ${topicId}`)
  return found
}
const keys = (turn: FetchTurn) =>
  [...turn.entries()].map(({ target: one }) => `${one.topicId}${one.partition}@${one.fetchOffset}`)

describe('fetch sessions', () => {
  it('FS-01: a full fetch with epoch 0 opens one, and everything is told', () => {
    const { sessions, open } = sessionsOf()
    const turn = open()
    expect(turn.sessionId).toBeGreaterThan(0)
    expect(turn.isTold(entryOf(turn, 'a'), quiet)).toBe(true)
    expect(sessions.count).toBe(1)
  })

  it('FS-02: epoch -1 closes it and opens none', () => {
    const { sessions, open } = sessionsOf()
    const { sessionId } = open()
    const turn = sessions.turn(ask({ sessionId, sessionEpoch: -1, targets: [target('a')] })) as FetchTurn
    expect(turn.sessionId).toBe(0)
    expect(sessions.count).toBe(0)
  })

  it('FS-03: an incremental fetch remembers, adds, replaces and forgets', () => {
    const { sessions, open } = sessionsOf()
    const { sessionId } = open({ targets: [target('a'), target('b')] })
    const second = sessions.turn(ask({ sessionId, sessionEpoch: 1, targets: [target('b', 0, 7), target('c')] })) as FetchTurn
    expect(keys(second)).toEqual(['a0@0', 'b0@7', 'c0@0'])
    const forgotten = [{ topic: '', topicId: 'a', partition: 0 }]
    const third = sessions.turn(ask({ sessionId, sessionEpoch: 2, forgotten })) as FetchTurn
    expect(keys(third)).toEqual(['b0@7', 'c0@0'])
  })

  it('FS-03: only what changed is told', () => {
    const { sessions, open } = sessionsOf()
    const first = open()
    const { sessionId } = first
    first.isTold(entryOf(first, 'a'), quiet)
    const second = sessions.turn(ask({ sessionId, sessionEpoch: 1 })) as FetchTurn
    expect(second.isTold(entryOf(second, 'a'), quiet)).toBe(false)
    for (const change of [
      { highWatermark: 6 },
      { lastStableOffset: 6 },
      { logStartOffset: 1 },
      { hasNews: true },
      { errorCode: 3 },
    ]) {
      expect(second.isTold(entryOf(second, 'a'), { ...quiet, ...change }), JSON.stringify(change)).toBe(true)
      second.isTold(entryOf(second, 'a'), quiet)
    }
  })

  it('FS-03: the end of an error is told', () => {
    const { open } = sessionsOf()
    const turn = open()
    turn.isTold(entryOf(turn, 'a'), { ...quiet, errorCode: 6 })
    expect(turn.isTold(entryOf(turn, 'a'), quiet)).toBe(true)
  })

  it('FS-04: unknown id, wrong epoch, and ids mixed with names', () => {
    const { sessions, open } = sessionsOf()
    const { sessionId } = open()
    expect(sessions.turn(ask({ sessionId: sessionId + 1, sessionEpoch: 1 }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect(sessions.turn(ask({ sessionId, sessionEpoch: 2 }))).toBe('INVALID_FETCH_SESSION_EPOCH')
    expect(sessions.turn(ask({ sessionId, sessionEpoch: 1, byId: false }))).toBe('FETCH_SESSION_TOPIC_ID_ERROR')
    expect(sessions.turn(ask({ sessionId, sessionEpoch: 1 }))).toBeTypeOf('object')
  })

  it('FS-06: the cache is bounded; a newcomer gets no session while all are fresh', () => {
    const { sessions, open } = sessionsOf(2)
    open()
    open()
    expect(open().sessionId).toBe(0)
    expect(sessions.count).toBe(2)
  })

  it('FS-06: an idle session makes room, and a follower takes that of a consumer', () => {
    const { sessions, time, open } = sessionsOf(1)
    const { sessionId } = open()
    expect(open({ isFollower: true }).sessionId).toBeGreaterThan(0)
    expect(sessions.turn(ask({ sessionId, sessionEpoch: 1 }))).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect(open({ isFollower: true }).sessionId).toBe(0)
    time.nowMs = 120_001
    expect(open().sessionId).toBeGreaterThan(0)
  })

  it('FS-06: a session older than two minutes makes room for a larger one, the smallest first, though it is in use', () => {
    const { sessions, time, open } = sessionsOf(2)
    const use = (sessionId: number, sessionEpoch: number) => sessions.turn(ask({ sessionId, sessionEpoch }))
    const large = open({ targets: ['a', 'b', 'c'].map(topicId => target(topicId)) })
    const small = open({ targets: [target('a'), target('b')] })
    const newcomer = ['a', 'b', 'c'].map(topicId => target(topicId))
    expect(open({ targets: newcomer }).sessionId).toBe(0)
    for (const nowMs of [100_000, 120_001]) {
      time.nowMs = nowMs
      for (const { sessionId } of [large, small]) expect(use(sessionId, nowMs === 100_000 ? 1 : 2)).toBeTypeOf('object')
    }
    expect(open({ targets: newcomer.slice(0, 2) }).sessionId).toBe(0)
    expect(open({ targets: newcomer }).sessionId).toBeGreaterThan(0)
    expect(use(small.sessionId, 3)).toBe('FETCH_SESSION_ID_NOT_FOUND')
    expect(use(large.sessionId, 3)).toBeTypeOf('object')
    expect(open({ targets: newcomer }).sessionId).toBe(0)
  })

  it('FS-07: partitions with data go to the end of the order', () => {
    const { sessions, open } = sessionsOf()
    const first = open({ targets: [target('a'), target('b'), target('c')] })
    first.isTold(entryOf(first, 'a'), { ...quiet, hasNews: true })
    const second = sessions.turn(ask({ sessionId: first.sessionId, sessionEpoch: 1 })) as FetchTurn
    expect(keys(second)).toEqual(['b0@0', 'c0@0', 'a0@0'])
  })

  it('FS-08: a session that forgets everything is closed', () => {
    const { sessions, open } = sessionsOf()
    const { sessionId } = open()
    const turn = sessions.turn(
      ask({ sessionId, sessionEpoch: 1, forgotten: [{ topic: '', topicId: 'a', partition: 0 }] }),
    ) as FetchTurn
    expect(turn.sessionId).toBe(0)
    expect(sessions.count).toBe(0)
  })

  it('FS-05: the epoch rises by one and wraps from its largest value to 1', () => {
    expect(sessionEpochAfter(1)).toBe(2)
    expect(sessionEpochAfter(2147483646)).toBe(2147483647)
    expect(sessionEpochAfter(2147483647)).toBe(1)
  })
})
