import { WireFormatError } from './wire-format-error.ts'

/** 16 bytes as text: 22 characters of unpadded URL-safe base64 (WIRE-05), the form in which Kafka's tools print ids. */
export const zeroUuid = 'AAAAAAAAAAAAAAAAAAAAAA'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const digitOf = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) digitOf[alphabet.charCodeAt(i)] = i

/** The text of the 16 bytes at `position`. */
export function uuidText(bytes: Uint8Array, position: number): string {
  let text = ''
  for (let i = position; i < position + 15; i += 3) {
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] as number) << 8) | (bytes[i + 2] as number)
    text += alphabet.charAt(group >> 18)
    text += alphabet.charAt((group >> 12) & 63)
    text += alphabet.charAt((group >> 6) & 63)
    text += alphabet.charAt(group & 63)
  }
  const last = bytes[position + 15] as number
  return text + alphabet.charAt(last >> 2) + alphabet.charAt((last & 3) << 4)
}

/** Writes the 16 bytes of `text` at `position`. Throws WireFormatError when it is no such text. */
export function putUuid(bytes: Uint8Array, position: number, text: string): void {
  if (text.length !== 22) throw new WireFormatError(`not a uuid: ${text}`)
  for (let i = 0; i < 5; i++) {
    const group =
      (digit(text, i * 4) << 18) | (digit(text, i * 4 + 1) << 12) | (digit(text, i * 4 + 2) << 6) | digit(text, i * 4 + 3)
    bytes[position + i * 3] = group >> 16
    bytes[position + i * 3 + 1] = group >> 8
    bytes[position + i * 3 + 2] = group
  }
  const tail = digit(text, 21)
  if ((tail & 15) !== 0) throw new WireFormatError(`not a uuid: ${text}`)
  bytes[position + 15] = (digit(text, 20) << 2) | (tail >> 4)
}

function digit(text: string, index: number): number {
  const value = digitOf[text.charCodeAt(index)] ?? -1
  if (value < 0) throw new WireFormatError(`not a uuid: ${text}`)
  return value
}

/** Makes 16 bytes (of the `Random` port) a uuid of version 4 that is neither zero nor begins with `-`, as Kafka's random ids. */
export function uuidFromRandom(random: Uint8Array): string {
  const bytes = random.slice(0, 16)
  if (bytes.length !== 16) throw new WireFormatError(`a uuid needs 16 bytes, not ${bytes.length}`)
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  // `-` is digit 62, the first six bits; a leading dash would look like an option on a command line.
  if ((bytes[0] as number) >> 2 === 62) bytes[0] = (bytes[0] as number) & 0x7f
  return uuidText(bytes, 0)
}
