import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, int8, nullableString, records, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const acknowledgementBatch = struct({
  firstOffset: int64,
  lastOffset: int64,
  acknowledgeTypes: array(int8),
})

const fetchPartition = struct({
  partitionIndex: int32,
  acknowledgementBatches: array(acknowledgementBatch),
})

const fetchTopic = struct({
  topicId: uuid,
  partitions: array(fetchPartition),
})

const forgottenTopic = struct({
  topicId: uuid,
  partitions: array(int32),
})

const leaderIdAndEpoch = struct({
  leaderId: int32,
  leaderEpoch: int32,
})

const acquiredRecords = struct({
  firstOffset: int64,
  lastOffset: int64,
  deliveryCount: int16,
})

const partitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
  acknowledgeErrorCode: int16,
  acknowledgeErrorMessage: field(nullableString, { default: null }),
  currentLeader: leaderIdAndEpoch,
  records: records,
  acquiredRecords: array(acquiredRecords),
})

const shareFetchableTopicResponse = struct({
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
 * Acquires records for a member of a share group, and acknowledges earlier ones (KIP-932).
 * - v2: request shareAcquireMode, isRenewAck (KIP-1206, KIP-1222)
 */
export const shareFetch = api({
  key: 78,
  name: 'ShareFetch',
  versions: [1, 2],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupId: field(nullableString, { default: null }),
    memberId: nullableString,
    shareSessionEpoch: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: field(int32, { default: 2147483647 }),
    maxRecords: int32,
    batchSize: int32,
    shareAcquireMode: field(int8, { since: 2, ignorable: true }),
    isRenewAck: field(bool, { since: 2 }),
    topics: array(fetchTopic),
    forgottenTopicsData: array(forgottenTopic),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: field(nullableString, { default: null }),
    acquisitionLockTimeoutMs: int32,
    responses: array(shareFetchableTopicResponse),
    nodeEndpoints: array(nodeEndpoint),
  }),
})
