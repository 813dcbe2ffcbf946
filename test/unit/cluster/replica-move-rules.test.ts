import { describe, expect, it } from 'vitest'
import { judgeMove, nextOfMove, type MoveAsked } from '../../../broker-core/cluster/replica-move-rules.ts'

const asked = (more: Partial<MoveAsked> = {}): MoveAsked => ({
  target: '/b',
  configured: ['/a', '/b', '/c'],
  online: ['/a', '/b', '/c'],
  cordoned: [],
  replica: 'online',
  current: '/a',
  future: undefined,
  isNameTooLong: false,
  ...more,
})
const begun = { error: 'NONE', givesUp: false, action: 'begin' }
const refusedWith = (error: string) => ({ error, givesUp: false, action: 'nothing' })

describe('AlterReplicaLogDirs of one partition (REPL-18)', () => {
  it('KIP-113: another directory begins a move; the same target again, or where it lies, changes nothing', () => {
    expect(judgeMove(asked())).toEqual(begun)
    expect(judgeMove(asked({ future: '/b' }))).toEqual(refusedWith('NONE'))
    expect(judgeMove(asked({ target: '/a' }))).toEqual(refusedWith('NONE'))
  })

  it('KIP-113: with the current directory the move is given up; with a third one it begins anew there', () => {
    expect(judgeMove(asked({ target: '/a', future: '/b' }))).toEqual({ error: 'NONE', givesUp: true, action: 'nothing' })
    expect(judgeMove(asked({ target: '/c', future: '/b' }))).toEqual({ error: 'NONE', givesUp: true, action: 'begin' })
  })

  it('DISK-38: unknown and failed directories, and what cannot be named', () => {
    expect(judgeMove(asked({ target: '/x' }))).toEqual(refusedWith('LOG_DIR_NOT_FOUND'))
    expect(judgeMove(asked({ online: ['/a', '/c'] }))).toEqual(refusedWith('KAFKA_STORAGE_ERROR'))
    expect(judgeMove(asked({ online: ['/a', '/b'] })), 'another one is missing').toEqual(refusedWith('KAFKA_STORAGE_ERROR'))
    expect(judgeMove(asked({ replica: 'offline' }))).toEqual(refusedWith('KAFKA_STORAGE_ERROR'))
    expect(judgeMove(asked({ isNameTooLong: true }))).toEqual(refusedWith('INVALID_TOPIC_EXCEPTION'))
  })

  it('KIP-1066: a cordoned directory takes nothing new; what lies there, or is on its way there, stays', () => {
    const cordoned = ['/b']
    expect(judgeMove(asked({ cordoned }))).toEqual(refusedWith('INVALID_REPLICA_ASSIGNMENT'))
    expect(judgeMove(asked({ cordoned, replica: 'absent', current: undefined }))).toEqual(
      refusedWith('INVALID_REPLICA_ASSIGNMENT'),
    )
    expect(judgeMove(asked({ cordoned, current: '/b' }))).toEqual(refusedWith('NONE'))
    expect(judgeMove(asked({ cordoned, future: '/b' }))).toEqual(refusedWith('NONE'))
    expect(judgeMove(asked({ cordoned, target: '/c' }))).toEqual(begun)
  })

  it('KIP-113: before the replica is there its directory is remembered', () => {
    const none = asked({ replica: 'absent', current: undefined })
    expect(judgeMove(none)).toEqual({ error: 'REPLICA_NOT_AVAILABLE', givesUp: false, action: 'remember' })
    expect(judgeMove({ ...none, target: '/x' })).toEqual(refusedWith('LOG_DIR_NOT_FOUND'))
  })

  it('KIP-858: the controller has it on record before the copy takes the place, and only a whole copy does', () => {
    const next = (isCaughtUp: boolean, isAsked: boolean, isOnRecord: boolean) => nextOfMove({ isCaughtUp, isAsked, isOnRecord })
    expect(next(false, false, false)).toBe('copy')
    expect(next(true, false, false)).toBe('ask-controller')
    expect(next(true, false, true), 'on record from an earlier run').toBe('ask-controller')
    expect(next(true, true, false)).toBe('wait')
    expect(next(false, true, true), 'written to since').toBe('copy')
    expect(next(true, true, true)).toBe('swap')
  })
})
