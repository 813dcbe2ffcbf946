import { z } from 'zod'
import { connection, offset, onTopic, partition, timestampMs, topicName } from './common.ts'

const decoderName = z.enum([
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

/** A schema of the schema folder, by the name that `schemas.watch` gives it: `schema:shop.Payment`. */
export type SchemaChoice = `schema:${string}`
const schemaPattern = /^schema:[^>]{1,400}$/
export const schemaChoice = z.custom<SchemaChoice>(
  value => typeof value === 'string' && schemaPattern.test(value),
  'must look like schema:NAME',
)

/**
 * Steps from the first bytes to those that the last name decodes: `base64>gunzip>json`, `skip-5>zstd>schema:shop.Order`. At most 8
 * steps; `skip-N` leaves out N bytes in front, `unhex` reads hex digits, `unquote` the text of a JSON string. What a step makes is
 * bounded to 64 MiB.
 */
export type DecoderChain = `${string}>${string}`
const step = '(?:base64|unhex|unquote|gunzip|inflate|zstd|lz4|snappy|skip-[0-9]{1,6})'
const chainPattern = new RegExp(`^(?:${step}>){1,8}(?:${decoderName.options.join('|')}|schema:[^>]{1,400})$`)
const chain = z.custom<DecoderChain>(
  value => typeof value === 'string' && chainPattern.test(value),
  'must be a decoder, schema:NAME, or steps and a decoder such as base64>gunzip>json',
)

export const decoder = z.union([decoderName, schemaChoice, chain])

/**
 * Payload columns: JSON paths into the decoded value (`total`, `lines[0].price`), into the key (`key:customer.id`), or a header
 * (`header:trace-id`).
 */
export const fields = z.array(z.string().min(1).max(400)).max(16).readonly().default([])

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
  /** Records at or after this time are not part of the session; null: no end. */
  untilMs: timestampMs.nullable().default(null),
  fields,
  /** Fills `RecordRow.batch`. */
  batchFacts: z.boolean().default(false),
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

export const recordLocation = z.object(oneRecord)

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

/** Of the text, its place as the inspector shows it; or bytes, both ends included. */
export const recordField = z.object({
  ...oneRecord,
  part,
  decoder: decoder.default('auto'),
  at: z.union([
    z.object({ char: z.number().int().min(0).max(2_147_483_647) }),
    z.object({ from: z.number().int().min(0).max(2_147_483_647), to: z.number().int().min(0).max(2_147_483_647) }),
  ]),
})

/** Text as a person typed it, turned to bytes in main; null is a null key or a tombstone. */
const typed = z
  .object({
    /** The numbers and UUIDs are those of the decoders; `msgpack`, `cbor`, `schema` and `registry` take JSON. */
    encoding: z.enum([
      'text',
      'json',
      'hex',
      'base64',
      'int32',
      'int64',
      'float64',
      'uuid',
      'msgpack',
      'cbor',
      'schema',
      'registry',
    ]),
    text: z.string().max(16_777_216),
    /** For the encoding `schema`. */
    schema: schemaChoice.optional(),
    /** For the encoding `registry`: its newest schema is written in the Confluent wire format. */
    subject: z.string().min(1).max(1_000).optional(),
  })
  .nullable()

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

/** Key, value and header values may hold placeholders: `{{counter}}`, `{{random 1 100}}`; `contract/placeholders.ts` lists them. */
export const produceMany = produceOne.omit({ timestampMs: true }).extend({
  /** Records in all. With a file: at most so many of its lines. Null: one, or all lines. */
  count: z.number().int().min(1).max(1_000_000_000).nullable().default(null),
  /** Null: as fast as it goes. */
  ratePerSecond: z.number().min(0.01).max(1_000_000).nullable().default(null),
  /** The same seed gives the same random values; null: new ones each time. */
  seed: z.number().int().min(0).max(4_294_967_295).nullable().default(null),
  /** Every line that is not empty is one record: `{{line}}` stands for it. A whole path, or a name in the exports folder. */
  file: z.string().min(1).max(4_096).nullable().default(null),
  /** All records in one transaction; `ask` leaves it open until `records.endProduce` says. Cancelling aborts. */
  transaction: z
    .object({ outcome: z.enum(['commit', 'abort', 'ask']) })
    .nullable()
    .default(null),
})

export const endProduce = z.object({ run: z.string().min(1).max(64), outcome: z.enum(['commit', 'abort']) })

/** Renders a template without sending anything. */
export const previewTemplate = z.object({
  text: z.string().max(1_048_576),
  count: z.number().int().min(1).max(100).default(3),
  seed: z.number().int().min(0).max(4_294_967_295).nullable().default(null),
})
