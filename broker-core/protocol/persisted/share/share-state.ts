import { coordinatorRecord } from '../coordinator-record.ts'
import { array } from '../../schema/array.ts'
import { int16, int32, int64, int8, string, uuid } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

const stateBatch = struct({
  firstOffset: int64,
  lastOffset: int64,
  deliveryState: int8,
  deliveryCount: int16,
})

/** State of a share partition as a whole (KIP-932). */
export const shareSnapshotRecord = coordinatorRecord({
  type: 'ShareSnapshot',
  key: 0,
  keyBody: struct({
    groupId: string,
    topicId: uuid,
    partition: int32,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    snapshotEpoch: int32,
    stateEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: field(int32, { default: -1, tag: 0 }),
    createTimestamp: int64,
    writeTimestamp: int64,
    stateBatches: array(stateBatch),
  }),
})

/** What changed in a share partition since its snapshot (KIP-932). */
export const shareUpdateRecord = coordinatorRecord({
  type: 'ShareUpdate',
  key: 1,
  keyBody: struct({
    groupId: string,
    topicId: uuid,
    partition: int32,
  }),
  versions: [0, 0],
  flexibleSince: 0,
  valueBody: struct({
    snapshotEpoch: int32,
    leaderEpoch: int32,
    startOffset: int64,
    deliveryCompleteCount: field(int32, { default: -1, tag: 0 }),
    stateBatches: array(stateBatch),
  }),
})
