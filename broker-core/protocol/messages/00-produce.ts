import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, nullableRecords, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const partitionProduceData = struct({
  index: int32,
  records: nullableRecords,
})

const topicProduceData = struct({
  name: field(string, { until: 12, ignorable: true }),
  topicId: field(uuid, { since: 13, ignorable: true }),
  partitionData: array(partitionProduceData),
})

const batchIndexAndErrorMessage = struct({
  batchIndex: int32,
  batchIndexErrorMessage: field(nullableString, { default: null }),
})

const leaderIdAndEpoch = struct({
  leaderId: field(int32, { default: -1 }),
  leaderEpoch: field(int32, { default: -1 }),
})

const partitionProduceResponse = struct({
  index: int32,
  errorCode: int16,
  baseOffset: int64,
  logAppendTimeMs: field(int64, { default: -1 }),
  logStartOffset: field(int64, { since: 5, default: -1, ignorable: true }),
  recordErrors: field(array(batchIndexAndErrorMessage), { since: 8, ignorable: true }),
  errorMessage: field(nullableString, { since: 8, default: null, ignorable: true }),
  currentLeader: field(leaderIdAndEpoch, { since: 10, tag: 0 }),
})

const topicProduceResponse = struct({
  name: field(string, { until: 12, ignorable: true }),
  topicId: field(uuid, { since: 13, ignorable: true }),
  partitionResponses: array(partitionProduceResponse),
})

const nodeEndpoint = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: field(nullableString, { default: null }),
})

/**
 * Appends record batches to partitions.
 * - v4: same layout
 * - v5: response logStartOffset (KIP-110)
 * - v6-7: same layout
 * - v8: response recordErrors, errorMessage (KIP-467)
 * - v9: compact lengths and tagged fields
 * - v10: response currentLeader, nodeEndpoints (KIP-951)
 * - v11: same layout (KIP-890)
 * - v12: same layout (KIP-890)
 * - v13: request topicId; request no longer name; response topicId; response no longer name (KIP-516)
 */
export const produce = api({
  key: 0,
  name: 'Produce',
  versions: [3, 13],
  flexibleSince: 9,
  listeners: ['broker'],
  request: struct({
    transactionalId: field(nullableString, { default: null }),
    acks: int16,
    timeoutMs: int32,
    topicData: array(topicProduceData),
  }),
  response: struct({
    responses: array(topicProduceResponse),
    throttleTimeMs: int32,
    nodeEndpoints: field(array(nodeEndpoint), { since: 10, tag: 0 }),
  }),
})
