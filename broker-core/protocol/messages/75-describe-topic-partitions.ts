import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, nullable, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const topicRequest = struct({
  name: string,
})

const cursor = struct({
  topicName: string,
  partitionIndex: int32,
})

const describeTopicPartitionsResponsePartition = struct({
  errorCode: int16,
  partitionIndex: int32,
  leaderId: int32,
  leaderEpoch: field(int32, { default: -1 }),
  replicaNodes: array(int32),
  isrNodes: array(int32),
  eligibleLeaderReplicas: field(nullable(array(int32)), { default: null }),
  lastKnownElr: field(nullable(array(int32)), { default: null }),
  offlineReplicas: array(int32),
})

const describeTopicPartitionsResponseTopic = struct({
  errorCode: int16,
  name: nullableString,
  topicId: uuid,
  isInternal: bool,
  partitions: array(describeTopicPartitionsResponsePartition),
  topicAuthorizedOperations: field(int32, { default: -2147483648 }),
})

/** Topics and partitions page by page (KIP-966). */
export const describeTopicPartitions = api({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    topics: array(topicRequest),
    responsePartitionLimit: field(int32, { default: 2000 }),
    cursor: field(nullable(cursor), { default: null }),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(describeTopicPartitionsResponseTopic),
    nextCursor: field(nullable(cursor), { default: null }),
  }),
})
