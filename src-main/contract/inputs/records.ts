import { z } from 'zod'
import { connection, offset, onTopic, partition, timestampMs, topicName } from './common.ts'

export const decoder = z.enum([
  'auto',
  'text',
  'json',
  'hex',
  'uuid',
  'int32',
  'int64',
  'float64',
  'xml',
  'msgpack',
  'cbor',
  'avro',
  'protobuf',
  'internal',
])

export const start = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('newest') }),
  z.object({ kind: z.literal('oldest') }),
  /** The same offset in every chosen partition (clamped), or one per partition. */
  z.object({ kind: z.literal('offset'), offset }),
  z.object({ kind: z.literal('offsets'), offsets: z.array(z.object({ partition, offset })).min(1).max(10_000) }),
  z.object({ kind: z.literal('time'), timestampMs }),
])

export const openRecords = onTopic.extend({
  /** Null: all. */
  partitions: z.array(partition).min(1).max(10_000).nullable(),
  start,
  isolation: z.enum(['read-committed', 'read-uncommitted']),
  showControl: z.boolean().default(false),
  keyDecoder: decoder.default('auto'),
  valueDecoder: decoder.default('auto'),
})

export const session = z.string().min(1).max(64)

export const pageOfRecords = z.object({
  session,
  from: z.array(offset).min(1).max(10_000).readonly(),
  direction: z.enum(['forward', 'backward']),
  /** Rows at most; fewer when `bytesMax` of previews is reached first, but at least one. */
  count: z.number().int().min(1).max(1_000).default(200),
  bytesMax: z.number().int().min(1_024).max(16_777_216).default(2_097_152),
})

const oneRecord = { connection, topic: topicName, partition, offset }

export const recordDetail = z.object({ ...oneRecord, keyDecoder: decoder.default('auto'), valueDecoder: decoder.default('auto') })

const part = z.union([z.enum(['key', 'value']), z.object({ header: z.number().int().min(0).max(100_000) })])

/** At most 1 MiB per answer. */
export const recordBytes = z.object({
  ...oneRecord,
  part,
  from: z.number().int().min(0).max(2_147_483_647),
  length: z.number().int().min(1).max(1_048_576),
})

export const recordText = recordBytes.extend({ decoder: decoder.default('auto') })

/** Text as a person typed it, turned to bytes in main; null is a null key or a tombstone. */
const typed = z.object({ encoding: z.enum(['text', 'json', 'hex', 'base64']), text: z.string().max(16_777_216) }).nullable()

export const produceOne = onTopic.extend({
  /** Null: by the default partitioner (murmur2 of the key, else the least recently used). */
  partition: partition.nullable().default(null),
  key: typed.default(null),
  value: typed.default(null),
  headers: z
    .array(z.object({ name: z.string().max(65_536), value: typed }))
    .max(1_000)
    .default([]),
  /** Null: now. */
  timestampMs: timestampMs.nullable().default(null),
  acks: z.union([z.literal('all'), z.literal(1), z.literal(0)]).default('all'),
  compression: z.enum(['none', 'gzip', 'snappy', 'lz4', 'zstd']).default('none'),
})
