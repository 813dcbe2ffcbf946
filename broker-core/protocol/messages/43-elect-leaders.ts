import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, nullable, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const topicPartitions = struct({
  topic: string,
  partitions: array(int32),
})

const partitionResult = struct({
  partitionId: int32,
  errorCode: int16,
  errorMessage: nullableString,
})

const replicaElectionResult = struct({
  topic: string,
  partitionResult: array(partitionResult),
})

/**
 * Elects preferred, or unclean, leaders.
 * - v1: request electionType; response errorCode (KIP-460)
 * - v2: compact lengths and tagged fields
 */
export const electLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    electionType: field(int8, { since: 1 }),
    topicPartitions: nullable(array(topicPartitions)),
    timeoutMs: field(int32, { default: 60000 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: field(int16, { since: 1 }),
    replicaElectionResults: array(replicaElectionResult),
  }),
})
