import { z } from 'zod'
import { brokerId, configValues, connection, onTopic, throttle, topicName } from './common.ts'

export const listTopics = z.object({ connection, includeInternal: z.boolean().default(false) })

export const createTopic = onTopic.extend({
  partitions: z.number().int().min(1).max(10_000),
  /** Null: the broker's default. */
  replicationFactor: z.number().int().min(1).max(32_767).nullable().default(null),
  /** Replica ids by partition; replaces the two above. */
  assignment: z.array(z.array(brokerId).min(1)).min(1).max(10_000).nullable().default(null),
  configs: configValues.default({}),
  validateOnly: z.boolean().default(false),
})

/** Where the replicas of a new topic would best lie: pass it as `assignment` to get just that. Nothing is changed. */
export const planLayout = z.object({
  connection,
  partitions: z.number().int().min(1).max(10_000),
  replicationFactor: z.number().int().min(1).max(64),
})

export const deleteTopics = z.object({ connection, topics: z.array(topicName).min(1).max(1_000) })

export const addPartitions = onTopic.extend({
  total: z.number().int().min(2).max(10_000),
  validateOnly: z.boolean().default(false),
})

/** Deletes every record below the present end, in all partitions. */
export const emptyTopic = onTopic

export const alterTopicConfig = onTopic.extend({
  set: configValues.default({}),
  /** Names that fall back to what they inherit. */
  reset: z.array(z.string().min(1).max(249)).max(1_000).default([]),
  validateOnly: z.boolean().default(false),
})

/** New replicas of some partitions, the preferred leader first. */
export const reassign = z.object({
  connection,
  moves: z
    .array(
      z.object({
        topic: topicName,
        partition: z.number().int().min(0).max(1_000_000),
        replicas: z.array(brokerId).min(1).max(64),
      }),
    )
    .min(1)
    .max(10_000),
  /** Bytes per second that the copying may take on each broker; null: unlimited. */
  throttleBytesPerSecond: throttle.nullable().default(null),
})

/** An even layout of the given topics over the given brokers, moving as little as possible. Nothing is changed. */
export const planReassignment = z.object({
  connection,
  topics: z.array(topicName).min(1).max(1_000),
  /** Null: all that are up. */
  brokers: z.array(brokerId).min(1).max(1_000).nullable().default(null),
  /** Null: as it is. */
  replicationFactor: z.number().int().min(1).max(64).nullable().default(null),
})

export const cancelReassignment = z.object({
  connection,
  /** Null: all that are under way. */
  partitions: z
    .array(z.object({ topic: topicName, partition: z.number().int().min(0).max(1_000_000) }))
    .max(10_000)
    .nullable()
    .default(null),
})

export const electLeaders = z.object({
  connection,
  /** Null: every partition that its preferred replica does not lead. */
  topics: z.array(topicName).min(1).max(1_000).nullable().default(null),
})
