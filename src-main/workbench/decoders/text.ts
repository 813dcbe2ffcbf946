import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'

const strict = new TextDecoder('utf-8', { fatal: true })
const lenient = new TextDecoder('utf-8')

export const text: Decoder = {
  name: 'text',
  language: 'plaintext',
  recognise(bytes, isWhole) {
    const characters = readText(bytes, isWhole)
    return characters === undefined || hasControls(characters) ? undefined : 'readable UTF-8'
  },
  decode(bytes) {
    const characters = readText(bytes, true)
    if (characters === undefined) throw new DecodeError('not UTF-8')
    return characters
  },
  preview: (bytes, isWhole) => oneLine(readText(bytes, isWhole) ?? lenient.decode(bytes)),
}

export const xml: Decoder = {
  name: 'xml',
  language: 'xml',
  recognise(bytes, isWhole) {
    const characters = readText(bytes, isWhole)?.trimStart()
    return characters !== undefined && /^<(\?xml|!DOCTYPE|!--|[A-Za-z_][\w:.-]*[\s/>])/.test(characters)
      ? 'starts with <'
      : undefined
  },
  decode: text.decode,
  preview: text.preview,
}

/** UTF-8, or undefined when it is not. A character cut at the end of a part is left out. */
export function readText(bytes: Uint8Array, isWhole: boolean): string | undefined {
  for (let cut = 0; cut <= (isWhole ? 0 : 3); cut += 1) {
    try {
      return strict.decode(bytes.subarray(0, bytes.length - cut))
    } catch {
      // Perhaps only the last character is cut.
    }
  }
  return undefined
}

/** Line breaks and tabs become spaces, runs of them one. */
export const oneLine = (characters: string): string => characters.replace(/\s+/g, ' ').trim()

function hasControls(characters: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]/.test(characters)
}
