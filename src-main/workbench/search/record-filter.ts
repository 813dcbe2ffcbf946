import type { ParsedOf } from '../../contract/contract.ts'
import type { Decoding } from '../decoders/decoding.ts'
import { DecodeError } from '../decoders/decoder.ts'
import { badInput } from '../failures.ts'
import type { LogRecord } from '../messages/log-record.ts'
import { fieldPicker } from './json-fields.ts'
import { sandboxedExpression } from './javascript-filter.ts'
import { exactValues, pathTree } from '../messages/exact-fields.ts'
import { comparesExactly, losesDigits, mayBeInexact } from './exact-compare.ts'
import { compares, parsePath, valuesAt } from './json-path.ts'

export type Filter = ParsedOf<'records.scan'>['filter']

/** Whether a record is wanted. Throws DecodeError, or whatever the person's own expression throws: counted, never fatal. */
export interface RecordFilter {
  matches(partition: number, record: LogRecord): boolean
  /**
   * Bytes of which every match holds one of the given spellings somewhere in the record as it lies in its batch, so that batches
   * without them need not be opened; undefined when nothing like that is known.
   */
  readonly needle: Needle | undefined
}

export interface Needle {
  readonly bytes: Uint8Array
  readonly caseSensitive: boolean
}

/** Throws BAD_INPUT for a filter that cannot be understood. */
export function recordFilter(filter: Filter, decoding: Decoding): RecordFilter {
  switch (filter.kind) {
    case 'text':
      return textFilter(filter, decoding)
    case 'regex':
      return { needle: undefined, matches: inText(filter.in, decoding, regexTest(filter)) }
    case 'header':
      return {
        needle: { bytes: utf8(filter.name), caseSensitive: true },
        matches: (_partition, record) => hasHeader(record, filter),
      }
    case 'path':
      return pathFilter(filter, decoding)
    case 'javascript':
      return { needle: undefined, matches: sandboxedExpression(filter.expression, decoding) }
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)
const readable = new TextDecoder('utf-8')

type Place = Extract<Filter, { kind: 'text' }>['in']

function textFilter(filter: Extract<Filter, { kind: 'text' }>, decoding: Decoding): RecordFilter {
  const { caseSensitive } = filter
  const wanted = caseSensitive ? filter.text : filter.text.toLowerCase()
  const test = (text: string) => (caseSensitive ? text : text.toLowerCase()).includes(wanted)
  // Other scripts have letters whose two cases differ in length: those batches are opened.
  const isSearchable = caseSensitive || utf8(filter.text).length === filter.text.length
  const needle = isSearchable ? { bytes: utf8(filter.text), caseSensitive } : undefined
  return { needle, matches: inText(filter.in, decoding, test) }
}

function regexTest(filter: Extract<Filter, { kind: 'regex' }>): (text: string) => boolean {
  try {
    const pattern = new RegExp(filter.pattern, filter.caseSensitive ? 'u' : 'iu')
    return text => pattern.test(text)
  } catch (error) {
    throw badInput(`pattern: ${(error as Error).message}`)
  }
}

/** Looks at the bytes as text, and at what the decoder makes of them where that is something else. */
function inText(place: Place, decoding: Decoding, test: (text: string) => boolean): RecordFilter['matches'] {
  const found = (part: 'key' | 'value' | 'header', bytes: Uint8Array | null, key: Uint8Array | null): boolean => {
    if (bytes === null || bytes.length === 0) return false
    if (test(readable.decode(bytes))) return true
    return decoding.isBinary(part, bytes) && test(decoding.text(part, bytes, key))
  }
  return (_partition, record) => {
    if ((place === 'value' || place === 'any') && found('value', record.value, record.key)) return true
    if ((place === 'key' || place === 'any') && found('key', record.key, record.key)) return true
    if (place !== 'headers' && place !== 'any') return false
    return record.headers.some(({ name, value }) => test(name) || found('header', value, record.key))
  }
}

function hasHeader(record: LogRecord, filter: Extract<Filter, { kind: 'header' }>): boolean {
  return record.headers.some(
    ({ name, value }) =>
      name === filter.name && (filter.value === null || (value !== null && readable.decode(value).includes(filter.value))),
  )
}

function pathFilter(filter: Extract<Filter, { kind: 'path' }>, decoding: Decoding): RecordFilter {
  const steps = parsePath(filter.path)
  const tree = pathTree([steps])
  const { operator, operand } = filter
  const isLongOperand = losesDigits(operand)
  const [first] = steps
  const picked = typeof first === 'string' ? fieldPicker([first]) : undefined
  const textOf = (value: Uint8Array, key: Uint8Array | null) => withoutMark(decoding.compact('value', value, key))
  const valuesOf = (value: Uint8Array, key: Uint8Array | null): unknown[] => {
    const fields = picked === undefined || decoding.isBinary('value', value) ? undefined : picked(value)
    if (fields === undefined) return valuesAt(jsonOf(textOf(value, key)), steps)
    return fields[0] === undefined ? [] : valuesAt(jsonOf(fields[0]), steps, 1)
  }
  return {
    needle: undefined,
    matches(_partition, { value, key }) {
      if (value === null) return false
      const values = valuesOf(value, key)
      // Only then: what most values need is quick.
      if (isLongOperand || values.some(mayBeInexact))
        return (exactValues(textOf(value, key), tree, 1)[0] ?? []).some(token => comparesExactly(token, operator, operand))
      return values.some(found => compares(found, operator, operand))
    },
  }
}

/** A byte order mark in front is no part of JSON. */
export const withoutMark = (text: string): string => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new DecodeError('not JSON')
  }
}
