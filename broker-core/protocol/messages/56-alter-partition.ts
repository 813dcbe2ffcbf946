import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int64, int8, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const brokerState = struct({
  brokerId: int32,
  brokerEpoch: field(int64, { default: -1 }),
})

const partitionData = struct({
  partitionIndex: int32,
  leaderEpoch: int32,
  newIsr: field(array(int32), { until: 2 }),
  newIsrWithEpochs: field(array(brokerState), { since: 3 }),
  leaderRecoveryState: int8,
  partitionEpoch: int32,
})

const topicData = struct({
  topicId: uuid,
  partitions: array(partitionData),
})

const responsePartitionData = struct({
  partitionIndex: int32,
  errorCode: int16,
  leaderId: int32,
  leaderEpoch: int32,
  isr: array(int32),
  leaderRecoveryState: int8,
  partitionEpoch: int32,
})

const responseTopicData = struct({
  topicId: uuid,
  partitions: array(responsePartitionData),
})

/**
 * A partition leader proposes a new set of in-sync replicas to the controller (KIP-497).
 * - v3: request newIsrWithEpochs; request no longer newIsr (KIP-903)
 */
export const alterPartition = api({
  key: 56,
  name: 'AlterPartition',
  versions: [2, 3],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    brokerId: int32,
    brokerEpoch: field(int64, { default: -1 }),
    topics: array(topicData),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    topics: array(responseTopicData),
  }),
})
