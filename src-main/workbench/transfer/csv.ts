import { badInput } from '../failures.ts'
import type { ImportedRecord } from './line-record.ts'
import { base64Mark } from './record-line.ts'

export interface CsvCell {
  readonly text: string
  /** An empty text, where it is quoted; else nothing. */
  readonly quoted: boolean
}

export interface CsvRow {
  readonly cells: readonly CsvCell[]
  /** Line on which it begins. */
  readonly number: number
  /** Of the file, up to the end of the row; about. */
  readonly bytes: number
}

const rowCharsMax = 134_217_728

/** RFC 4180, one row after the other, whatever the size of the file. Rows without any cell are left out. Throws BAD_INPUT. */
export async function* csvRows(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow, void> {
  const decoder = new TextDecoder('utf-8')
  const parser = new CsvParser()
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    for (const row of parser.take(decoder.decode(chunk, { stream: true }))) yield { ...row, bytes }
  }
  for (const row of parser.end(decoder.decode())) yield { ...row, bytes }
}

type Parsed = Omit<CsvRow, 'bytes'>

class CsvParser {
  #cells: CsvCell[] = []
  /** Parts of the present cell. */
  #text = ''
  #state: 'start' | 'plain' | 'quoted' | 'quote-in-quoted' = 'start'
  #line = 1
  #rowLine = 1
  #wasReturn = false

  #endCell(): void {
    this.#cells.push({ text: this.#text, quoted: this.#state === 'quote-in-quoted' })
    this.#text = ''
    this.#state = 'start'
  }

  *take(text: string): Generator<Parsed, void> {
    for (let at = 0; at < text.length; ) {
      if (this.#state === 'plain' || this.#state === 'quoted') at = this.#run(text, at)
      if (at >= text.length) break
      const row = this.#character(text[at] as string)
      at += 1
      if (row !== undefined) yield row
    }
    if (this.#text.length > rowCharsMax) throw badInput(`line ${this.#rowLine} is longer than a record can be`)
  }

  *end(text: string): Generator<Parsed, void> {
    yield* this.take(text)
    if (this.#state === 'quoted') throw badInput(`line ${this.#rowLine}: a quoted cell has no end`)
    if (this.#state === 'start' && this.#cells.length === 0) return
    const row = this.#endRow()
    if (row !== undefined) yield row
  }

  /** Takes what needs no look at single characters. */
  #run(text: string, from: number): number {
    const ends = this.#state === 'quoted' ? /["\n]/g : /[,"\r\n]/g
    ends.lastIndex = from
    const end = ends.exec(text)?.index ?? text.length
    this.#text += text.slice(from, end)
    return end
  }

  #character(character: string): Parsed | undefined {
    if (character === '\n') this.#line += 1
    if (this.#state === 'quoted') {
      if (character === '"') this.#state = 'quote-in-quoted'
      else this.#text += character
      return undefined
    }
    const wasReturn = this.#wasReturn
    this.#wasReturn = character === '\r'
    if (character === '\n') return wasReturn ? this.#begin() : this.#endRow()
    if (character === '\r') return this.#endRow()
    if (character === ',') this.#endCell()
    else if (character === '"' && this.#state !== 'plain') {
      if (this.#state === 'quote-in-quoted') this.#text += '"'
      this.#state = 'quoted'
    } else {
      this.#text += character
      this.#state = 'plain'
    }
    return undefined
  }

  #endRow(): Parsed | undefined {
    this.#endCell()
    const row = { cells: this.#cells, number: this.#rowLine }
    this.#begin()
    const [only] = row.cells
    return row.cells.length === 1 && only?.text === '' && !only.quoted ? undefined : row
  }

  #begin(): undefined {
    this.#cells = []
    this.#rowLine = this.#line
  }
}

const columns = ['partition', 'timestamp', 'key', 'value', 'headers'] as const

/** Reads rows by the names in the head line, in whatever order they stand there. Throws BAD_INPUT that names the line. */
export function csvReader(head: CsvRow): (row: CsvRow) => ImportedRecord {
  const names = head.cells.map(cell =>
    cell.text
      .replace(/^\uFEFF/, '')
      .trim()
      .toLowerCase(),
  )
  const places = new Map(columns.map(name => [name, names.indexOf(name)]))
  if (['key', 'value', 'headers'].every(name => !names.includes(name)))
    throw badInput(`line ${head.number}: the head line names none of key, value, headers`)
  return row => {
    const cell = (name: (typeof columns)[number]) => row.cells[places.get(name) ?? -1]
    const refuse = (what: string) => badInput(`line ${row.number}: ${what}`)
    return {
      partition: partitionOf(cell('partition'), refuse),
      timestampMs: timeOf(cell('timestamp'), refuse),
      key: bytesOf(cell('key')),
      value: bytesOf(cell('value')),
      headers: headersOf(cell('headers')?.text ?? '', refuse),
    }
  }
}

type Refuse = (what: string) => Error

function partitionOf(cell: CsvCell | undefined, refuse: Refuse): number | undefined {
  if (cell === undefined || cell.text === '') return undefined
  if (!/^\d{1,9}$/.test(cell.text)) throw refuse('the partition is no number')
  return Number(cell.text)
}

function timeOf(cell: CsvCell | undefined, refuse: Refuse): number | undefined {
  if (cell === undefined || cell.text === '') return undefined
  const timeMs = /^\d+$/.test(cell.text) ? Number(cell.text) : Date.parse(cell.text)
  if (!Number.isSafeInteger(timeMs) || timeMs < 0) throw refuse('the timestamp is no time')
  return timeMs
}

function bytesOf(cell: CsvCell | undefined): Uint8Array | null {
  if (cell === undefined || (cell.text === '' && !cell.quoted)) return null
  return textBytes(cell.text)
}

const textBytes = (text: string): Uint8Array =>
  text.startsWith(base64Mark)
    ? Uint8Array.from(Buffer.from(text.slice(base64Mark.length), 'base64'))
    : new TextEncoder().encode(text)

/** `name=value;name=value`, or pairs in JSON. */
function headersOf(text: string, refuse: Refuse): ImportedRecord['headers'] {
  if (text === '') return []
  return headerPairs(text, refuse).map(([name, value]) => ({ key: name, value: value === null ? null : textBytes(value) }))
}

function headerPairs(text: string, refuse: Refuse): readonly (readonly [string, string | null])[] {
  if (!text.startsWith('[')) {
    return text.split(';').map(pair => {
      const at = pair.indexOf('=')
      return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)]
    })
  }
  try {
    const pairs = JSON.parse(text) as unknown
    const isPair = (pair: unknown): pair is [string, string | null] =>
      Array.isArray(pair) && typeof pair[0] === 'string' && (typeof pair[1] === 'string' || pair[1] === null)
    if (Array.isArray(pairs) && pairs.every(isPair)) return pairs
  } catch {
    // Told below, like JSON of another shape.
  }
  throw refuse('the headers are no pairs of name and value')
}
