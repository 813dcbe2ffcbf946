import type { DecodedPart, Preview } from '../../contract/views/records.ts'
import { decodePart, decodedText, previewOf } from './decode.ts'
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
  }
}
