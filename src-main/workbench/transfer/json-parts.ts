/**
 * The fields of an object on one line, each with the very characters of its value. Throws for text that is no JSON object; the last of
 * equal names wins, as in JSON.parse.
 */
export function jsonParts(line: string): Map<string, string> {
  const value: unknown = JSON.parse(line)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no JSON object')
  const parts = new Map<string, string>()
  let depth = 0
  let name: string | undefined
  let from = -1
  for (const match of line.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    const [token] = match
    const at = match.index
    if (token === '{' || token === '[') depth += 1
    else if (token === '}' || token === ']') depth -= 1
    else if (depth === 1 && token === ':' && from === -1) from = at + 1
    else if (depth === 1 && name === undefined && token.startsWith('"')) name = JSON.parse(token) as string
    const isEnd = (depth === 1 && token === ',') || (depth === 0 && token === '}')
    if (!isEnd || name === undefined) continue
    parts.set(name, line.slice(from, at).trim())
    name = undefined
    from = -1
  }
  return parts
}
