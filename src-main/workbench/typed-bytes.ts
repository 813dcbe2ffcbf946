import type { ParsedOf } from '../contract/contract.ts'
import { badInput } from './failures.ts'

export interface Typed {
  readonly encoding: NonNullable<ParsedOf<'records.produce'>['key']>['encoding']
  readonly text: string
}

/** What a person typed, as bytes; null stays null (no key, a tombstone). `where` names the field in a refusal. */
export function typedBytes(typed: Typed | null, where: string): Uint8Array | null {
  if (typed === null) return null
  if (typed.encoding === 'hex') return hexBytes(typed.text, where)
  if (typed.encoding === 'base64') return base64Bytes(typed.text, where)
  if (typed.encoding === 'json') checkJson(typed.text, where)
  return new TextEncoder().encode(typed.text)
}

/** JSON is checked, then sent as it was typed: its layout and its numbers belong to the person. */
function checkJson(text: string, where: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    throw badInput(`${where} is not JSON: ${(error as Error).message}`, 'Correct it, or send it as text.')
  }
}

function hexBytes(text: string, where: string): Uint8Array {
  const digits = text.replace(/0x|[\s:,-]/gi, '')
  if (digits.length % 2 !== 0 || /[^0-9a-f]/i.test(digits)) throw badInput(`${where} is not hex: pairs of 0-9 and a-f are`)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

function base64Bytes(text: string, where: string): Uint8Array {
  const compact = text.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(compact) || compact.replace(/=+$/, '').length % 4 === 1)
    throw badInput(`${where} is not Base64`)
  return Uint8Array.from(Buffer.from(compact, 'base64'))
}
