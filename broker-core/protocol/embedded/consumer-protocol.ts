import { message } from '../message.ts'
import { array } from '../schema/array.ts'
import { int32, nullableBytes, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const topicPartition = struct({
  topic: string,
  partitions: array(int32),
})

/**
 * What a member of a classic consumer group subscribes to.
 * - v1: ownedPartitions
 * - v2: generationId
 * - v3: rackId
 */
export const consumerProtocolSubscription = message({
  name: 'ConsumerProtocolSubscription',
  versions: [0, 3],
  flexibleSince: Number.POSITIVE_INFINITY,
  body: struct({
    topics: array(string),
    userData: field(nullableBytes, { default: null }),
    ownedPartitions: field(array(topicPartition), { since: 1, ignorable: true }),
    generationId: field(int32, { since: 2, default: -1, ignorable: true }),
    rackId: field(nullableString, { since: 3, default: null, ignorable: true }),
  }),
})

/**
 * Partitions that a member of a classic consumer group was given.
 * - v1-3: same layout
 */
export const consumerProtocolAssignment = message({
  name: 'ConsumerProtocolAssignment',
  versions: [0, 3],
  flexibleSince: Number.POSITIVE_INFINITY,
  body: struct({
    assignedPartitions: array(topicPartition),
    userData: field(nullableBytes, { default: null }),
  }),
})
