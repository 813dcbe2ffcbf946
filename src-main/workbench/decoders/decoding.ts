import { TextDecoder } from 'node:util'
import type { ParsedOf } from '../../contract/contract.ts'
import type { DecodedPart, Preview } from '../../contract/views/records.ts'
import { isChain, parseChain, stepsInWords, unfold } from './chain.ts'
import { compactText, decodePart, decodedText, decoderOf, partPlaces, previewOf } from './decode.ts'
import type { DecoderChoice } from './decode.ts'
import { hex } from './binary.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { internalDecoder, isInternalTopic } from './internal-topics.ts'
import type { LocalSchemas } from './local-schemas.ts'
import type { PartPlaces } from './places/field-places.ts'
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
  /** Which bytes each of its fields is; a text: why that cannot be told. Throws DecodeError. */
  places(part: Part, bytes: Uint8Array, key?: Uint8Array | null): PartPlaces | string
  /** The same without layout: JSON stays as it is written. Throws DecodeError. */
  compact(part: Part, bytes: Uint8Array, key?: Uint8Array | null): string
  /** True when the text of the bytes is something else than their characters. */
  isBinary(part: Part, bytes: Uint8Array): boolean
  /** True when there is nothing better than hex for the bytes. */
  isUnreadable(part: Part, bytes: Uint8Array, key?: Uint8Array | null): boolean
}

/** What a person chose for keys or values of a topic. */
export type ChosenDecoder = ParsedOf<'records.open'>['valueDecoder']

export interface DecodingChoice extends SchemaSources {
  readonly topic: string
  readonly key: ChosenDecoder
  readonly value: ChosenDecoder
}

export interface SchemaSources {
  /** Of the connection's registry. */
  readonly schemas?: Schemas | undefined
  /** Of the schema folder. */
  readonly local?: LocalSchemas | undefined
}

/** A row shows little: larger values are not unfolded for it, and not to more than this. */
const rowBytesMax = 262_144
const rowUnfoldedBytesMax = 1_048_576

export function newDecoding(choice: DecodingChoice): Decoding {
  const readers = { key: partReader(choice, 'key'), value: partReader(choice, 'value'), header: partReader(choice, 'header') }
  const { schemas } = choice
  return {
    needsSchemas: schemas !== undefined,
    async prepare(parts) {
      if (schemas === undefined) return
      const ids = new Set<number>()
      for (const bytes of parts)
        for (const reader of [readers.key, readers.value]) {
          const id = reader.framedId(bytes)
          if (id !== undefined) ids.add(id)
        }
      await schemas.load(ids)
    },
    preview: (part, bytes, key) => readers[part].preview(bytes, key),
    whole: (part, bytes, key) => readers[part].whole(bytes, key),
    text: (part, bytes, key) => readers[part].text(bytes, key),
    places: (part, bytes, key) => readers[part].places(bytes, key),
    compact: (part, bytes, key) => readers[part].compact(bytes, key),
    isBinary: (part, bytes) => readers[part].isBinary(bytes),
    isUnreadable: (part, bytes, key) => readers[part].isUnreadable(bytes, key),
  }
}

type Key = Uint8Array | null | undefined

interface PartReader {
  framedId(bytes: Uint8Array): number | undefined
  preview(bytes: Uint8Array, key: Key): Preview
  whole(bytes: Uint8Array, key: Key): DecodedPart
  text(bytes: Uint8Array, key: Key): string
  places(bytes: Uint8Array, key: Key): PartPlaces | string
  compact(bytes: Uint8Array, key: Key): string
  isBinary(bytes: Uint8Array): boolean
  isUnreadable(bytes: Uint8Array, key: Key): boolean
}

function partReader(choice: DecodingChoice, part: Part): PartReader {
  const chosen = part === 'header' ? 'auto' : choice[part]
  if (!isChain(chosen)) return plainReader(choice, part, chosen)
  const { steps, last } = parseChain<Exclude<ChosenDecoder, `${string}>${string}`>>(chosen)
  return chainedReader(plainReader(choice, part, last), steps)
}

function plainReader(choice: DecodingChoice, part: Part, chosen: Exclude<ChosenDecoder, `${string}>${string}`>): PartReader {
  const of = (): DecoderChoice => (isSchema(chosen) ? namedSchema(choice.local, chosen.slice('schema:'.length)) : chosen)
  const extra = (bytes: Uint8Array, key: Key) => extraDecoders(choice, part, bytes, key)
  const hasOwnSchema = () => part !== 'header' && choice.local?.ofTopic(choice.topic, part) !== undefined
  const isInternal = isInternalTopic(choice.topic)
  const isText = (bytes: Uint8Array) => !isInternal && !(chosen === 'auto' && hasOwnSchema()) && isCharacters(bytes, of())
  return {
    framedId: framedSchemaId,
    preview: (bytes, key) => previewOf(bytes, of(), extra(bytes, key)),
    whole: (bytes, key) => decodePart(bytes, of(), extra(bytes, key)),
    text: (bytes, key) => decodedText(bytes, of(), extra(bytes, key)),
    places: (bytes, key) => partPlaces(bytes, of(), extra(bytes, key)),
    compact: (bytes, key) => (isText(bytes) ? utf8.decode(bytes) : compactText(bytes, of(), extra(bytes, key))),
    isBinary: bytes => !isText(bytes),
    isUnreadable(bytes, key) {
      if (isText(bytes)) return false
      const decoder = of()
      return (decoder === 'auto' ? decoderOf(bytes, extra(bytes, key)) : decoder) === 'hex'
    },
  }
}

/** Reads what lies behind the steps. A row whose bytes do not take them shows hex, and says at which step it ended. */
function chainedReader(inner: PartReader, steps: readonly string[]): PartReader {
  const words = stepsInWords(steps)
  const said = <T extends { readonly reason: string }>(of: T, sizeBytes: number): T => ({
    ...of,
    reason: `${words} → ${of.reason}`,
    sizeBytes,
  })
  return {
    framedId: bytes => ifUnfolded(bytes, steps, rowUnfoldedBytesMax, inner.framedId),
    preview(bytes, key) {
      try {
        if (bytes.length > rowBytesMax) throw new DecodeError('too large to be unfolded for a row')
        return said(inner.preview(unfold(bytes, steps, rowUnfoldedBytesMax), key), bytes.length)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        return { ...previewOf(bytes, 'hex'), reason: error.message }
      }
    },
    whole(bytes, key) {
      try {
        return said(inner.whole(unfold(bytes, steps), key), bytes.length)
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        return {
          ...decodePart(bytes, 'hex'),
          reason: `${words}: not to the end`,
          text: null,
          truncated: false,
          failure: error.message,
        }
      }
    },
    text: (bytes, key) => inner.text(unfold(bytes, steps), key),
    places(bytes, key) {
      const packing = steps.find(step => !step.startsWith('skip-'))
      if (packing !== undefined) return `its fields have no bytes of their own here: they lie behind ${packing}`
      const inside = unfold(bytes, steps)
      const places = inner.places(inside, key)
      return typeof places === 'string' ? places : { ...places, skipped: bytes.length - inside.length }
    },
    compact: (bytes, key) => inner.compact(unfold(bytes, steps), key),
    isBinary: () => true,
    isUnreadable: (bytes, key) => ifUnfolded(bytes, steps, undefined, inside => inner.isUnreadable(inside, key)) ?? true,
  }
}

function ifUnfolded<T>(
  bytes: Uint8Array,
  steps: readonly string[],
  bytesMax: number | undefined,
  then: (inside: Uint8Array) => T,
): T | undefined {
  try {
    return then(unfold(bytes, steps, bytesMax))
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

const isSchema = (chosen: string): chosen is `schema:${string}` => chosen.startsWith('schema:')

/** One that is not there, or not any more, says so wherever its text is wanted. */
function namedSchema(local: LocalSchemas | undefined, name: string): Decoder {
  const found = local?.named(name)
  if (found !== undefined) return found
  const missing = () => {
    throw new DecodeError(`there is no schema ${name} in the schema folder`)
  }
  return { name: 'hex', language: hex.language, recognise: () => undefined, decode: missing, preview: missing }
}

const none: readonly Decoder[] = []

function extraDecoders({ topic, schemas, local }: DecodingChoice, part: Part, bytes: Uint8Array, key: Key): readonly Decoder[] {
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
  const framed = id === undefined || found === undefined ? undefined : safely(id, found)
  const own = local?.ofFingerprint(bytes) ?? local?.ofTopic(topic, part)
  if (framed === undefined && own === undefined) return none
  return [framed, own].filter(decoder => decoder !== undefined)
}

/** A schema that cannot be understood is a reason to show, like one that cannot be had. */
function safely(id: number, found: Parameters<typeof framedDecoder>[1]): Decoder {
  try {
    return framedDecoder(id, found)
  } catch (error) {
    return framedDecoder(id, error as Error)
  }
}

/** A byte order mark is part of the bytes, so it is part of their text. */
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

const ofCharacters: ReadonlySet<DecoderChoice> = new Set<DecoderChoice>(['text', 'json', 'xml', 'empty'])

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
