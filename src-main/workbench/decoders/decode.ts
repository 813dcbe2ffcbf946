import { detailCharsMax, previewCharsMax } from '../../contract/limits.ts'
import type { DecodedPart, DecoderName, Preview } from '../../contract/views/records.ts'
import { avroContainer } from './avro.ts'
import { float64, hex, int32, int64, uuid } from './binary.ts'
import { cbor } from './cbor.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { json } from './json.ts'
import { messagePack } from './message-pack.ts'
import type { PartPlaces } from './places/field-places.ts'
import { jsonPlaces } from './places/json-places.ts'
import { placedBytesMax } from './places/place-node.ts'
import { protobufTree } from './protobuf-tree.ts'
import { text, xml } from './text.ts'

/** One that was chosen: by its name, or itself. */
export type DecoderChoice = DecoderName | 'auto' | Decoder

/** The first that recognises the bytes is chosen; hex recognises all. */
const inOrder: readonly Decoder[] = [
  json,
  xml,
  text,
  avroContainer,
  cbor,
  messagePack,
  uuid,
  int32,
  int64,
  float64,
  protobufTree,
  hex,
]
const byName = new Map<string, Decoder>(inOrder.map(decoder => [decoder.name, decoder]))

/** What a row looks at: enough for its characters even in hex, and for recognising. */
const previewBytes = 2_048
/** Binary formats are only understood whole: so much is decoded for a row. */
const wholePreviewBytes = 65_536

/** `extra`: decoders that only this reader has, tried before the others. */
export function previewOf(bytes: Uint8Array, choice: DecoderChoice, extra: readonly Decoder[] = []): Preview {
  if (bytes.length === 0) return { text: '', truncated: false, decoder: 'empty', reason: 'no bytes', sizeBytes: 0 }
  const { head, isWhole, decoder, reason } = chooseForRow(bytes, choice, extra)
  const { text, shown, problem } = previewText(decoder, head, isWhole)
  const truncated = !isWhole || text.length > previewCharsMax
  return {
    text: cut(text, previewCharsMax),
    truncated,
    decoder: shown.name,
    reason: problem ?? reason,
    sizeBytes: bytes.length,
  }
}

/** By the first bytes where these are text; everything else needs its whole. */
function chooseForRow(bytes: Uint8Array, choice: DecoderChoice, extra: readonly Decoder[]) {
  const isSmall = bytes.length <= previewBytes
  const start = isSmall ? bytes : bytes.subarray(0, previewBytes)
  const first = { head: start, isWhole: isSmall, ...choose(start, isSmall, choice, extra) }
  const isText = ['json', 'xml', 'text'].includes(first.decoder.name)
  if (isSmall || isText || bytes.length > wholePreviewBytes) return first
  return { head: bytes, isWhole: true, ...choose(bytes, true, choice, extra) }
}

/** The whole of it, laid out. `text` is cut to `detailCharsMax`; `decodedText` has the rest. */
export function decodePart(bytes: Uint8Array, choice: DecoderChoice, extra: readonly Decoder[] = []): DecodedPart {
  const sizeBytes = bytes.length
  const alternatives = alternativesFor(bytes, extra)
  if (sizeBytes === 0)
    return {
      decoder: 'empty',
      reason: 'no bytes',
      sizeBytes,
      text: '',
      truncated: false,
      language: 'plaintext',
      failure: null,
      alternatives,
    }
  const { decoder, reason } = choose(bytes, true, choice, extra)
  const facts = { decoder: decoder.name, reason, sizeBytes, language: decoder.language, alternatives }
  try {
    const text = contained(decoder, () => decoder.decodeStart?.(bytes, detailCharsMax + 1) ?? decoder.decode(bytes))
    return { ...facts, text: cut(text, detailCharsMax), truncated: text.length > detailCharsMax, failure: null }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { ...facts, text: null, truncated: false, failure: error.message }
  }
}

/** All of the text. Throws DecodeError. */
export function decodedText(bytes: Uint8Array, choice: DecoderChoice, extra: readonly Decoder[] = []): string {
  if (bytes.length === 0) return ''
  const { decoder } = choose(bytes, true, choice, extra)
  return contained(decoder, () => decoder.decode(bytes))
}

/** All of the text without layout. Throws DecodeError. */
export function compactText(bytes: Uint8Array, choice: DecoderChoice, extra: readonly Decoder[] = []): string {
  if (bytes.length === 0) return ''
  const { decoder } = choose(bytes, true, choice, extra)
  return contained(decoder, () => (decoder.compact ?? decoder.decode)(bytes))
}

/** What is shown and where it lies in the bytes; a text: why that cannot be told. Throws DecodeError. */
export function partPlaces(bytes: Uint8Array, choice: DecoderChoice, extra: readonly Decoder[] = []): PartPlaces | string {
  if (bytes.length === 0) return 'there are no bytes'
  if (bytes.length > placedBytesMax) return `fields are not looked for in more than ${placedBytesMax / 1_048_576} MiB`
  const { decoder } = choose(bytes, true, choice, extra)
  const sent = contained(decoder, () => decoder.places?.(bytes))
  const shown = sent === undefined ? undefined : jsonPlaces(contained(decoder, () => decoder.decode(bytes)))
  if (sent !== undefined && shown !== undefined) return { characters: shown, bytes: sent, skipped: 0 }
  return decoder.language === 'json' ? 'its fields have no bytes of their own: they are packed' : 'it has no fields'
}

/** The one that the automatic choice takes. */
export const decoderOf = (bytes: Uint8Array, extra: readonly Decoder[] = []): DecoderName =>
  bytes.length === 0 ? 'empty' : chooseForRow(bytes, 'auto', extra).decoder.name

function choose(
  bytes: Uint8Array,
  isWhole: boolean,
  choice: DecoderChoice,
  extra: readonly Decoder[],
): { decoder: Decoder; reason: string } {
  const chosen = typeof choice === 'object' ? choice : (extra.find(decoder => decoder.name === choice) ?? byName.get(choice))
  if (chosen !== undefined) return { decoder: chosen, reason: 'chosen for this topic' }
  for (const decoder of [...extra, ...inOrder]) {
    const reason = recognisedBy(decoder, bytes, isWhole)
    if (reason !== undefined) return { decoder, reason }
  }
  return { decoder: hex, reason: 'bytes that are no text' }
}

/** A mistake of a decoder's own is told of the record at hand, like bytes that are something else: the other records are read. */
function contained<T>(decoder: Decoder, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof DecodeError ? error : new DecodeError(failureOf(decoder, error))
  }
}

const failureOf = ({ name }: Decoder, error: unknown): string =>
  `the decoder ${name} failed on these bytes: ${error instanceof Error ? error.message : String(error)}`

/** One that fails on the question does not know the bytes; the next is asked. */
function recognisedBy(decoder: Decoder, bytes: Uint8Array, isWhole: boolean): string | undefined {
  try {
    return decoder.recognise(bytes, isWhole)
  } catch {
    return undefined
  }
}

interface PreviewText {
  readonly text: string
  readonly shown: Decoder
  readonly problem: string | undefined
}

/** A decoder that does not fit, or fails, is replaced by hex: a row always shows something. */
function previewText(decoder: Decoder, head: Uint8Array, isWhole: boolean): PreviewText {
  try {
    return { text: decoder.preview(head, isWhole), shown: decoder, problem: undefined }
  } catch (error) {
    const problem = error instanceof DecodeError ? 'not of the chosen format' : failureOf(decoder, error)
    return { text: hex.preview(head, isWhole), shown: hex, problem }
  }
}

function alternativesFor(bytes: Uint8Array, extra: readonly Decoder[]): DecoderName[] {
  const sized = new Map<number, DecoderName[]>([
    [4, ['int32']],
    [8, ['int64', 'float64']],
    [16, ['uuid']],
  ])
  const own = extra.map(decoder => decoder.name)
  return [
    ...new Set<DecoderName>([
      ...own,
      'json',
      'text',
      'xml',
      'msgpack',
      'cbor',
      'avro',
      'protobuf',
      'hex',
      ...(sized.get(bytes.length) ?? []),
    ]),
  ]
}

/** Not in the middle of a character of two code units. */
function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text
  const last = text.charCodeAt(charsMax - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? charsMax - 1 : charsMax)
}
