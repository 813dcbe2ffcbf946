import type { DecodedPart, Preview } from '../../contract/views/records.ts'
import { decodePart, decodedText, decoderOf, previewOf } from './decode.ts'
import type { DecoderChoice } from './decode.ts'

/** Which bytes of a record. */
export type Part = 'key' | 'value' | 'header'

/** How one reader of one topic sees bytes: the decoders chosen for it, and the schemas it may need. */
export interface Decoding {
  /** Loads what decoding these bytes will need; what cannot be had is said by the decoder. */
  prepare(parts: Iterable<Uint8Array>): Promise<void>
  preview(part: Part, bytes: Uint8Array): Preview
  whole(part: Part, bytes: Uint8Array): DecodedPart
  /** All of the text. Throws DecodeError. */
  text(part: Part, bytes: Uint8Array): string
  /** The same without layout: JSON stays as it is written. Throws DecodeError. */
  compact(part: Part, bytes: Uint8Array): string
  /** True when the text of the bytes is something else than their characters. */
  isBinary(part: Part, bytes: Uint8Array): boolean
  /** True when there is nothing better than hex for the bytes. */
  isUnreadable(part: Part, bytes: Uint8Array): boolean
}

export interface DecodingChoice {
  readonly topic: string
  readonly key: DecoderChoice
  readonly value: DecoderChoice
}

export function newDecoding(choice: DecodingChoice): Decoding {
  const of = (part: Part): DecoderChoice => (part === 'header' ? 'auto' : choice[part])
  return {
    prepare: () => Promise.resolve(),
    preview: (part, bytes) => previewOf(bytes, of(part)),
    whole: (part, bytes) => decodePart(bytes, of(part)),
    text: (part, bytes) => decodedText(bytes, of(part)),
    compact: (part, bytes) => (isCharacters(bytes, of(part)) ? utf8.decode(bytes) : decodedText(bytes, of(part))),
    isBinary: (part, bytes) => !isCharacters(bytes, of(part)),
    isUnreadable(part, bytes) {
      const chosen = of(part)
      return (chosen === 'auto' && !isCharacters(bytes, chosen) ? decoderOf(bytes) : chosen) === 'hex'
    },
  }
}

const utf8 = new TextDecoder('utf-8')

const ofCharacters: ReadonlySet<DecoderChoice> = new Set(['text', 'json', 'xml', 'empty'])

/** Judged by its first bytes when the choice is automatic: this is asked for every record of a scan. */
function isCharacters(bytes: Uint8Array, choice: DecoderChoice): boolean {
  if (choice !== 'auto') return ofCharacters.has(choice)
  const length = Math.min(bytes.length, 16)
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] as number
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return ofCharacters.has(decoderOf(bytes))
    if (byte >= 0x7f) return ofCharacters.has(decoderOf(bytes))
  }
  return true
}
