import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullable, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const listPartitionReassignmentsTopics = struct({
  name: string,
  partitionIndexes: array(int32),
})

const ongoingPartitionReassignment = struct({
  partitionIndex: int32,
  replicas: array(int32),
  addingReplicas: array(int32),
  removingReplicas: array(int32),
})

const ongoingTopicReassignment = struct({
  name: string,
  partitions: array(ongoingPartitionReassignment),
})

/** Reassignments under way (KIP-455). */
export const listPartitionReassignments = api({
  key: 46,
  name: 'ListPartitionReassignments',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    timeoutMs: field(int32, { default: 60000 }),
    topics: field(nullable(array(listPartitionReassignmentsTopics)), { default: null }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    topics: array(ongoingTopicReassignment),
  }),
})
