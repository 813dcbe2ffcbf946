import { message } from '../../message.ts'
import { array } from '../../schema/array.ts'
import { int32, int8, nullable, string, uuid } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

/** A topic was created; its partitions follow. */
export const topicRecord = message({
  name: 'TopicRecord',
  key: 2,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    name: string,
    topicId: uuid,
  }),
})

/**
 * A partition was created; also the whole state of a partition in snapshots.
 * - v1: directories (KIP-858)
 * - v2: eligibleLeaderReplicas, lastKnownElr (KIP-966)
 */
export const partitionRecord = message({
  name: 'PartitionRecord',
  key: 3,
  versions: [0, 2],
  flexibleSince: 0,
  body: struct({
    partitionId: field(int32, { default: -1 }),
    topicId: uuid,
    replicas: array(int32),
    isr: array(int32),
    removingReplicas: array(int32),
    addingReplicas: array(int32),
    leader: field(int32, { default: -1 }),
    leaderRecoveryState: field(int8, { tag: 0 }),
    leaderEpoch: field(int32, { default: -1 }),
    partitionEpoch: field(int32, { default: -1 }),
    directories: field(array(uuid), { since: 1 }),
    eligibleLeaderReplicas: field(nullable(array(int32)), { since: 2, default: null, tag: 1 }),
    lastKnownElr: field(nullable(array(int32)), { since: 2, default: null, tag: 2 }),
  }),
})

/**
 * What changed in a partition; absent fields did not.
 * - v1: directories (KIP-858)
 * - v2: eligibleLeaderReplicas, lastKnownElr (KIP-966)
 */
export const partitionChangeRecord = message({
  name: 'PartitionChangeRecord',
  key: 5,
  versions: [0, 2],
  flexibleSince: 0,
  body: struct({
    partitionId: field(int32, { default: -1 }),
    topicId: uuid,
    isr: field(nullable(array(int32)), { default: null, tag: 0 }),
    leader: field(int32, { default: -2, tag: 1 }),
    replicas: field(nullable(array(int32)), { default: null, tag: 2 }),
    removingReplicas: field(nullable(array(int32)), { default: null, tag: 3 }),
    addingReplicas: field(nullable(array(int32)), { default: null, tag: 4 }),
    leaderRecoveryState: field(int8, { default: -1, tag: 5 }),
    directories: field(nullable(array(uuid)), { since: 1, default: null, tag: 8 }),
    eligibleLeaderReplicas: field(nullable(array(int32)), { since: 2, default: null, tag: 6 }),
    lastKnownElr: field(nullable(array(int32)), { since: 2, default: null, tag: 7 }),
  }),
})

/** A topic was deleted, with its partitions. */
export const removeTopicRecord = message({
  name: 'RemoveTopicRecord',
  key: 9,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    topicId: uuid,
  }),
})

/** Forgets the eligible leader replicas of a topic, or of all (KIP-966). */
export const clearElrRecord = message({
  name: 'ClearElrRecord',
  key: 28,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    topicName: string,
  }),
})
