import { expect, it } from 'vitest'
import { namesOf, onlyInSyncAt } from '../../../../src-main/workbench/local/partitions-at.ts'

const partition = (number: number, replicas: readonly number[], isr: readonly number[]) => ({
  topic: 't',
  partition: number,
  leaderId: isr[0] ?? -1,
  leaderEpoch: 1,
  replicas,
  isr,
  offlineReplicas: [],
  error: 'NONE' as const,
})

it('LEAD-06: what a broker alone has in sync, and what nobody has, would be lost with its disk', () => {
  const partitions = [
    partition(0, [1, 2], [1, 2]),
    partition(1, [1, 2], [1]),
    partition(2, [1, 2], [2]),
    partition(3, [1], [1]),
    partition(4, [1, 2], []),
    partition(5, [2], [2]),
  ]
  expect(onlyInSyncAt(partitions, 1).map(it => it.partition)).toEqual([1, 3, 4])
})

it('names a few partitions and counts the rest', () => {
  const partitions = [0, 1, 2, 3, 4].map(number => ({ topic: 't', partition: number }))
  expect(namesOf(partitions.slice(0, 2))).toBe('t-0, t-1')
  expect(namesOf(partitions)).toBe('t-0, t-1, t-2 and 2 more')
})
