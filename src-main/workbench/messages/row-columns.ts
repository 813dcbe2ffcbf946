import { fieldCharsMax } from '../../contract/limits.ts'
import type { RowBatch } from '../../contract/views/records.ts'
import { sequenceAfter } from '../../../broker-core/records/batch-header.ts'
import { DecodeError } from '../decoders/decoder.ts'
import type { Decoding } from '../decoders/decoding.ts'
import { squeeze } from '../decoders/json.ts'
import { oneLine } from '../decoders/text.ts'
import { parsePath } from '../search/json-path.ts'
import { exactValues, pathTree } from './exact-fields.ts'
import type { LogRecord } from './log-record.ts'

/** What rows show beyond their usual columns. */
export interface RowColumns {
  fields(record: LogRecord): readonly (string | null)[]
  batch(record: LogRecord): RowBatch | null
}

/** Larger values are not looked into: a page of them would hold the window up. */
const fieldValueBytesMax = 1_048_576
/** Behind a cut, so much of an object or array is never looked at. */
const laidOutCharsMax = 2_000

export const noColumns: RowColumns = { fields: () => [], batch: () => null }

/** Columns for what a reader asked for. Throws BAD_INPUT for a path that cannot be understood. */
export function rowColumns(
  asked: { readonly fields: readonly string[]; readonly batchFacts: boolean },
  decoding: Pick<Decoding, 'compact' | 'preview'>,
): RowColumns {
  const fields = asked.fields.length === 0 ? noColumns.fields : fieldReader(asked.fields, decoding)
  return { fields, batch: asked.batchFacts ? rowBatch : noColumns.batch }
}

interface Named {
  readonly at: number
  readonly name: string
}

function fieldReader(fields: readonly string[], decoding: Pick<Decoding, 'compact' | 'preview'>): RowColumns['fields'] {
  const headers: Named[] = []
  const inKey: Named[] = []
  const inValue: Named[] = []
  for (const [at, field] of fields.entries()) {
    if (field.startsWith('header:')) headers.push({ at, name: field.slice('header:'.length) })
    else if (field.startsWith('key:')) inKey.push({ at, name: field.slice('key:'.length) })
    else inValue.push({ at, name: field })
  }
  const keyReader = partReader('key', inKey, decoding)
  const valueReader = partReader('value', inValue, decoding)
  return record => {
    const texts: (string | null)[] = fields.map(() => null)
    for (const { at, name } of headers) texts[at] = headerText(record, name, decoding)
    keyReader(record, texts)
    valueReader(record, texts)
    return texts
  }
}

function partReader(part: 'key' | 'value', paths: readonly Named[], decoding: Pick<Decoding, 'compact'>) {
  if (paths.length === 0) return () => undefined
  const tree = pathTree(paths.map(({ name }) => parsePath(name)))
  return (record: LogRecord, texts: (string | null)[]): void => {
    const json = jsonOf(part, record, decoding)
    if (json === undefined) return
    for (const [number, tokens] of exactValues(json, tree, paths.length).entries())
      texts[(paths[number] as Named).at] = tokens.length === 0 ? null : shortened(tokens.map(tokenText).join(', '))
  }
}

/** Undefined: no JSON object or array, or none that can be read. */
function jsonOf(part: 'key' | 'value', record: LogRecord, decoding: Pick<Decoding, 'compact'>): string | undefined {
  const bytes = record[part]
  if (bytes === null || bytes.length > fieldValueBytesMax) return undefined
  try {
    const text = decoding.compact(part, bytes, record.key)
    const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    return /^\s*[{[]/.test(json) ? json : undefined
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

function tokenText(token: string): string {
  if (!token.startsWith('"')) return squeeze(token.slice(0, laidOutCharsMax))
  try {
    return oneLine(JSON.parse(token) as string)
  } catch {
    return token
  }
}

function headerText(record: LogRecord, name: string, decoding: Pick<Decoding, 'preview'>): string | null {
  const bytes = record.headers.find(header => header.name === name)?.value ?? null
  return bytes === null ? null : shortened(decoding.preview('header', bytes, record.key).text)
}

/** Not in the middle of a character of two code units. */
function shortened(text: string): string {
  if (text.length <= fieldCharsMax) return text
  const last = text.charCodeAt(fieldCharsMax - 2)
  const isHalf = last >= 0xd800 && last <= 0xdbff
  return `${text.slice(0, isHalf ? fieldCharsMax - 2 : fieldCharsMax - 1)}…`
}

function rowBatch({ batch, offset }: LogRecord): RowBatch | null {
  if (batch === undefined) return null
  const { leaderEpoch, producerId, producerEpoch, baseSequence, baseOffset, compression } = batch
  const sequence = baseSequence < 0 ? -1 : sequenceAfter(baseSequence, offset - baseOffset)
  return { leaderEpoch, producerId, producerEpoch, sequence, compression }
}
