import { z } from 'zod'
import { offset, onTopic, partition, timestampMs } from './common.ts'
import { decoder, fields, start } from './records.ts'

const reading = {
  /** Null: all. */
  partitions: z.array(partition).min(1).max(10_000).nullable().default(null),
  isolation: z.enum(['read-committed', 'read-uncommitted']).default('read-committed'),
  keyDecoder: decoder.default('auto'),
  valueDecoder: decoder.default('auto'),
  fields,
  /** Fills `RecordRow.batch`. */
  batchFacts: z.boolean().default(false),
}

const text = z.string().min(1).max(10_000)

export const filter = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('text'),
    text,
    /** Where to look. */
    in: z.enum(['key', 'value', 'headers', 'any']).default('any'),
    caseSensitive: z.boolean().default(false),
  }),
  /** JavaScript's regular expressions, without flags other than `i`. */
  z.object({
    kind: z.literal('regex'),
    pattern: text,
    in: z.enum(['key', 'value', 'headers', 'any']).default('any'),
    caseSensitive: z.boolean().default(false),
  }),
  /** A header of this name, with this text when given. */
  z.object({ kind: z.literal('header'), name: text, value: z.string().max(10_000).nullable().default(null) }),
  /** A field of a value decoded to JSON: `lines[0].price`, compared as number when both sides are numbers. */
  z.object({
    kind: z.literal('path'),
    path: text,
    operator: z.enum(['=', '!=', '<', '<=', '>', '>=', 'contains', 'exists']),
    operand: z.string().max(10_000).default(''),
  }),
  /** A JavaScript expression over `key, value, headers, offset, partition, timestamp`; runs apart, with a time limit. Whole numbers beyond 2^53 are BigInts. */
  z.object({ kind: z.literal('javascript'), expression: z.string().min(1).max(20_000) }),
])

/** A scan reads every record of the range. It goes on until the range is done, `hitsMax` are found, or it is cancelled. */
export const scanRecords = onTopic.extend({
  ...reading,
  filter,
  /** Where to begin in each partition; `newest` scans from the end backward in slices, the newest hits first. */
  start: start.default({ kind: 'oldest' }),
  /** Records at or after this time are not read; null: up to the present end. */
  untilMs: timestampMs.nullable().default(null),
  /** Exactly these, in the order that `start` says: the `remaining` of a scan that ended early. Null: all between `start` and `untilMs`. */
  ranges: z
    .array(z.object({ partition, fromOffset: offset, toOffset: offset }))
    .max(20_000)
    .nullable()
    .default(null),
  hitsMax: z.number().int().min(1).max(100_000).default(1_000),
})

export const testFilter = z.object({
  filter,
  connection: z.string().min(1).max(64),
  topic: onTopic.shape.topic,
  partition,
  offset,
  keyDecoder: decoder.default('auto'),
  valueDecoder: decoder.default('auto'),
})

export const tailRecords = onTopic.extend({
  ...reading,
  /** Rows sent per second at most; beyond it rows are sampled and the item says how many were left out. */
  rowsPerSecondMax: z.number().int().min(1).max(10_000).default(200),
  filter: filter.nullable().default(null),
})

export const histogram = onTopic.extend({
  partitions: reading.partitions,
  /** Null: the whole topic. */
  fromMs: timestampMs.nullable().default(null),
  toMs: timestampMs.nullable().default(null),
  buckets: z.number().int().min(1).max(500).default(120),
})
