import { expect, it } from 'vitest'
import { type ClusterMetadata, noMetadata } from '../../../../broker-core/client/metadata/cluster-metadata.ts'
import { endsBook } from '../../../../src-main/workbench/sampling/ends-book.ts'

const partitionOf = (partition: number) => ({
  partition,
  leaderId: 1,
  leaderEpoch: 0,
  replicas: [1],
  isr: [1],
  offlineReplicas: [],
  error: 'NONE' as const,
})
const cluster: ClusterMetadata = {
  ...noMetadata,
  topics: new Map([
    ['orders', { name: 'orders', topicId: 't', isInternal: false, error: 'NONE', partitions: [partitionOf(0), partitionOf(1)] }],
  ]),
}

it('an end that is told a round later than the others, or a topic made anew, is no rate', () => {
  const book = endsBook()
  const round = (atMs: number, ends: Readonly<Record<string, number>>) =>
    book.add(atMs, cluster, new Map(Object.entries(ends)), [])
  round(0, { 'orders/0': 100 })
  round(1_000, { 'orders/0': 110, 'orders/1': 1_000_000 })
  expect(book.topicRate('orders')).toBe(10)
  round(2_000, { 'orders/0': 5, 'orders/1': 0 })
  expect(book.topicRate('orders')).toBe(5)
  round(3_000, { 'orders/0': 25, 'orders/1': 0 })
  expect(book.topicRate('orders')).toBe(10)
  expect(book.total()).toBe(10)
})
