import { expect, it } from 'vitest'
import type { GroupLag, PartitionLag } from '../../../../src-main/workbench/sampling/group-lag.ts'
import type { SampledGroup } from '../../../../src-main/workbench/sampling/probe.ts'
import { leastLoadedFirst, newTopicLayout } from '../../../../src-main/workbench/topics/plan-layout.ts'
import { topicConsumers, topicLags } from '../../../../src-main/workbench/topics/topic-readers.ts'

const group = (name: string): SampledGroup => ({
  group: name,
  state: 'Stable',
  type: 'classic',
  protocolType: 'consumer',
  coordinatorId: 1,
  committed: [],
  error: null,
})
const lag = (topic: string, partition: number, count: number | null): PartitionLag => ({
  topic,
  partition,
  offset: 10,
  metadata: null,
  endOffset: count === null ? null : 10 + count,
  lag: count,
  lagMs: count === null ? null : count * 1_000,
})
const books = new Map([
  ['slow', [lag('orders', 0, 5), lag('orders', 1, 7), lag('other', 0, 1)]],
  ['fast', [lag('orders', 0, 0)]],
  ['unknown', [lag('orders', 0, null)]],
  ['idle', []],
])
const sample = {
  groups: [...books.keys()].map(group),
  book: (name: string) => ({ now: { partitions: books.get(name) ?? [] } as unknown as GroupLag }),
}

it('a topic knows who reads it, the slowest first', () => {
  expect(topicConsumers('orders', sample).map(it => [it.group, it.totalLag, it.worstLag, it.lagMs])).toEqual([
    ['slow', 12, 7, 7_000],
    ['fast', 0, 0, 0],
    ['unknown', null, null, null],
  ])
  expect(topicConsumers('nobody', sample)).toEqual([])
})

it('the list knows groups and worst lag of every topic that is read', () => {
  expect(topicLags(sample)).toEqual([
    { topic: 'orders', groupCount: 3, worstLag: 12, worstGroup: 'slow' },
    { topic: 'other', groupCount: 1, worstLag: 1, worstGroup: 'slow' },
  ])
})

it('a new topic is laid out evenly, over racks, the emptiest brokers first', () => {
  const brokers = [1, 2, 3].map(brokerId => ({ brokerId, rack: brokerId === 3 ? 'b' : 'a' }))
  const full = [{ partitions: [{ replicas: [1, 2] }, { replicas: [1, 3] }] }] as unknown as Parameters<typeof leastLoadedFirst>[1]
  expect(leastLoadedFirst(brokers, full).map(it => it.brokerId)).toEqual([2, 3, 1])
  const layout = newTopicLayout(
    6,
    2,
    brokers.map(it => ({ ...it, rack: null })),
  )
  const count = (pick: (replicas: readonly number[]) => readonly number[]) =>
    [1, 2, 3].map(id => layout.flatMap(pick).filter(it => it === id).length)
  expect(count(replicas => replicas)).toEqual([4, 4, 4])
  expect(count(replicas => replicas.slice(0, 1))).toEqual([2, 2, 2])
  for (const replicas of newTopicLayout(4, 2, brokers)) expect(new Set(replicas).size).toBe(2)
})
