import { isUtf8 } from 'node:buffer'
import type { Decoding, Part } from '../decoders/decoding.ts'
import { DecodeError } from '../decoders/decoder.ts'
import { squeeze } from '../decoders/json.ts'
import { isCompactJson } from '../search/json-fields.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { LineBytes } from './line-bytes.ts'

export type LineFormat = 'jsonl' | 'csv' | 'raw'

export const csvHead = 'partition,offset,timestamp,key,value,headers\n'

/** Adds one record as a line of an export, its line break included. */
export function putRecordLine(
  out: LineBytes,
  format: LineFormat,
  partition: number,
  record: LogRecord,
  decoding: Decoding,
): void {
  if (format === 'raw') out.text(rawLine(partition, record))
  else if (format === 'csv') out.text(csvLine(partition, record, decoding))
  else putJsonLine(out, partition, record, decoding)
}

/** One record as a line of an export, its line break included. */
export function recordLine(format: LineFormat, partition: number, record: LogRecord, decoding: Decoding): string {
  const out = new LineBytes(lineBytes)
  putRecordLine(out, format, partition, record, decoding)
  return out.take().toString()
}

const lineBytes = 4_096

/** Every byte as it is, for an exact import. */
function rawLine(partition: number, record: LogRecord): string {
  const base64 = (bytes: Uint8Array | null) =>
    bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64')
  const { offset, timestampMs } = record
  const headers = record.headers.map(({ name, value }) => [name, base64(value)])
  return `${JSON.stringify({ partition, offset, timestampMs, keyBase64: base64(record.key), valueBase64: base64(record.value), headers })}\n`
}

/** JSON values stand as JSON, with their own digits; everything else as text. Bytes that no decoder reads stand as `{"$base64": …}`. */
function putJsonLine(out: LineBytes, partition: number, record: LogRecord, decoding: Decoding): void {
  const { offset, timestampMs, headers, key } = record
  out.ascii('{"partition":')
  out.integer(partition)
  out.ascii(',"offset":')
  out.integer(offset)
  out.ascii(',"timestampMs":')
  out.integer(timestampMs)
  out.ascii(',"key":')
  putJson(out, 'key', key, decoding, key)
  out.ascii(',"value":')
  putJson(out, 'value', record.value, decoding, key)
  if (headers.length === 0) return out.ascii(',"headers":[]}\n')
  const pairs = headers.map(it => `[${JSON.stringify(it.name)},${jsonOf('header', it.value, decoding, key)}]`)
  out.text(`,"headers":[${pairs.join(',')}]}\n`)
}

/** As most of it is written, compact JSON and plain words are copied: nothing to decode, to lay out and to encode anew. */
function putJson(out: LineBytes, part: Part, bytes: Uint8Array | null, decoding: Decoding, key: Uint8Array | null): void {
  if (bytes === null || decoding.isBinary(part, bytes)) return out.text(jsonOf(part, bytes, decoding, key))
  if (isCompactJson(bytes) && isUtf8(bytes) && !isOwnMark(bytes)) return out.bytes(bytes)
  if (!isPlainText(bytes)) return out.text(jsonOf(part, bytes, decoding, key))
  out.ascii('"')
  out.bytes(bytes)
  out.ascii('"')
}

const ownMark = Buffer.from('{"$base64"')
const isOwnMark = (bytes: Uint8Array): boolean => bytes[2] === ownMark[2] && ownMark.equals(bytes.subarray(0, ownMark.length))

/** Nothing that JSON would escape, and nothing that could be JSON itself. */
function isPlainText(bytes: Uint8Array): boolean {
  if (bytes[0] === openBrace || bytes[0] === openBracket) return false
  for (const byte of bytes) if (byte < 0x20 || byte > 0x7e || byte === quote || byte === backslash) return false
  return true
}

const [openBrace, openBracket, quote, backslash] = [0x7b, 0x5b, 0x22, 0x5c]

function jsonOf(part: Part, bytes: Uint8Array | null, decoding: Decoding, key: Uint8Array | null): string {
  if (bytes === null) return 'null'
  const text = textOf(part, bytes, decoding, key)
  if (text === undefined) return `{"$base64":"${Buffer.from(bytes).toString('base64')}"}`
  // What looks like our own mark for bytes is text.
  const isOwn = text.startsWith('{"$base64"')
  if (isOwn) return JSON.stringify(text)
  // As most of it is written: nothing to check twice, nothing to lay out anew.
  if (isCompactJson(bytes) && !decoding.isBinary(part, bytes)) return text
  return /^[{[]/.test(text) && isJson(text) ? squeeze(text) : JSON.stringify(text)
}

function textOf(part: Part, bytes: Uint8Array, decoding: Decoding, key: Uint8Array | null): string | undefined {
  try {
    // Hex would be text that nobody can read back, and so would characters in the place of bytes that are none.
    const isBroken = !isUtf8(bytes) && !decoding.isBinary(part, bytes)
    return isBroken || decoding.isUnreadable(part, bytes, key) ? undefined : decoding.compact(part, bytes, key)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function csvLine(partition: number, record: LogRecord, decoding: Decoding): string {
  const plain = (part: Part, bytes: Uint8Array) => {
    const text = textOf(part, bytes, decoding, record.key)
    return text === undefined || text.startsWith(base64Mark) ? `${base64Mark}${Buffer.from(bytes).toString('base64')}` : text
  }
  const text = (part: Part, bytes: Uint8Array | null) => (bytes === null ? '' : cell(plain(part, bytes)))
  const time = timeText(record.timestampMs)
  const pairs = record.headers.map(it => [it.name, it.value === null ? null : plain('header', it.value)] as const)
  const headers = pairs.length === 0 ? '' : cell(headersText(pairs))
  return `${partition},${record.offset},${time},${text('key', record.key)},${text('value', record.value)},${headers}\n`
}

/** Producers that count in nanoseconds write times that no calendar has. */
const calendarMaxMs = 8_640_000_000_000_000

function timeText(timestampMs: number): string {
  if (timestampMs < 0) return ''
  return timestampMs > calendarMaxMs ? String(timestampMs) : new Date(timestampMs).toISOString()
}

export const base64Mark = 'base64:'

/** `name=value;name=value` where that can be read back, else pairs in JSON. */
function headersText(pairs: readonly (readonly [string, string | null])[]): string {
  const isPlain = pairs.every(([name, value]) => /^[^=;[\s][^=;]*$/.test(name) && value !== null && /^[^;]*$/.test(value))
  return isPlain ? pairs.map(([name, value]) => `${name}=${value}`).join(';') : JSON.stringify(pairs)
}

/** RFC 4180: quoted where it holds a comma, a quote or a line break; an empty text differs from a missing one by its quotes. */
const cell = (text: string): string => (text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
