import { describe, expect, it } from 'vitest'
import type { ClusterMetadata, PartitionMetadata } from '../../../../broker-core/client/metadata/cluster-metadata.ts'
import { clusterChanges } from '../../../../src-main/workbench/sampling/cluster-changes.ts'
import type { SeenCluster } from '../../../../src-main/workbench/sampling/cluster-changes.ts'

const partition = (number: number, more: Partial<PartitionMetadata> = {}): PartitionMetadata => ({
  partition: number,
  leaderId: 1,
  leaderEpoch: 0,
  replicas: [1, 2, 3],
  isr: [1, 2, 3],
  offlineReplicas: [],
  error: 'NONE',
  ...more,
})
const topic = (name: string, partitions: readonly PartitionMetadata[], topicId = name) => ({
  name,
  topicId,
  isInternal: false,
  error: 'NONE' as const,
  partitions,
})
function seen(topics: readonly ReturnType<typeof topic>[], brokers = [1, 2, 3], more: Partial<SeenCluster> = {}): SeenCluster {
  const cluster: ClusterMetadata = {
    clusterId: 'c',
    controllerId: 1,
    brokers: new Map(brokers.map(nodeId => [nodeId, { nodeId, host: 'h', port: 1, rack: null }])),
    topics: new Map(topics.map(it => [it.name, it])),
  }
  return { failure: null, cluster, controllerId: 1, ...more }
}
const texts = (before: SeenCluster, after: SeenCluster) => clusterChanges(before, after).map(it => `${it.kind}: ${it.text}`)
const calm = seen([topic('orders', [partition(0), partition(1)])])

describe('what happened in a cluster', () => {
  it('is nothing when nothing did', () => {
    expect(texts(calm, seen([topic('orders', [partition(0, { leaderEpoch: 9 }), partition(1)])]))).toEqual([])
  })

  it('a broker goes: elections and in-sync replicas name it', () => {
    const after = seen(
      [topic('orders', [partition(0, { leaderId: 2, isr: [2, 3] }), partition(1, { leaderId: -1, isr: [] })])],
      [2, 3],
      { controllerId: 2 },
    )
    expect(texts(calm, after)).toEqual([
      'broker-gone: broker 1 is gone',
      'controller-changed: controller 1 → 2',
      'leader-elected: orders-0: leader 1 → 2',
      'isr-shrunk: orders-0: 1 left the in-sync replicas, now 2, 3',
      'isr-shrunk: orders-1: 1 left the in-sync replicas, now none',
      'leader-lost: orders-1: no leader, it was 1',
      'isr-shrunk: orders-1: 2 left the in-sync replicas, now none',
      'isr-shrunk: orders-1: 3 left the in-sync replicas, now none',
    ])
    expect(texts(after, calm)).toContain('broker-came: broker 1 came')
    expect(texts(after, calm)).toContain('isr-grown: orders-0: 1 is in sync again, now 1, 2, 3')
  })

  it('topics come, go, grow, and are made anew under their name', () => {
    expect(texts(calm, seen([]))).toEqual(['topic-deleted: topic orders was deleted'])
    expect(texts(calm, seen([topic('orders', [partition(0), partition(1), partition(2)])]))).toEqual([
      'partitions-added: topic orders: 2 → 3 partitions',
    ])
    expect(texts(calm, seen([topic('orders', [partition(0)], 'other id')]))).toEqual([
      'topic-deleted: topic orders was deleted',
      'topic-created: topic orders was created with 1 partitions',
    ])
    expect(
      texts(calm, seen([topic('orders', [partition(0, { replicas: [1, 2, 4] }), partition(1, { replicas: [3, 2, 1] })])])),
    ).toEqual(['replicas-changed: orders-0: replicas 1, 2, 3 → 1, 2, 4'])
  })

  it('in masses it is told with counts', () => {
    const many = (more: Partial<PartitionMetadata>) =>
      seen([
        topic(
          'wide',
          Array.from({ length: 500 }, (_, at) => partition(at, more)),
        ),
      ])
    expect(clusterChanges(many({}), many({ leaderId: 2, isr: [2, 3] }))).toMatchObject([
      { kind: 'leader-elected', count: 500, brokerId: 2, topic: 'wide', text: 'wide: 500 partitions: broker 2 leads them now' },
      { kind: 'isr-shrunk', count: 500, brokerId: 1 },
    ])
  })

  it('a wide topic does not hide a narrow one; many topics become one event', () => {
    const topics = (count: number, more: Partial<PartitionMetadata>) =>
      Array.from({ length: count }, (_, at) => topic(`t${at}`, [partition(0, more)]))
    const wide = (more: Partial<PartitionMetadata>) =>
      topic(
        'wide',
        Array.from({ length: 50 }, (_, at) => partition(at, more)),
      )
    const led = { leaderId: 2 }
    expect(texts(seen([wide({}), ...topics(2, {})]), seen([wide(led), ...topics(2, led)]))).toEqual([
      'leader-elected: wide: 50 partitions: broker 2 leads them now',
      'leader-elected: t0-0: leader 1 → 2',
      'leader-elected: t1-0: leader 1 → 2',
    ])
    const nine = (more: Partial<PartitionMetadata>) =>
      topic(
        'nine',
        Array.from({ length: 9 }, (_, at) => partition(at, more)),
      )
    expect(texts(seen([nine({}), ...topics(2, {})]), seen([nine(led), ...topics(2, led)]))).toEqual([
      'leader-elected: nine: 9 partitions: broker 2 leads them now',
      'leader-elected: t0-0: leader 1 → 2',
      'leader-elected: t1-0: leader 1 → 2',
    ])
    expect(clusterChanges(seen([wide({}), ...topics(30, {})]), seen([wide(led), ...topics(30, led)]))).toMatchObject([
      { kind: 'leader-elected', count: 80, topic: null, text: '80 partitions: broker 2 leads them now' },
    ])
  })

  it('a cluster that cannot be reached is told once, and when it is back', () => {
    const lost = { ...calm, failure: { code: 'UNREACHABLE', message: 'gone' } as const }
    expect(texts(calm, lost)).toEqual(['unreachable: the cluster cannot be reached: gone'])
    expect(texts(lost, lost)).toEqual([])
    expect(texts(lost, calm)).toEqual(['reachable: the cluster can be reached again'])
  })
})
