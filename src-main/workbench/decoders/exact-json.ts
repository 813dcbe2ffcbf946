import { randomBytes } from 'node:crypto'

const mark = `\u0000${randomBytes(12).toString('hex')}:`

/** JSON as values; integers that a number cannot hold exactly become bigints. Throws SyntaxError. */
export function parseExactly(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text)
  // Checked as it is, so that a failure names the right place.
  JSON.parse(text)
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs, token =>
    /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? JSON.stringify(`${mark}${token}`) : token,
  )
  return JSON.parse(marked, (_name, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  )
}
