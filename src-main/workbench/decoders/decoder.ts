import type { DecoderName } from '../../contract/views/records.ts'
import type { PlaceNode } from './places/place-node.ts'

/** Turns the bytes of a key, value or header into text. Pure; none throws on hostile bytes except by DecodeError. */
export interface Decoder {
  readonly name: DecoderName
  /** Language of the text, as Monaco knows it. */
  readonly language: string
  /**
   * Why these bytes look like this format, or undefined. May be given only the first bytes of a longer value (`isWhole` false): then
   * it judges by what it sees.
   */
  recognise(bytes: Uint8Array, isWhole: boolean): string | undefined
  /** Laid out for reading. Throws DecodeError when the bytes are something else. */
  decode(bytes: Uint8Array): string
  /** The beginning of what `decode` gives, at least `charsMax` of it, where that costs less than all. Throws DecodeError. */
  decodeStart?(bytes: Uint8Array, charsMax: number): string
  /** The same without layout, where that is something else. Throws DecodeError. */
  compact?(bytes: Uint8Array): string
  /** Where the values of what it decodes to lie in the bytes; undefined: it cannot tell. Throws DecodeError. */
  places?(bytes: Uint8Array): PlaceNode | undefined
  /** One line for a table, of the first bytes only. */
  preview(bytes: Uint8Array, isWhole: boolean): string
}

/** The bytes are not of this format; `message` says where. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError'
}
