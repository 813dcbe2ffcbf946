import { badInput } from '../failures.ts'
import { jsonParts } from './json-parts.ts'

export interface ImportedRecord {
  readonly partition: number | undefined
  readonly timestampMs: number | undefined
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
}

/** One line of an export as a record. Throws BAD_INPUT that names the line. */
export function lineRecord(format: 'jsonl' | 'raw', line: string, number: number): ImportedRecord {
  try {
    return format === 'raw' ? rawRecord(JSON.parse(line) as Record<string, unknown>) : jsonRecord(jsonParts(line))
  } catch (error) {
    throw badInput(`line ${number}: ${(error as Error).message}`)
  }
}

function rawRecord(line: Record<string, unknown>): ImportedRecord {
  if (typeof line !== 'object' || line === null) throw new Error('no record')
  const headers = Array.isArray(line['headers']) ? (line['headers'] as unknown[]) : []
  return {
    partition: numberIn(line['partition']),
    timestampMs: numberIn(line['timestampMs']),
    key: base64Of(line['keyBase64']),
    value: base64Of(line['valueBase64']),
    headers: headers.map(header => {
      if (!Array.isArray(header) || typeof header[0] !== 'string') throw new Error('a header is no pair of name and value')
      return { key: header[0], value: base64Of(header[1]) }
    }),
  }
}

const numberIn = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined

function base64Of(value: unknown): Uint8Array | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw new Error('no Base64 where it is needed')
  return Uint8Array.from(Buffer.from(value, 'base64'))
}

/** Values keep the characters that they have in the line: no digit of a number is lost. */
function jsonRecord(parts: ReadonlyMap<string, string>): ImportedRecord {
  const headers = parts.get('headers')
  return {
    partition: numberIn(parsed(parts.get('partition'))),
    timestampMs: numberIn(parsed(parts.get('timestampMs'))),
    key: bytesOf(parts.get('key')),
    value: bytesOf(parts.get('value')),
    headers: headers === undefined ? [] : headerList(parsed(headers)),
  }
}

const parsed = (text: string | undefined): unknown => (text === undefined ? undefined : JSON.parse(text))

function headerList(value: unknown): { key: string; value: Uint8Array | null }[] {
  const pairs = Array.isArray(value) ? value : Object.entries(value as object)
  return pairs.map((pair: unknown) => {
    if (!Array.isArray(pair) || typeof pair[0] !== 'string') throw new Error('a header is no pair of name and value')
    return { key: pair[0], value: bytesOf(JSON.stringify(pair[1] ?? null)) }
  })
}

function bytesOf(text: string | undefined): Uint8Array | null {
  if (text === undefined || text === 'null') return null
  const value = text.startsWith('{"$base64"') || text.startsWith('"') ? (JSON.parse(text) as unknown) : undefined
  if (typeof value === 'string') return new TextEncoder().encode(value)
  if (typeof value === 'object' && value !== null && '$base64' in value) return base64Of(value.$base64)
  return new TextEncoder().encode(text)
}
