import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const deleteRecordsPartition = struct({
  partitionIndex: int32,
  offset: int64,
})

const deleteRecordsTopic = struct({
  name: string,
  partitions: array(deleteRecordsPartition),
})

const deleteRecordsPartitionResult = struct({
  partitionIndex: int32,
  lowWatermark: int64,
  errorCode: int16,
})

const deleteRecordsTopicResult = struct({
  name: string,
  partitions: array(deleteRecordsPartitionResult),
})

/**
 * Moves the start of partitions forward.
 * - v1: same layout
 * - v2: compact lengths and tagged fields
 */
export const deleteRecords = api({
  key: 21,
  name: 'DeleteRecords',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker'],
  request: struct({
    topics: array(deleteRecordsTopic),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(deleteRecordsTopicResult),
  }),
})
