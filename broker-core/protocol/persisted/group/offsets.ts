import { coordinatorRecord } from '../coordinator-record.ts'
import { int32, int64, string, uuid } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

/**
 * A committed offset.
 * - v1: expireTimestamp
 * - v2: no longer expireTimestamp
 * - v3: leaderEpoch
 * - v4: topicId; compact lengths and tagged fields (KIP-915)
 */
export const offsetCommitRecord = coordinatorRecord({
  type: 'OffsetCommit',
  key: 1,
  keyBody: struct({
    group: string,
    topic: string,
    partition: int32,
  }),
  versions: [0, 4],
  flexibleSince: 4,
  valueBody: struct({
    offset: int64,
    leaderEpoch: field(int32, { since: 3, default: -1, ignorable: true }),
    metadata: string,
    commitTimestamp: int64,
    expireTimestamp: field(int64, { since: 1, until: 1, default: -1, ignorable: true }),
    topicId: field(uuid, { since: 4, tag: 0, ignorable: true }),
  }),
})

/** A committed offset as the first brokers with offset topics wrote it. */
export const legacyOffsetCommitRecord = coordinatorRecord({
  type: 'LegacyOffsetCommit',
  key: 0,
  keyBody: struct({
    group: string,
    topic: string,
    partition: int32,
  }),
  versions: [0, 0],
  flexibleSince: Number.POSITIVE_INFINITY,
  valueBody: struct({
    offset: int64,
    metadata: string,
    commitTimestamp: int64,
  }),
})
