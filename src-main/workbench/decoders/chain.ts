import { gunzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import type { CompressionName } from '../../../broker-core/env/codec.ts'
import { nodeCompression } from '../../../broker-core/env/node/compression.ts'
import type { DecoderChain } from '../../contract/inputs/records.ts'
import { DecodeError } from './decoder.ts'

/** What one step may make: a few bytes can say that they unfold to gigabytes. */
export const unfoldedBytesMax = 67_108_864

export interface Chain<Last extends string> {
  readonly steps: readonly string[]
  readonly last: Last
}

export const isChain = (choice: string): choice is DecoderChain => choice.includes('>')

/** `base64>gunzip>json` as its steps and what decodes the end of them. */
export function parseChain<Last extends string>(choice: DecoderChain): Chain<Last> {
  const parts = choice.split('>')
  return { steps: parts.slice(0, -1), last: parts.at(-1) as Last }
}

/** `base64 → gunzip`. */
export const stepsInWords = (steps: readonly string[]): string => steps.join(' → ')

/** The bytes behind all steps, none of which makes more than `bytesMax`. Throws DecodeError that names the step. */
export function unfold(bytes: Uint8Array, steps: readonly string[], bytesMax = unfoldedBytesMax): Uint8Array {
  let at = bytes
  for (const step of steps) {
    try {
      at = doStep(at, step, bytesMax)
    } catch (error) {
      const isTooMuch = (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
      const reason = isTooMuch ? `unfolds to more than ${bytesMax} bytes` : (error as Error).message
      throw new DecodeError(`${step}: ${reason}`)
    }
  }
  return at
}

function doStep(bytes: Uint8Array, step: string, maxOutputLength: number): Uint8Array {
  if (step.startsWith('skip-')) return skip(bytes, Number(step.slice('skip-'.length)))
  switch (step) {
    case 'base64':
      return base64(bytes)
    case 'unhex':
      return unhex(bytes)
    case 'unquote':
      return unquote(bytes)
    case 'gunzip':
      return gunzipSync(bytes, { maxOutputLength })
    case 'inflate':
      // With zlib's own two bytes in front, or bare.
      return (bytes[0] ?? 0) % 16 === 8 && ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) % 31 === 0
        ? inflateSync(bytes, { maxOutputLength })
        : inflateRawSync(bytes, { maxOutputLength })
    case 'zstd':
    case 'lz4':
    case 'snappy':
      return nodeCompression.decompress(step satisfies CompressionName, bytes, maxOutputLength)
    default:
      throw new DecodeError('no such step')
  }
}

function skip(bytes: Uint8Array, count: number): Uint8Array {
  if (bytes.length < count) throw new DecodeError(`there are only ${bytes.length} bytes`)
  return bytes.subarray(count)
}

const lenient = new TextDecoder('utf-8')

function base64(bytes: Uint8Array): Uint8Array {
  const text = lenient.decode(bytes).replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) throw new DecodeError('not Base64')
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function unhex(bytes: Uint8Array): Uint8Array {
  const text = lenient.decode(bytes).replace(/0x|[\s:,-]/gi, '')
  if (text.length % 2 !== 0 || /[^0-9a-f]/i.test(text)) throw new DecodeError('not hex')
  return new Uint8Array(Buffer.from(text, 'hex'))
}

function unquote(bytes: Uint8Array): Uint8Array {
  const value: unknown = JSON.parse(lenient.decode(bytes))
  if (typeof value !== 'string') throw new DecodeError('no JSON string')
  return new TextEncoder().encode(value)
}
