import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { bridge } from '../../bridge/bridge.ts'
import type { ReadContext } from './read-context.ts'

/** A record byte for byte. */
export interface ExactRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  /** Null: no key. */
  readonly key: Uint8Array | null
  /** Null: a tombstone. */
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[]
}

/** Larger ones are not taken into the window whole. */
const bytesMax = 16 * 1_048_576
const chunkBytes = 1_048_576

type Part = 'key' | 'value' | { readonly header: number }

/** All of a record, however much of it the row shows. Rejects for one that is too large for the clipboard. */
export async function exactRecord(
  { connection, topic }: Pick<ReadContext, 'connection' | 'topic'>,
  row: RecordRow,
): Promise<ExactRecord> {
  if (row.sizeBytes > bytesMax) throw new Error('The record is larger than 16 MiB: export it to a file instead.')
  const { partition, offset } = row
  const place = { connection, topic, partition, offset }
  const read = async (part: Part, isThere: boolean) => (isThere ? await wholePart({ ...place, part }) : null)
  // The row shows the first headers only, and a value that its decoder cannot read still has its bytes.
  const detail = row.headerCount === 0 ? { headers: [] } : await bridge.call('records.detail', place)
  const [key, value, ...headers] = await Promise.all([
    read('key', row.key !== null),
    read('value', row.value !== null),
    ...detail.headers.map(async (header, index) => await read({ header: index }, header.value !== null)),
  ])
  const named = detail.headers.map(({ name }, index) => ({ name, value: headers[index] ?? null }))
  return { topic, partition, offset, timestampMs: row.timestampMs, key: key ?? null, value: value ?? null, headers: named }
}

async function wholePart(place: Parameters<typeof chunkOf>[0]): Promise<Uint8Array> {
  const first = await chunkOf(place, 0)
  if (first.bytes.length >= first.totalBytes) return first.bytes
  const whole = new Uint8Array(first.totalBytes)
  whole.set(first.bytes)
  for (let from = first.bytes.length; from < whole.length; ) {
    const { bytes } = await chunkOf(place, from)
    if (bytes.length === 0) throw new Error('The record ended before its length.')
    whole.set(bytes, from)
    from += bytes.length
  }
  return whole
}

const chunkOf = (place: { connection: string; topic: string; partition: number; offset: number; part: Part }, from: number) =>
  bridge.call('records.bytes', { ...place, from, length: chunkBytes })
