import { compares } from './json-path.ts'
import type { PathOperator } from './json-path.ts'

/** JSON and JavaScript numbers, written out. */
const number = /^\s*(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?\s*$/
/** Beyond it nobody wants every digit; the nearest number decides. */
const exponentMax = 400

/** True when a number may have lost digits on its way from text. */
export const mayBeInexact = (value: unknown): boolean =>
  typeof value === 'number' && (Number.isInteger(value) ? !Number.isSafeInteger(value) : String(value).length > 16)

/** True when a text holds digits that a number cannot keep. */
export function losesDigits(text: string): boolean {
  const match = number.exec(text)
  return match !== null && `${match[2]}${match[3] ?? ''}`.replace(/^0+/, '').length > 15
}

/** As `compares`, of a value by its very characters in JSON: numbers keep all their digits. */
export function comparesExactly(token: string, operator: PathOperator, operand: string): boolean {
  if (operator === 'contains') return (token.startsWith('"') ? String(JSON.parse(token)) : token).includes(operand)
  const order = decimalOrder(token, operand)
  if (order === undefined || operator === 'exists') return compares(JSON.parse(token), operator, operand)
  return compares(order, operator, '0')
}

/** Below zero, zero or above; undefined when one of them is no number that can be compared exactly. */
export function decimalOrder(left: string, right: string): number | undefined {
  const a = decimalOf(left)
  const b = decimalOf(right)
  if (a === undefined || b === undefined) return undefined
  const scale = Math.max(a.scale, b.scale)
  const difference = a.digits * 10n ** BigInt(scale - a.scale) - b.digits * 10n ** BigInt(scale - b.scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

function decimalOf(text: string): { readonly digits: bigint; readonly scale: number } | undefined {
  const match = number.exec(text)
  if (match === null) return undefined
  const [, sign, whole, fraction = '', exponent = '0'] = match
  const scale = fraction.length - Number(exponent)
  if (Math.abs(scale) > exponentMax || fraction.length > exponentMax) return undefined
  const digits = BigInt(`${sign}${whole}${fraction}`)
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale }
}
