import { bridge } from '../../bridge/bridge.ts'
import type { InputOf } from '../../../src-main/contract/contract.ts'
import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { FailureError } from '../../../src-main/contract/failure.ts'
import { formatBytes } from '../../widgets/format.ts'
import type { RecordBytes } from './envelope.ts'

export type PartName = InputOf<'records.bytes'>['part']

export interface OneRecord {
  readonly connection: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const chunkBytes = 1_048_576
/** What is taken into the window at once, for copying and sending again. */
export const wholePartBytesMax = 16_777_216

/** All bytes of a part. Refuses more than `wholePartBytesMax`. */
export async function readPart(record: OneRecord, part: PartName, signal?: AbortSignal): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let from = 0
  for (;;) {
    const chunk = await bridge.call('records.bytes', { ...record, part, from, length: chunkBytes }, signal)
    if (chunk.totalBytes > wholePartBytesMax) throw tooLarge(chunk.totalBytes)
    chunks.push(chunk.bytes)
    from += chunk.bytes.length
    if (from >= chunk.totalBytes || chunk.bytes.length === 0) return joined(chunks, from)
  }
}

const tooLarge = (bytes: number) =>
  new FailureError({
    code: 'REFUSED',
    message: `${formatBytes(bytes)} are too much for this: at most ${formatBytes(wholePartBytesMax)}.`,
    hint: 'Export the record to a file instead.',
  })

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** Key, value and headers as they are. */
export async function readRecordBytes(record: OneRecord, detail: RecordDetail): Promise<RecordBytes> {
  const headers: { name: string; value: Uint8Array | null }[] = []
  for (const [index, { name, value }] of detail.headers.entries())
    headers.push({ name, value: value === null ? null : await bytesOf(record, { header: index }, value.sizeBytes) })
  return {
    key: detail.key === null ? null : await bytesOf(record, 'key', detail.key.sizeBytes),
    value: detail.value === null ? null : await bytesOf(record, 'value', detail.value.sizeBytes),
    headers,
  }
}

const bytesOf = async (record: OneRecord, part: PartName, sizeBytes: number): Promise<Uint8Array> =>
  sizeBytes === 0 ? new Uint8Array() : await readPart(record, part)
