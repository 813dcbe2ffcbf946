import { z } from 'zod'
import { offset, onGroup, partition, timestampMs, topicName } from './common.ts'

/** Without times, the last 15 minutes; else what is kept on disk, thinned to 2,000 samples. */
export const lagHistory = onGroup.extend({
  fromMs: timestampMs.nullable().default(null),
  toMs: timestampMs.nullable().default(null),
})

const target = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('earliest') }),
  z.object({ kind: z.literal('latest') }),
  z.object({ kind: z.literal('offset'), offset }),
  /** The first record at or after it; the end where there is none. */
  z.object({ kind: z.literal('time'), timestampMs }),
  /** So long before now. */
  z.object({ kind: z.literal('duration'), beforeMs: z.number().int().min(0).max(3_155_760_000_000) }),
  /** From what is committed; kept within the partition. */
  z.object({ kind: z.literal('shift'), by: z.number().int().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER) }),
  /** As exported, one per partition. */
  z.object({
    kind: z.literal('offsets'),
    offsets: z
      .array(z.object({ topic: topicName, partition, offset }))
      .min(1)
      .max(100_000),
  }),
])

/** What to reset: everything the group has committed, or some of it. */
const scope = z
  .array(z.object({ topic: topicName, partitions: z.array(partition).min(1).max(10_000).nullable() }))
  .min(1)
  .max(1_000)
  .nullable()
  .default(null)

export const planReset = onGroup.extend({ target, scope })

/** Exactly what a plan showed: where the group stands now must still be `from`. */
export const applyReset = onGroup.extend({
  moves: z
    .array(z.object({ topic: topicName, partition, from: offset.nullable(), to: offset }))
    .min(1)
    .max(100_000),
})
