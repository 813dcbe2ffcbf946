import type { DecoderChoice } from './decoder-choice.ts'
import { decoderTitles } from './decoder-titles.ts'

const steps = /^(?:(?:base64|unhex|unquote|gunzip|inflate|zstd|lz4|snappy|skip-\d{1,6})>){1,8}(.+)$/

/** Steps and a decoder as they are typed; undefined for what main would not take. */
export function chainOf(text: string): DecoderChoice | undefined {
  const last = steps.exec(text.trim())?.[1]
  if (last === undefined) return undefined
  const isKnown = (last in decoderTitles && last !== 'empty') || /^schema:[^>]{1,400}$/.test(last)
  return isKnown ? (text.trim() as DecoderChoice) : undefined
}
