/** What one record shows of the shape of all: for completion of expressions and paths. */

const fieldsMax = 200
const depthMax = 4

/** JSON text as a value, also when its end was cut off; undefined for what is no JSON. */
export function sampleOf(text: string, isCut: boolean): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined
  const whole = parsed(text)
  if (whole !== undefined || !isCut) return whole
  for (let end = text.length; end > 0; end = text.lastIndexOf(',', end - 1)) {
    const closed = parsed(text.slice(0, end) + closers(text.slice(0, end)))
    if (closed !== undefined) return closed
  }
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Brackets that are open at the end of a text. */
function closers(text: string): string {
  const open: string[] = []
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{') open.push('}')
    else if (token === '[') open.push(']')
    else if (token === '}' || token === ']') open.pop()
  }
  return open.toReversed().join('')
}

/** `total`, `items[0].sku`: every field that can be named, the outer ones first. */
export function pathsOf(sample: unknown): string[] {
  const paths: string[] = []
  let level: (readonly [string, unknown])[] = [['', sample]]
  for (let depth = 0; depth < depthMax && level.length > 0; depth += 1) {
    level = level.flatMap(([path, value]) => children(path, value))
    for (const [path] of level) if (paths.length < fieldsMax) paths.push(path)
  }
  return paths
}

/** Can stand behind a dot. */
const isPlain = (name: string): boolean => /^[A-Za-z_$][\w$]*$/.test(name)

function children(path: string, value: unknown): (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [[`${path}[0]`, value[0] as unknown]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([name, child]) => {
    if (!isPlain(name)) return [`${path}[${JSON.stringify(name)}]`, child] as const
    return [path === '' ? name : `${path}.${name}`, child] as const
  })
}

/** Fields of the thing that stands before a dot: those of `value.items[0]` for `… value.items[0].sk`. */
export function fieldsAfter(before: string, roots: Readonly<Record<string, unknown>>): string[] {
  const chain = /([A-Za-z_$][\w$]*)((?:\??\.[A-Za-z_$][\w$]*|\[\d+\])*)\??\.\w*$/.exec(before)
  if (chain === null) return []
  let value: unknown = roots[chain[1] ?? '']
  for (const [, name, index] of (chain[2] ?? '').matchAll(/\??\.([A-Za-z_$][\w$]*)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return []
    value = (value as Record<string, unknown>)[name ?? index ?? '']
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.keys(value).filter(isPlain).slice(0, fieldsMax)
    : []
}
