import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int64, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const addPartitionsToTxnTopic = struct({
  name: string,
  partitions: array(int32),
})

const addPartitionsToTxnTransaction = struct({
  transactionalId: string,
  producerId: int64,
  producerEpoch: int16,
  verifyOnly: bool,
  topics: array(addPartitionsToTxnTopic),
})

const addPartitionsToTxnPartitionResult = struct({
  partitionIndex: int32,
  partitionErrorCode: int16,
})

const addPartitionsToTxnTopicResult = struct({
  name: string,
  resultsByPartition: array(addPartitionsToTxnPartitionResult),
})

const addPartitionsToTxnResult = struct({
  transactionalId: string,
  topicResults: array(addPartitionsToTxnTopicResult),
})

/**
 * Adds partitions to a transaction. From v4 on several transactions at once, for brokers that verify (KIP-890).
 * - v1-2: same layout
 * - v3: compact lengths and tagged fields
 * - v4: request transactions; request no longer v3AndBelowTransactionalId, v3AndBelowProducerId, v3AndBelowProducerEpoch,
 *   v3AndBelowTopics; response errorCode, resultsByTransaction; response no longer resultsByTopicV3AndBelow
 * - v5: same layout (KIP-890)
 */
export const addPartitionsToTxn = api({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: [0, 5],
  flexibleSince: 3,
  listeners: ['broker'],
  request: struct({
    transactions: field(array(addPartitionsToTxnTransaction), { since: 4 }),
    v3AndBelowTransactionalId: field(string, { until: 3 }),
    v3AndBelowProducerId: field(int64, { until: 3 }),
    v3AndBelowProducerEpoch: field(int16, { until: 3 }),
    v3AndBelowTopics: field(array(addPartitionsToTxnTopic), { until: 3 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: field(int16, { since: 4, ignorable: true }),
    resultsByTransaction: field(array(addPartitionsToTxnResult), { since: 4 }),
    resultsByTopicV3AndBelow: field(array(addPartitionsToTxnTopicResult), { until: 3 }),
  }),
})
