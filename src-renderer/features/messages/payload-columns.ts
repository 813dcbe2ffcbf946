import type { RecordRow } from '../../../src-main/contract/views/records.ts'

/** Paths offered from one row. */
const pathsMax = 24
const depthMax = 3

/** What of a row can become a column: the fields of its JSON value (as far as the preview shows them whole), and its headers. */
export function columnPaths(row: RecordRow): string[] {
  const headers = row.headers.map(header => `header:${header.name}`)
  return [...valuePaths(row.value?.truncated === true ? null : (row.value?.text ?? null)), ...new Set(headers)].slice(0, pathsMax)
}

function valuePaths(text: string | null): string[] {
  if (text === null || !/^\s*[{[]/.test(text)) return []
  try {
    return pathsOf(JSON.parse(text), '', 0)
  } catch {
    return []
  }
}

const plainName = /^[A-Za-z_$][\w$]*$/

function pathsOf(value: unknown, path: string, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth >= depthMax) return path === '' ? [] : [path]
  return Object.entries(value).flatMap(([name, inner]) => {
    if (Array.isArray(value)) return name === '0' ? pathsOf(inner, `${path}[0]`, depth + 1) : []
    const step = plainName.test(name) ? (path === '' ? name : `.${name}`) : `[${JSON.stringify(name)}]`
    return pathsOf(inner, `${path}${step}`, depth + 1)
  })
}
