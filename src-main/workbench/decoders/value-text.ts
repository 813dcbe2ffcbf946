/**
 * Decoded values as JSON text without layout. What JSON has no form for is written so that nothing is lost: integers of any size keep
 * their digits, bytes become `"0x…"`, times ISO text, NaN and infinities text. Throws RangeError for nesting beyond `depthMax`.
 */
export function valueText(value: unknown, depth = 0): string {
  if (depth > depthMax) throw new RangeError('nested too deep')
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'bigint':
      return value.toString()
    case 'number':
      return Number.isFinite(value) ? (Object.is(value, -0) ? '-0.0' : String(value)) : JSON.stringify(String(value))
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? 'null' : objectText(value, depth)
    default:
      return 'null'
  }
}

const depthMax = 500

function objectText(value: object, depth: number): string {
  if (value instanceof Uint8Array) return JSON.stringify(`0x${Buffer.from(value).toString('hex')}`)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'null' : JSON.stringify(value.toISOString())
  if (Array.isArray(value)) return `[${value.map(element => valueText(element, depth + 1)).join(',')}]`
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  return `{${entries.map(([key, field]) => `${keyText(key, depth)}:${valueText(field, depth + 1)}`).join(',')}}`
}

/** A key that is no text is shown by its own JSON. */
const keyText = (key: unknown, depth: number): string => JSON.stringify(typeof key === 'string' ? key : valueText(key, depth + 1))
