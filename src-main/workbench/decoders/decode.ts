import { detailCharsMax, previewCharsMax } from '../../contract/limits.ts'
import type { DecodedPart, DecoderName, Preview } from '../../contract/views/records.ts'
import { float64, hex, int32, int64, uuid } from './binary.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { json } from './json.ts'
import { text, xml } from './text.ts'

export type DecoderChoice = DecoderName | 'auto'

/** The first that recognises the bytes is chosen; hex recognises all. */
const inOrder: readonly Decoder[] = [json, xml, text, uuid, int32, int64, float64, hex]
const byName = new Map<string, Decoder>(inOrder.map(decoder => [decoder.name, decoder]))

/** What a row looks at: enough for its characters even in hex, and for recognising. */
const previewBytes = 2_048

export function previewOf(bytes: Uint8Array, choice: DecoderChoice): Preview {
  const isWhole = bytes.length <= previewBytes
  const head = isWhole ? bytes : bytes.subarray(0, previewBytes)
  if (bytes.length === 0) return { text: '', truncated: false, decoder: 'empty', reason: 'no bytes', sizeBytes: 0 }
  const { decoder, reason } = choose(head, isWhole, choice)
  const { text, shown } = previewText(decoder, head, isWhole)
  const truncated = !isWhole || text.length > previewCharsMax
  return {
    text: cut(text, previewCharsMax),
    truncated,
    decoder: shown.name,
    reason: shown === decoder ? reason : 'not of the chosen format',
    sizeBytes: bytes.length,
  }
}

/** The whole of it, laid out. `text` is cut to `detailCharsMax`; `decodedText` has the rest. */
export function decodePart(bytes: Uint8Array, choice: DecoderChoice): DecodedPart {
  const sizeBytes = bytes.length
  const alternatives = alternativesFor(bytes)
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
  const { decoder, reason } = choose(bytes, true, choice)
  const facts = { decoder: decoder.name, reason, sizeBytes, language: decoder.language, alternatives }
  try {
    const text = decoder.decode(bytes)
    return { ...facts, text: cut(text, detailCharsMax), truncated: text.length > detailCharsMax, failure: null }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { ...facts, text: null, truncated: false, failure: error.message }
  }
}

/** All of the text. Throws DecodeError. */
export function decodedText(bytes: Uint8Array, choice: DecoderChoice): string {
  return bytes.length === 0 ? '' : choose(bytes, true, choice).decoder.decode(bytes)
}

/** The one that the automatic choice takes. */
export const decoderOf = (bytes: Uint8Array): DecoderName =>
  bytes.length === 0 ? 'empty' : choose(bytes.subarray(0, previewBytes), bytes.length <= previewBytes, 'auto').decoder.name

function choose(bytes: Uint8Array, isWhole: boolean, choice: DecoderChoice): { decoder: Decoder; reason: string } {
  const chosen = byName.get(choice)
  if (chosen !== undefined) return { decoder: chosen, reason: 'chosen for this topic' }
  for (const decoder of inOrder) {
    const reason = decoder.recognise(bytes, isWhole)
    if (reason !== undefined) return { decoder, reason }
  }
  return { decoder: hex, reason: 'bytes that are no text' }
}

/** A chosen decoder that does not fit is replaced by hex: a row always shows something. */
function previewText(decoder: Decoder, head: Uint8Array, isWhole: boolean): { text: string; shown: Decoder } {
  try {
    return { text: decoder.preview(head, isWhole), shown: decoder }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { text: hex.preview(head, isWhole), shown: hex }
  }
}

function alternativesFor(bytes: Uint8Array): DecoderName[] {
  const sized = new Map<number, DecoderName[]>([
    [4, ['int32']],
    [8, ['int64', 'float64']],
    [16, ['uuid']],
  ])
  return ['json', 'text', 'xml', 'hex', ...(sized.get(bytes.length) ?? [])]
}

/** Not in the middle of a character of two code units. */
function cut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text
  const last = text.charCodeAt(charsMax - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? charsMax - 1 : charsMax)
}
