import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, nullable, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const describableLogDirTopic = struct({
  topic: string,
  partitions: array(int32),
})

const describeLogDirsPartition = struct({
  partitionIndex: int32,
  partitionSize: int64,
  offsetLag: int64,
  isFutureKey: bool,
})

const describeLogDirsTopic = struct({
  name: string,
  partitions: array(describeLogDirsPartition),
})

const describeLogDirsResult = struct({
  errorCode: int16,
  logDir: string,
  topics: array(describeLogDirsTopic),
  totalBytes: field(int64, { since: 4, default: -1, ignorable: true }),
  usableBytes: field(int64, { since: 4, default: -1, ignorable: true }),
  isCordoned: field(bool, { since: 5, ignorable: true }),
})

/**
 * Log directories, their space and the replicas in them.
 * - v2: compact lengths and tagged fields
 * - v3: response errorCode
 * - v4: response totalBytes, usableBytes
 * - v5: response isCordoned
 */
export const describeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  versions: [1, 5],
  flexibleSince: 2,
  listeners: ['broker'],
  request: struct({
    topics: nullable(array(describableLogDirTopic)),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: field(int16, { since: 3, ignorable: true }),
    results: array(describeLogDirsResult),
  }),
})
