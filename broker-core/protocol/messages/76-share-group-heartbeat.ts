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

/** Joins, heartbeats and leaves a share group (KIP-932). */
export const shareGroupHeartbeat = api({
  key: 76,
  name: 'ShareGroupHeartbeat',
  versions: [1, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    memberId: string,
    memberEpoch: int32,
    rackId: field(nullableString, { default: null }),
    subscribedTopicNames: field(nullable(array(string)), { default: null }),
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
