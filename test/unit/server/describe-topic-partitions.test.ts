import { describe, expect, it } from 'vitest'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { describeTopicPartitions } from '../../../broker-core/protocol/messages/75-describe-topic-partitions.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import { describeTopicPartitionsHandler } from '../../../broker-core/server/handlers/75-describe-topic-partitions.ts'
import { contextOf, imageOf, partitionOf, topicOf } from './images.ts'

const partitions = (count: number) => Array.from({ length: count }, (_, index) => partitionOf(index))
const image = imageOf([
  topicOf('b', 'AAAAAAAAAAAAAAAAAAAAAw', partitions(3)),
  topicOf('a', 'AAAAAAAAAAAAAAAAAAAABA', partitions(2)),
  topicOf('c', 'AAAAAAAAAAAAAAAAAAAABQ', partitions(1)),
])

function ask(request: Partial<RequestOf<typeof describeTopicPartitions>>, partitionsMax = 2000) {
  const handler = describeTopicPartitionsHandler({ image: () => image, partitionsMax })
  const full = { ...describeTopicPartitions.request.zero, ...request }
  const answer = handler.handle(full, contextOf(0)) as ResponseOf<typeof describeTopicPartitions>
  const found = answer.topics.map(topic => `${topic.name}:${topic.partitions.map(one => one.partitionIndex).join('')}`)
  const { nextCursor } = answer
  return { found, next: nextCursor && `${nextCursor.topicName}:${nextCursor.partitionIndex}`, answer }
}

describe('DescribeTopicPartitions', () => {
  it('META-04: topics come sorted, all of them when none is named', () => {
    expect(ask({})).toMatchObject({ found: ['a:01', 'b:012', 'c:0'], next: null })
    expect(ask({ topics: [{ name: 'c' }, { name: 'a' }] }).found).toEqual(['a:01', 'c:0'])
  })

  it('META-04: a page ends at the limit and the cursor says where the next begins', () => {
    expect(ask({ responsePartitionLimit: 3 })).toMatchObject({ found: ['a:01', 'b:0'], next: 'b:1' })
    const cursor = { topicName: 'b', partitionIndex: 1 }
    expect(ask({ responsePartitionLimit: 2, cursor })).toMatchObject({ found: ['b:12'], next: 'c:0' })
    expect(ask({ cursor })).toMatchObject({ found: ['b:12', 'c:0'], next: null })
  })

  it('META-04: the limit is at least 1 and at most that of the broker', () => {
    expect(ask({ responsePartitionLimit: 0 })).toMatchObject({ found: ['a:0'], next: 'a:1' })
    expect(ask({ responsePartitionLimit: 100 }, 2)).toMatchObject({ found: ['a:01'], next: 'b:0' })
  })

  it('META-04: a cursor outside of the topics asked for, or before the first partition, is an invalid request for each topic', () => {
    const errorsOf = (topics: string[], partitionIndex: number) => {
      const { answer, next } = ask({ topics: topics.map(name => ({ name })), cursor: { topicName: 'b', partitionIndex } })
      expect(next).toBeNull()
      return answer.topics.map(topic => [topic.name, errorName(topic.errorCode), topic.partitions.length])
    }
    expect(errorsOf(['a', 'c'], 0)).toEqual([
      ['a', 'INVALID_REQUEST', 0],
      ['c', 'INVALID_REQUEST', 0],
    ])
    expect(errorsOf(['b'], -1)).toEqual([['b', 'INVALID_REQUEST', 0]])
    expect(errorsOf(['b'], 99)).toEqual([['b', 'NONE', 0]])
  })

  it('META-04: an unknown topic behind the limit is on the next page', () => {
    const topics = ['a', 'unknown'].map(name => ({ name }))
    expect(ask({ topics, responsePartitionLimit: 2 })).toMatchObject({ found: ['a:01'], next: 'unknown:0' })
  })

  it('META-04: unknown topics have their error, and ELR is told', () => {
    const { answer } = ask({ topics: [{ name: 'nothing' }, { name: 'c' }] })
    expect(answer.topics.map(topic => topic.errorCode)).toEqual([0, 3])
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ eligibleLeaderReplicas: [], lastKnownElr: [], offlineReplicas: [] })
  })
})
