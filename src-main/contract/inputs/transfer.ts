import { z } from 'zod'
import { onTopic, partition, timestampMs } from './common.ts'
import { decoder, start } from './records.ts'
import { filter } from './search.ts'

/** `jsonl`: one record per line, key and value as decoded text. `csv`: the same as a table. `raw`: JSON lines with Base64, for an exact import. */
const format = z.enum(['jsonl', 'csv', 'raw'])

const path = z.string().min(1).max(4_096)

export const exportRecords = onTopic.extend({
  partitions: z.array(partition).min(1).max(10_000).nullable().default(null),
  isolation: z.enum(['read-committed', 'read-uncommitted']).default('read-committed'),
  keyDecoder: decoder.default('auto'),
  valueDecoder: decoder.default('auto'),
  start: start.default({ kind: 'oldest' }),
  untilMs: timestampMs.nullable().default(null),
  filter: filter.nullable().default(null),
  format,
  /** On this machine; a bare name lies in the exports folder. An existing file is refused unless `overwrite`. */
  path,
  overwrite: z.boolean().default(false),
})

export const importRecords = onTopic.extend({
  path,
  /** `csv`: as exported, or any with a head line that names `key`, `value`, `headers`, `partition`, `timestamp` or some of them. */
  format,
  /** Each record to the partition it came from; else by key. */
  keepPartition: z.boolean().default(true),
  keepTimestamp: z.boolean().default(true),
})
