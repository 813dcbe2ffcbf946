import type { DecoderName } from '../../contract/views/records.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { layOut } from './json.ts'
import type { PlaceNode } from './places/place-node.ts'

/** A decoder of a binary format whose values are shown as JSON. */
export function structuredDecoder(format: {
  readonly name: DecoderName
  /** Given whole bytes only. */
  readonly recognise: (bytes: Uint8Array) => string | undefined
  /** JSON without layout. May throw anything. */
  readonly read: (bytes: Uint8Array) => string
  /** Of whole bytes that were read. May throw anything. */
  readonly places?: (bytes: Uint8Array) => PlaceNode | undefined
}): Decoder {
  const compact = (bytes: Uint8Array): string => {
    try {
      return format.read(bytes)
    } catch (error) {
      throw error instanceof DecodeError ? error : new DecodeError(`not ${format.name}: ${(error as Error).message}`)
    }
  }
  return {
    name: format.name,
    language: 'json',
    recognise(bytes, isWhole) {
      if (!isWhole || bytes.length === 0) return undefined
      try {
        return format.recognise(bytes)
      } catch {
        return undefined
      }
    },
    decode: bytes => layOut(compact(bytes)),
    compact,
    places: bytes => format.places?.(bytes),
    preview(bytes, isWhole) {
      if (!isWhole) throw new DecodeError('cut off')
      return compact(bytes)
    },
  }
}
