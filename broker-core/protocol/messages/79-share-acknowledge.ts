import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, int8, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const acknowledgementBatch = struct({
  firstOffset: int64,
  lastOffset: int64,
  acknowledgeTypes: array(int8),
})

const acknowledgePartition = struct({
  partitionIndex: int32,
  acknowledgementBatches: array(acknowledgementBatch),
})

const acknowledgeTopic = struct({
  topicId: uuid,
  partitions: array(acknowledgePartition),
})

const leaderIdAndEpoch = struct({
  leaderId: int32,
  leaderEpoch: int32,
})

const partitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
  currentLeader: leaderIdAndEpoch,
})

const shareAcknowledgeTopicResponse = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const nodeEndpoint = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: field(nullableString, { default: null }),
})

/**
 * Acknowledges records of a share group (KIP-932).
 * - v2: request isRenewAck; response acquisitionLockTimeoutMs (KIP-1222)
 */
export const shareAcknowledge = api({
  key: 79,
  name: 'ShareAcknowledge',
  versions: [1, 2],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: field(nullableString, { default: null }),
    memberId: nullableString,
    shareSessionEpoch: int32,
    isRenewAck: field(bool, { since: 2 }),
    topics: array(acknowledgeTopic),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
    acquisitionLockTimeoutMs: field(int32, { since: 2, ignorable: true }),
    responses: array(shareAcknowledgeTopicResponse),
    nodeEndpoints: array(nodeEndpoint),
  }),
})
