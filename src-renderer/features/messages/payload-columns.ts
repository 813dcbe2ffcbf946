import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { pathsOf, sampleOf } from './scan/sample-fields.ts'

/** Paths offered from one row. */
const pathsMax = 24

/** What of a row can become a column: the fields of its JSON value (as far as the preview goes), and its headers. */
export function columnPaths(row: RecordRow): string[] {
  const { value } = row
  const sample = value === null ? undefined : sampleOf(value.text, value.truncated)
  const headers = row.headers.map(header => `header:${header.name}`)
  return [...new Set([...(sample === undefined ? [] : pathsOf(sample)), ...headers])].slice(0, pathsMax)
}

type Level =
  | { readonly kind: 'object'; readonly path: string; name: string | null }
  | { readonly kind: 'array'; readonly path: string; index: number }

const token = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g
const plainName = /^[A-Za-z_$][\w$]*$/

/**
 * The path of the field that stands at a place of a JSON text, of which the end may be missing: of the innermost value there, or of
 * the field whose name is there. Undefined outside of any field.
 */
export function pathAt(text: string, at: number): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined
  const open: Level[] = []
  let found: string | undefined
  for (const match of text.matchAll(token)) {
    const [word] = match
    if (match.index > at) return found
    const level = open.at(-1)
    if (word === '{') open.push({ kind: 'object', path: pathIn(level), name: null })
    else if (word === '[') open.push({ kind: 'array', path: pathIn(level), index: 0 })
    else if (word === '}' || word === ']') open.pop()
    else if (word === ',' && level !== undefined) step(level)
    else if (level?.kind === 'object' && level.name === null) level.name = nameOf(word)
    found = pathIn(open.at(-1)) || undefined
  }
  return found
}

function step(level: Level): void {
  if (level.kind === 'array') level.index += 1
  else level.name = null
}

function nameOf(word: string): string {
  try {
    return String(JSON.parse(word))
  } catch {
    return ''
  }
}

function pathIn(level: Level | undefined): string {
  if (level === undefined) return ''
  if (level.kind === 'array') return `${level.path}[${level.index}]`
  const { path, name } = level
  if (name === null || name === '') return path
  if (!plainName.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}
