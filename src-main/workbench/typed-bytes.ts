import { encode as encodeMessagePack } from '@msgpack/msgpack'
import { encode as encodeCbor } from 'cborg'
import type { ParsedOf } from '../contract/contract.ts'
import { parseExactly } from './decoders/exact-json.ts'
import { badInput } from './failures.ts'
import type { Encode, PartEncoders } from './produce/part-encoders.ts'

export type Typed = NonNullable<ParsedOf<'records.produce'>['key']>

/** What a person typed, as bytes; null stays null (no key, a tombstone). `where` names the field in a refusal. */
export function typedBytes(typed: Typed | null, where: string, encoders?: PartEncoders): Uint8Array | null {
  if (typed === null) return null
  const { text } = typed
  switch (typed.encoding) {
    case 'hex':
      return hexBytes(text, where)
    case 'base64':
      return base64Bytes(text, where)
    case 'json':
      checkJson(text, where)
      return new TextEncoder().encode(text)
    case 'text':
      return new TextEncoder().encode(text)
    case 'int32':
      return numberBytes(4, wholeNumber(text, 32n, where), (view, value) => view.setInt32(0, Number(value)))
    case 'int64':
      return numberBytes(8, wholeNumber(text, 64n, where), (view, value) => view.setBigInt64(0, value))
    case 'float64':
      return float64Bytes(text, where)
    case 'uuid':
      return uuidBytes(text, where)
    case 'msgpack':
      return structured(text, where, value => encodeMessagePack(value, { useBigInt64: true }))
    case 'cbor':
      return structured(text, where, value => encodeCbor(value, { mapSorter: () => 0 }))
    case 'schema':
      return bySchema(
        typed.text,
        where,
        encoders?.encoder(schemaNameOf(typed)),
        `the schema folder has no schema ${schemaNameOf(typed)}`,
      )
    case 'registry':
      return bySchema(typed.text, where, encoders?.registered(typed.subject ?? ''), 'no subject is chosen')
  }
}

const schemaNameOf = ({ schema }: Typed): string => (schema ?? '').replace(/^schema:/, '')

function bySchema(text: string, where: string, encode: Encode | undefined, missing: string): Uint8Array {
  if (encode === undefined) throw badInput(`${where}: ${missing}`)
  checkJson(text, where)
  try {
    return encode(text)
  } catch (error) {
    throw badInput(`${where} is ${(error as Error).message}`)
  }
}

function wholeNumber(text: string, bits: bigint, where: string): bigint {
  if (!/^\s*-?\d{1,20}\s*$/.test(text)) throw badInput(`${where} is no whole number`)
  const value = BigInt(text.trim())
  if (BigInt.asIntN(Number(bits), value) !== value) throw badInput(`${where} does not fit into ${bits} bits`)
  return value
}

function numberBytes(size: 4 | 8, value: bigint, write: (view: DataView, value: bigint) => void): Uint8Array {
  const bytes = new Uint8Array(size)
  write(new DataView(bytes.buffer), value)
  return bytes
}

function float64Bytes(text: string, where: string): Uint8Array {
  const value = Number(text)
  if (text.trim() === '' || (Number.isNaN(value) && text.trim() !== 'NaN')) throw badInput(`${where} is no number`)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setFloat64(0, value)
  return bytes
}

function uuidBytes(text: string, where: string): Uint8Array {
  const digits = text.trim().replaceAll('-', '')
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw badInput(`${where} is no UUID: 32 hex digits are`)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

/** Of JSON; integers keep all their digits where the format has room for them. */
function structured(text: string, where: string, encode: (value: unknown) => Uint8Array): Uint8Array {
  checkJson(text, where)
  try {
    return encode(parseExactly(text))
  } catch (error) {
    throw badInput(`${where} cannot be encoded: ${(error as Error).message}`)
  }
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
