import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, nullable, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const createPartitionsAssignment = struct({
  brokerIds: array(int32),
})

const createPartitionsTopic = struct({
  name: string,
  count: int32,
  assignments: nullable(array(createPartitionsAssignment)),
})

const createPartitionsTopicResult = struct({
  name: string,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
})

/**
 * Adds partitions to topics.
 * - v1: same layout
 * - v2: compact lengths and tagged fields
 * - v3: same layout (KIP-599)
 */
export const createPartitions = api({
  key: 37,
  name: 'CreatePartitions',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    topics: array(createPartitionsTopic),
    timeoutMs: int32,
    validateOnly: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(createPartitionsTopicResult),
  }),
})
