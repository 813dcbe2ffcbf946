import { describe, expect, it } from 'vitest'
import type { TopicSummary } from '../../../../src-main/contract/views/topics.ts'
import { fuzzyMatches, namesMax, treeItems } from '../../../../src-renderer/app/tree-items.ts'
import type { TreeInput } from '../../../../src-renderer/app/tree-items.ts'

const topic = (name: string, internal = false): TopicSummary => ({
  ...{ name, internal, topicId: null, partitionCount: 1, replicationFactor: 1, records: 12_345, sizeBytes: null },
  ...{ recordsInPerSecond: null, cleanupPolicy: null, retentionMs: null, health: 'ok', errors: [] },
})
const input = (change: Partial<TreeInput>): TreeInput => ({
  connection: 'local',
  topics: [topic('orders'), topic('payments'), topic('__consumer_offsets', true)],
  groups: [],
  favourites: [],
  filter: '',
  showInternal: false,
  closed: [],
  ...change,
})
const labels = (change: Partial<TreeInput>) => treeItems(input(change)).map(item => item.label)

describe('the tree', () => {
  it('hides internal topics behind a counted switch', () => {
    expect(labels({})).toEqual(['Overview', 'Topics', 'orders', 'payments', 'Show internal (1)', 'Groups'])
    expect(labels({ showInternal: true })).toContain('__consumer_offsets')
  })

  it('puts favourites first and folds sections', () => {
    expect(labels({ favourites: ['payments'] }).slice(2, 4)).toEqual(['payments', 'orders'])
    expect(labels({ closed: ['topics'] })).toEqual(['Overview', 'Topics', 'Groups'])
  })

  it('filters by letters in their order', () => {
    expect(labels({ filter: 'odr' })).toEqual(['Topics', 'orders', 'Show internal (1)', 'Groups'])
    expect(fuzzyMatches('orders', 'sro')).toBe(false)
  })

  it('lists no more than its bound, and says how many there are', () => {
    const topics = Array.from({ length: namesMax + 5 }, (_, index) => topic(`t${index}`))
    expect(labels({ topics })).toContain('5 more…')
    expect(labels({ topics })).toHaveLength(namesMax + 4)
  })
})
