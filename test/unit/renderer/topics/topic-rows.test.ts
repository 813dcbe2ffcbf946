import { describe, expect, it } from 'vitest'
import type { TopicSummary } from '../../../../src-main/contract/views/topics.ts'
import { topicRows } from '../../../../src-renderer/features/topics/topic-rows.ts'

const topic = (name: string, internal = false): TopicSummary => ({
  ...{ name, topicId: null, internal, partitionCount: 1, replicationFactor: 1, records: 0, sizeBytes: 0, recordsInPerSecond: 0 },
  ...{ cleanupPolicy: null, retentionMs: null, health: 'ok', errors: [] },
})

describe('rows of the topics list', () => {
  it('know groups only once they were asked for, and hide internal topics', () => {
    const topics = [topic('a'), topic('__consumer_offsets', true)]
    expect(topicRows(topics, undefined, false).map(row => [row.topic.name, row.groupCount])).toEqual([['a', null]])
    const lags = { asOfMs: 1, topics: [{ topic: 'a', groupCount: 2, worstLag: 7, worstGroup: 'g' }] }
    expect(topicRows(topics, lags, true).map(row => [row.topic.name, row.groupCount, row.worstLag])).toEqual([
      ['a', 2, 7],
      ['__consumer_offsets', 0, null],
    ])
  })

  it('are the same objects while nothing changed', () => {
    const topics = [topic('a'), topic('b')]
    const before = topicRows(topics, undefined, false)
    const after = topicRows([topics[0] as TopicSummary, topic('b')], undefined, false)
    expect(after[0]).toBe(before[0])
    expect(after[1]).not.toBe(before[1])
  })
})
