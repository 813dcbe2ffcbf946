import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { BytesChunk, FieldAnswer, RecordDetail, TextChunk } from '../../contract/views/records.ts'
import { DecodeError } from '../decoders/decoder.ts'
import type { Decoding, Part } from '../decoders/decoding.ts'
import { fieldAt } from '../decoders/places/field-places.ts'
import type { PartPlaces } from '../decoders/places/field-places.ts'
import { badInput, notFound } from '../failures.ts'
import { readOneRecord } from './one-record.ts'
import type { OneRecord, RecordPlace } from './one-record.ts'

/** Large values are read in pieces: the newest few records stay open. */
const keptRecordsMax = 4
const keptBytesMax = 67_108_864

/** Records as the inspector opens them. */
export interface RecordDetails {
  detail(client: KafkaClient, order: ParsedOf<'records.detail'>, decoding: Decoding, signal: AbortSignal): Promise<RecordDetail>
  bytes(client: KafkaClient, order: ParsedOf<'records.bytes'>, signal: AbortSignal): Promise<BytesChunk>
  field(client: KafkaClient, order: ParsedOf<'records.field'>, decoding: Decoding, signal: AbortSignal): Promise<FieldAnswer>
  text(client: KafkaClient, order: ParsedOf<'records.text'>, decoding: Decoding, signal: AbortSignal): Promise<TextChunk>
}

export function recordDetails(): RecordDetails {
  const kept = new Map<string, OneRecord>()
  const texts = new Map<string, string>()
  /** Of the part that was looked at last. */
  let placed: { readonly key: string; readonly places: PartPlaces | string } | undefined
  const read = async (client: KafkaClient, connection: string, place: RecordPlace, signal: AbortSignal): Promise<OneRecord> => {
    const key = keyOf(connection, place)
    const known = kept.get(key)
    if (known !== undefined) return known
    const found = await readOneRecord(client, place, signal)
    remember(kept, key, found)
    return found
  }
  return {
    async detail(client, order, decoding, signal) {
      // A topic may have been made anew under this name: opening a record reads it anew.
      kept.delete(keyOf(order.connection, order))
      placed = undefined
      for (const key of texts.keys()) if (key.startsWith(keyOf(order.connection, order))) texts.delete(key)
      const { record, batch } = await read(client, order.connection, order, signal)
      await decoding.prepare([record.key, record.value].filter(bytes => bytes !== null))
      const part = (name: Part, bytes: Uint8Array | null) => (bytes === null ? null : decoding.whole(name, bytes, record.key))
      const { offset, timestampMs, timestampType, transaction, control } = record
      return {
        topic: order.topic,
        partition: order.partition,
        offset,
        timestampMs,
        timestampType,
        key: part('key', record.key),
        value: part('value', record.value),
        headers: record.headers.map(({ name, value }) => ({ name, value: part('header', value) })),
        transaction,
        control,
        batch,
      }
    },
    async bytes(client, order, signal) {
      const { record } = await read(client, order.connection, order, signal)
      const bytes = partOf(record, order.part)
      return { bytes: bytes.slice(order.from, order.from + order.length), from: order.from, totalBytes: bytes.length }
    },
    async field(client, order, decoding, signal) {
      const key = `${keyOf(order.connection, order)} ${JSON.stringify(order.part)} ${order.decoder}`
      if (placed?.key !== key) {
        const { record } = await read(client, order.connection, order, signal)
        const bytes = partOf(record, order.part)
        await decoding.prepare([bytes])
        placed = { key, places: placesOf(record, order.part, decoding) }
      }
      const { places } = placed
      return typeof places === 'string'
        ? { field: null, reason: places }
        : { field: fieldAt(places, order.at) ?? null, reason: null }
    },
    async text(client, order, decoding, signal) {
      const key = `${keyOf(order.connection, order)} ${JSON.stringify(order.part)} ${order.decoder}`
      let text = texts.get(key)
      if (text === undefined) {
        const { record } = await read(client, order.connection, order, signal)
        text = textOf(record, order.part, decoding)
        texts.clear()
        texts.set(key, text)
      }
      return { text: pieceOf(text, order.from, order.length), from: order.from, totalChars: text.length }
    },
  }
}

/** Never half a character of two code units: on its own that would not get through to the window. */
function pieceOf(text: string, from: number, length: number): string {
  const piece = text.slice(from, from + length)
  const isHalf = from + length < text.length && isHighSurrogate(piece.charCodeAt(piece.length - 1))
  if (!isHalf) return piece
  return piece.length > 1 ? piece.slice(0, -1) : text.slice(from, from + 2)
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff

const keyOf = (connection: string, { topic, partition, offset }: RecordPlace): string =>
  `${connection} ${topic} ${partition} ${offset}`

function remember(kept: Map<string, OneRecord>, key: string, found: OneRecord): void {
  kept.set(key, found)
  const bytesOf = ({ record }: OneRecord) => (record.value?.length ?? 0) + (record.key?.length ?? 0)
  const total = () => [...kept.values()].reduce((sum, one) => sum + bytesOf(one), 0)
  for (const oldest of [...kept.keys()]) {
    if (kept.size <= keptRecordsMax && (total() <= keptBytesMax || kept.size === 1)) return
    kept.delete(oldest)
  }
}

function partOf(record: OneRecord['record'], part: ParsedOf<'records.bytes'>['part']): Uint8Array {
  const bytes = typeof part === 'string' ? record[part] : record.headers[part.header]?.value
  if (bytes === null || bytes === undefined) throw notFound('the record has no such part')
  return bytes
}

/** Bytes that nest deeper than any walk goes are a reason too. */
function placesOf(record: OneRecord['record'], part: ParsedOf<'records.bytes'>['part'], decoding: Decoding): PartPlaces | string {
  try {
    return decoding.places(typeof part === 'string' ? part : 'header', partOf(record, part), record.key)
  } catch (error) {
    if (error instanceof DecodeError) return error.message
    if (error instanceof RangeError) return 'it is nested too deep to tell its fields apart'
    throw error
  }
}

function textOf(record: OneRecord['record'], part: ParsedOf<'records.bytes'>['part'], decoding: Decoding): string {
  try {
    return decoding.text(typeof part === 'string' ? part : 'header', partOf(record, part), record.key)
  } catch (error) {
    if (error instanceof DecodeError) throw badInput(error.message)
    throw error
  }
}
