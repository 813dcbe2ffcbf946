import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullable, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const topicPartitions = struct({
  topicId: uuid,
  partitions: array(int32),
})

const assignment = struct({
  topicPartitions: array(topicPartitions),
})

/**
 * Joins, heartbeats and leaves a group of the new protocol (KIP-848).
 * - v1: request subscribedTopicRegex (KIP-848, KIP-1082)
 */
export const consumerGroupHeartbeat = api({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    instanceId: field(nullableString, { default: null }),
    rackId: field(nullableString, { default: null }),
    rebalanceTimeoutMs: field(int32, { default: -1 }),
    subscribedTopicNames: field(nullable(array(string)), { default: null }),
    subscribedTopicRegex: field(nullableString, { since: 1, default: null }),
    serverAssignor: field(nullableString, { default: null }),
    topicPartitions: field(nullable(array(topicPartitions)), { default: null }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
    memberId: field(nullableString, { default: null }),
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    assignment: field(nullable(assignment), { default: null }),
  }),
})
