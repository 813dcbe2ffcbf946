import { randomBytes } from 'node:crypto'
import { Script, createContext } from 'node:vm'
import type { Decoding } from '../decoders/decoding.ts'
import { badInput } from '../failures.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { expressionNames } from './expression-names.ts'
import { fieldPicker } from './json-fields.ts'

type Matches = (partition: number, record: LogRecord) => boolean

/** Told before anything runs: an expression is checked here, and runs only in a scan's own thread. */
export function checkExpression(expression: string): void {
  try {
    // Compiled alone first, so that a closing bracket too many cannot leave its place.
    void new Script(`(${expression}\n)`)
  } catch (error) {
    throw badInput(`expression: ${(error as Error).message}`)
  }
}

/**
 * A person's expression over `key, value, headers, offset, partition, timestamp`. It runs in a context of its own that has JavaScript's
 * own objects and nothing else: only texts and numbers go in, only a boolean comes out, and no code can be made from text. It may loop
 * for ever: whoever calls runs in a thread that can be ended.
 */
export function sandboxedExpression(expression: string, decoding: Decoding): Matches {
  checkExpression(expression)
  const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
  const { usesKey, usesHeaders, valueFields } = expressionNames(expression)
  const source = wrapped(expression, valueFields ?? [])
  const evaluate = new Script(source, { filename: 'filter' }).runInContext(context) as Evaluate
  const picked = valueFields === null || valueFields.length === 0 ? undefined : fieldPicker(valueFields)
  return (partition, record) => {
    const { key, value, headers } = record
    const fields = picked === undefined || value === null || decoding.isBinary('value', value) ? undefined : picked(value)
    // What is not looked at need not be decoded.
    const isWhole = fields === undefined && valueFields?.length !== 0
    return (
      evaluate(
        usesKey ? textOf(decoding, 'key', key, key) : undefined,
        isWhole ? textOf(decoding, 'value', value, key) : undefined,
        fields,
        !usesHeaders || headers.length === 0
          ? ''
          : JSON.stringify(headers.map(it => [it.name, textOf(decoding, 'header', it.value, key) ?? null])),
        record.offset,
        partition,
        record.timestampMs,
      ) === true
    )
  }
}

type Evaluate = (
  key: string | undefined,
  value: string | undefined,
  /** JSON texts of the fields that are looked at, in place of the whole value. */
  fields: readonly (string | undefined)[] | undefined,
  headers: string,
  offset: number,
  partition: number,
  timestamp: number,
) => boolean

const textOf = (
  decoding: Decoding,
  part: 'key' | 'value' | 'header',
  bytes: Uint8Array | null,
  key: Uint8Array | null,
): string | undefined => (bytes === null ? undefined : decoding.compact(part, bytes, key))

/**
 * Texts that look like JSON become values, whole numbers beyond 2^53 BigInts; null stands for a missing key and a tombstone. An object of
 * which only some fields are looked at is made of these alone: plain strings and numbers without the parser, which would remember every
 * short string it meets.
 */
const wrapped = (expression: string, fields: readonly string[]): string => String.raw`'use strict';
(() => {
  const parse = JSON.parse
  const mark = '\u0000${randomBytes(12).toString('hex')}:'
  const exactly = text => {
    parse(text)
    const marked = text.replace(
      /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs,
      token => (/^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(mark + token) : token),
    )
    return parse(marked, (_name, value) =>
      typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value)
  }
  const isLong = /\d{16}/
  const read = raw => {
    if (raw === undefined) return null
    const text = raw.charCodeAt(0) === 0xfeff ? raw.slice(1) : raw
    const first = text.charCodeAt(0)
    if (first === 123 || first === 91) {
      try {
        return isLong.test(text) ? exactly(text) : parse(text)
      } catch {}
    }
    return raw
  }
  const one = text => {
    if (text === undefined) return undefined
    const first = text.charCodeAt(0)
    if (first === 34) return text.includes('\\') ? parse(text) : text.slice(1, -1)
    if (isLong.test(text)) return exactly(text)
    return first === 45 || (first >= 48 && first <= 57) ? +text : parse(text)
  }
  const some = fields => ({ ${fields.map((name, index) => `${JSON.stringify(name)}: one(fields[${index}])`).join(', ')} })
  const filter = (key, value, headers, offset, partition, timestamp) => (${expression}
  )
  return (key, value, fields, headers, offset, partition, timestamp) =>
    !!filter(
      read(key),
      fields === undefined ? read(value) : some(fields),
      headers === '' ? {} : Object.fromEntries(parse(headers)),
      offset,
      partition,
      timestamp,
    )
})()`
