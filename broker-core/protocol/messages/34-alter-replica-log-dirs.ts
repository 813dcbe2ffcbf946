import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const alterReplicaLogDirTopic = struct({
  name: string,
  partitions: array(int32),
})

const alterReplicaLogDir = struct({
  path: string,
  topics: array(alterReplicaLogDirTopic),
})

const alterReplicaLogDirPartitionResult = struct({
  partitionIndex: int32,
  errorCode: int16,
})

const alterReplicaLogDirTopicResult = struct({
  topicName: string,
  partitions: array(alterReplicaLogDirPartitionResult),
})

/**
 * Moves replicas to other log directories of their broker.
 * - v2: compact lengths and tagged fields
 */
export const alterReplicaLogDirs = api({
  key: 34,
  name: 'AlterReplicaLogDirs',
  versions: [1, 2],
  flexibleSince: 2,
  listeners: ['broker'],
  request: struct({
    dirs: array(alterReplicaLogDir),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(alterReplicaLogDirTopicResult),
  }),
})
