import { expect, it } from 'vitest'
import { throttledReplicas } from '../../../../src-main/workbench/topics/throttled-replicas.ts'

it('LEAD-12: those who have the data are throttled as leaders, those who are new as followers, topic by topic', () => {
  const lists = throttledReplicas([
    { topic: 'a', partition: 0, from: [1, 2], to: [2, 4] },
    { topic: 'a', partition: 1, from: [1, 2], to: [2, 1] },
    { topic: 'a', partition: 2, from: [3], to: [4, 5] },
    { topic: 'a', partition: 2, from: [3], to: [4, 5] },
    { topic: 'b', partition: 7, from: [1], to: [] },
  ])
  expect(Object.fromEntries(lists)).toEqual({ a: { leader: '0:1,0:2,2:3', follower: '0:4,2:4,2:5' } })
})
