import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionData = struct({
  partitionIndex: int32,
})

const topicData = struct({
  topicName: string,
  partitions: array(partitionData),
})

const replicaState = struct({
  replicaId: int32,
  replicaDirectoryId: field(uuid, { since: 2 }),
  logEndOffset: int64,
  lastFetchTimestamp: field(int64, { since: 1, default: -1, ignorable: true }),
  lastCaughtUpTimestamp: field(int64, { since: 1, default: -1, ignorable: true }),
})

const responsePartitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { since: 2, ignorable: true }),
  leaderId: int32,
  leaderEpoch: int32,
  highWatermark: int64,
  currentVoters: array(replicaState),
  observers: array(replicaState),
})

const responseTopicData = struct({
  topicName: string,
  partitions: array(responsePartitionData),
})

const listener = struct({
  name: string,
  host: string,
  port: uint16,
})

const node = struct({
  nodeId: int32,
  listeners: array(listener),
})

/**
 * Leader, voters and observers of the metadata quorum.
 * - v1: response lastFetchTimestamp, lastCaughtUpTimestamp (KIP-836)
 * - v2: response errorMessage, replicaDirectoryId, nodes (KIP-853)
 */
export const describeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  versions: [0, 2],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    topics: array(topicData),
  }),
  response: struct({
    errorCode: int16,
    errorMessage: field(nullableString, { since: 2, ignorable: true }),
    topics: array(responseTopicData),
    nodes: field(array(node), { since: 2 }),
  }),
})
