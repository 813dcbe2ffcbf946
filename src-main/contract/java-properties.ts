/**
 * The text of a `.properties` file by Java's rules: `=`, `:` or blanks between name and value, `#` and `!` start comments, a backslash
 * at the end continues the line, `\t \n \r \f \uXXXX` escape. The last of equal names wins.
 */
export function parseJavaProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>()
  for (const line of logicalLines(text)) {
    const { name, value } = splitLine(line)
    properties.set(unescaped(name), unescaped(value))
  }
  return properties
}

function logicalLines(text: string): string[] {
  const lines: string[] = []
  let open: string | undefined
  for (const natural of text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)) {
    const trimmed = natural.replace(/^[ \t\f]+/, '')
    if (open === undefined && (trimmed === '' || /^[#!]/.test(trimmed))) continue
    const isContinued = /(^|[^\\])(\\\\)*\\$/.test(trimmed)
    const line: string = (open ?? '') + (isContinued ? trimmed.slice(0, -1) : trimmed)
    if (!isContinued) lines.push(line)
    open = isContinued ? line : undefined
  }
  if (open !== undefined) lines.push(open)
  return lines
}

function splitLine(line: string): { name: string; value: string } {
  let at = 0
  while (at < line.length && !/[=: \t\f]/.test(line[at] as string)) at += line[at] === '\\' ? 2 : 1
  const name = line.slice(0, at)
  const value = line.slice(at).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '')
  return { name, value }
}

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f' }

const unescaped = (text: string): string =>
  text.replace(/\\(?:u([0-9A-Fa-f]{4})|(.))/gs, (_all, hex: string | undefined, character: string | undefined) =>
    hex === undefined ? (escapes[character as string] ?? (character as string)) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
