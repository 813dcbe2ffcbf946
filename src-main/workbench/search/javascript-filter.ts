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
  const evaluate = new Script(wrapped(expression), { filename: 'filter' }).runInContext(context) as (
    key: string | undefined,
    value: string | undefined,
    headers: string,
    offset: number,
    partition: number,
    timestamp: number,
  ) => boolean
  const { usesKey, usesHeaders, valueFields } = expressionNames(expression)
  const picked = valueFields === null ? undefined : fieldPicker(valueFields)
  const valueText = ({ key, value }: LogRecord): string | undefined => {
    // Not looked at at all: then it need not be decoded.
    if (value === null || valueFields?.length === 0) return undefined
    const some = picked === undefined || decoding.isBinary('value', value) ? undefined : picked(value)
    return some ?? decoding.compact('value', value, key)
  }
  return (partition, record) =>
    evaluate(
      usesKey ? textOf(decoding, 'key', record.key, record.key) : undefined,
      valueText(record),
      !usesHeaders || record.headers.length === 0
        ? ''
        : JSON.stringify(record.headers.map(it => [it.name, textOf(decoding, 'header', it.value, record.key) ?? null])),
      record.offset,
      partition,
      record.timestampMs,
    ) === true
}

const textOf = (
  decoding: Decoding,
  part: 'key' | 'value' | 'header',
  bytes: Uint8Array | null,
  key: Uint8Array | null,
): string | undefined => (bytes === null ? undefined : decoding.compact(part, bytes, key))

/** Texts that look like JSON become values; null stands for a missing key and a tombstone. */
const wrapped = (expression: string): string => `'use strict';
(() => {
  const parse = JSON.parse
  const read = text => {
    if (text === undefined) return null
    const first = text.charCodeAt(0)
    if (first === 123 || first === 91) {
      try {
        return parse(text)
      } catch {}
    }
    return text
  }
  const filter = (key, value, headers, offset, partition, timestamp) => (${expression}
  )
  return (key, value, headers, offset, partition, timestamp) =>
    !!filter(read(key), read(value), headers === '' ? {} : Object.fromEntries(parse(headers)), offset, partition, timestamp)
})()`
