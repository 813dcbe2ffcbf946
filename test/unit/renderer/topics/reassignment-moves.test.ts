import { describe, expect, it } from 'vitest'
import type { PartitionView } from '../../../../src-main/contract/views/topics.ts'
import {
  bytesOf,
  fractionOf,
  moveLines,
  moveProgress,
  movesOf,
  parseReplicas,
  throttleBytes,
} from '../../../../src-renderer/features/topics/reassignment-moves.ts'

const partition = (id: number, replicas: readonly number[], sizeBytes: number | null = 100): PartitionView => ({
  ...{
    partition: id,
    leader: replicas[0] ?? -1,
    leaderEpoch: 0,
    replicas,
    inSync: replicas,
    adding: [],
    offline: [],
    leaderIsPreferred: true,
  },
  ...{ startOffset: 0, endOffset: 0, lastStableOffset: 0, sizeBytes, followers: [], error: null },
})
const partitions = [partition(0, [1, 2]), partition(1, [2, 3], null)]

describe('replicas by hand', () => {
  it('are known brokers, each once', () => {
    expect(parseReplicas(' 3,1  2 ', [1, 2, 3])).toEqual({ ids: [3, 1, 2] })
    expect(parseReplicas('', [1]).error).toContain('At least one')
    expect(parseReplicas('1, x', [1]).error).toContain('“x”')
    expect(parseReplicas('4', [1]).error).toContain('no broker 4')
    expect(parseReplicas('1 1', [1]).error).toContain('twice')
  })

  it('win over the plan; what neither names stays', () => {
    const plan = {
      moves: [{ topic: 't', partition: 0, from: [1, 2], to: [1, 3], bytesToMove: 100 }],
      bytesToMove: 100,
      unchanged: 1,
    }
    const planned = moveLines(partitions, plan, new Map(), [1, 2, 3])
    expect(planned.map(line => [line.to, line.isChanged, line.bytes])).toEqual([
      [[1, 3], true, 100],
      [[2, 3], false, 0],
    ])
    expect(movesOf('t', planned)).toEqual([{ topic: 't', partition: 0, replicas: [1, 3] }])
    const typed = moveLines(partitions, plan, new Map([[0, '2, 1']]), [1, 2, 3])
    expect([typed[0]?.to, typed[0]?.isChanged, typed[0]?.bytes]).toEqual([[2, 1], true, 0])
  })

  it('know how much is to be copied, or that it is unknown', () => {
    const lines = moveLines(partitions, undefined, new Map([[0, '1,2,3']]), [1, 2, 3])
    expect(bytesOf(lines)).toBe(100)
    expect(bytesOf(moveLines(partitions, undefined, new Map([[1, '1']]), [1, 2, 3]))).toBeNull()
  })

  it('throttle in megabytes', () => {
    expect([throttleBytes(''), throttleBytes('1.5'), throttleBytes('0'), throttleBytes('x')]).toEqual([
      null,
      1_500_000,
      undefined,
      undefined,
    ])
  })
})

describe('progress of a reassignment', () => {
  const moves = [{ partition: 0, from: [1, 2], to: [1, 3] }]
  const going = { topic: 't', partition: 0, replicas: [1, 3, 2], adding: [3], removing: [2], doneBytes: 25, totalBytes: 100 }

  it('is moving, then read back, then done or not as planned', () => {
    const phase = (underWay: readonly (typeof going)[], now: readonly number[], isFresh: boolean) =>
      moveProgress({ moves, underWay, partitions: [partition(0, now)], isFresh })[0]?.phase
    expect(phase([going], [1, 3, 2], true)).toBe('moving')
    expect(phase([], [1, 2], false)).toBe('reading back')
    expect(phase([], [1, 3], true)).toBe('done')
    expect(phase([], [1, 2], true)).toBe('not as planned')
    const [cancelled] = moveProgress({ moves, underWay: [], partitions, isFresh: true })
    expect(cancelled === undefined ? null : fractionOf(cancelled)).toBe(0)
  })

  it('shows what others began', () => {
    const [only] = moveProgress({ moves: [], underWay: [going], partitions, isFresh: true })
    expect([only?.from, only?.to, only === undefined ? null : fractionOf(only)]).toEqual([null, [1, 3], 0.25])
  })
})
