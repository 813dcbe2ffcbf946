import type { DecodedPart, Preview } from '../../contract/views/records.ts'
import { compactText, decodePart, decodedText, decoderOf, previewOf } from './decode.ts'
import type { DecoderChoice } from './decode.ts'
import type { Decoder } from './decoder.ts'
import { internalDecoder, isInternalTopic } from './internal-topics.ts'
import { framedDecoder, framedSchemaId } from './schemas.ts'
import type { Schemas } from './schemas.ts'

/** Which bytes of a record. */
export type Part = 'key' | 'value' | 'header'

/** How one reader of one topic sees bytes. `key`: the record's, which says what values of internal topics are. */
export interface Decoding {
  /** False: `prepare` never has anything to load. */
  readonly needsSchemas: boolean
  /** Loads what decoding these bytes will need; what cannot be had is said by the decoder. */
  prepare(parts: Iterable<Uint8Array>): Promise<void>
  preview(part: Part, bytes: Uint8Array, key?: Uint8Array | null): Preview
  whole(part: Part, bytes: Uint8Array, key?: Uint8Array | null): DecodedPart
  /** All of the text. Throws DecodeError. */
  text(part: Part, bytes: Uint8Array, key?: Uint8Array | null): string
  /** The same without layout: JSON stays as it is written. Throws DecodeError. */
  compact(part: Part, bytes: Uint8Array, key?: Uint8Array | null): string
  /** True when the text of the bytes is something else than their characters. */
  isBinary(part: Part, bytes: Uint8Array): boolean
  /** True when there is nothing better than hex for the bytes. */
  isUnreadable(part: Part, bytes: Uint8Array, key?: Uint8Array | null): boolean
}

export interface DecodingChoice {
  readonly topic: string
  readonly key: DecoderChoice
  readonly value: DecoderChoice
  /** Of the connection's registry. */
  readonly schemas?: Schemas | undefined
}

export function newDecoding(choice: DecodingChoice): Decoding {
  const of = (part: Part): DecoderChoice => (part === 'header' ? 'auto' : choice[part])
  const extra = (part: Part, bytes: Uint8Array, key?: Uint8Array | null) => extraDecoders(choice, part, bytes, key)
  const isText = (part: Part, bytes: Uint8Array) => !isInternalTopic(choice.topic) && isCharacters(bytes, of(part))
  return {
    needsSchemas: choice.schemas !== undefined,
    async prepare(parts) {
      if (choice.schemas === undefined) return
      const ids = [...parts].map(framedSchemaId).filter(id => id !== undefined)
      await choice.schemas.load(ids)
    },
    preview: (part, bytes, key) => previewOf(bytes, of(part), extra(part, bytes, key)),
    whole: (part, bytes, key) => decodePart(bytes, of(part), extra(part, bytes, key)),
    text: (part, bytes, key) => decodedText(bytes, of(part), extra(part, bytes, key)),
    compact: (part, bytes, key) =>
      isText(part, bytes) ? utf8.decode(bytes) : compactText(bytes, of(part), extra(part, bytes, key)),
    isBinary: (part, bytes) => !isText(part, bytes),
    isUnreadable(part, bytes, key) {
      if (isText(part, bytes)) return false
      const chosen = of(part)
      return (chosen === 'auto' ? decoderOf(bytes, extra(part, bytes, key)) : chosen) === 'hex'
    },
  }
}

const none: readonly Decoder[] = []

function extraDecoders(
  { topic, schemas }: DecodingChoice,
  part: Part,
  bytes: Uint8Array,
  key?: Uint8Array | null,
): readonly Decoder[] {
  if (part === 'header') return none
  if (isInternalTopic(topic)) {
    const decoder =
      part === 'value' && (key === undefined || key === null)
        ? undefined
        : internalDecoder(topic, part === 'key' ? null : (key ?? null))
    return decoder === undefined ? none : [decoder]
  }
  const id = schemas === undefined ? undefined : framedSchemaId(bytes)
  const found = id === undefined ? undefined : schemas?.get(id)
  return id === undefined || found === undefined ? none : [safely(id, found)]
}

/** A schema that cannot be understood is a reason to show, like one that cannot be had. */
function safely(id: number, found: Parameters<typeof framedDecoder>[1]): Decoder {
  try {
    return framedDecoder(id, found)
  } catch (error) {
    return framedDecoder(id, error as Error)
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
