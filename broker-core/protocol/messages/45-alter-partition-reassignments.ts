import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, nullable, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const reassignablePartition = struct({
  partitionIndex: int32,
  replicas: field(nullable(array(int32)), { default: null }),
})

const reassignableTopic = struct({
  name: string,
  partitions: array(reassignablePartition),
})

const reassignablePartitionResponse = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: nullableString,
})

const reassignableTopicResponse = struct({
  name: string,
  partitions: array(reassignablePartitionResponse),
})

/**
 * Starts and cancels reassignments of replicas (KIP-455).
 * - v1: request allowReplicationFactorChange; response allowReplicationFactorChange
 */
export const alterPartitionReassignments = api({
  key: 45,
  name: 'AlterPartitionReassignments',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    timeoutMs: field(int32, { default: 60000 }),
    allowReplicationFactorChange: field(bool, { since: 1, default: true }),
    topics: array(reassignableTopic),
  }),
  response: struct({
    throttleTimeMs: int32,
    allowReplicationFactorChange: field(bool, { since: 1, default: true, ignorable: true }),
    errorCode: int16,
    errorMessage: nullableString,
    responses: array(reassignableTopicResponse),
  }),
})
