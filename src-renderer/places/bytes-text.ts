import type { DraftText } from './produce-draft.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The exact text of the bytes, or undefined when they are none. */
export function exactText(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

export const hexOf = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')

/** In pieces, because a call cannot take a million arguments. */
export function base64Of(bytes: Uint8Array): string {
  const pieces: string[] = []
  for (let at = 0; at < bytes.length; at += 24_576) pieces.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 24_576))))
  return pieces.join('')
}

/**
 * How bytes can be typed again without changing one of them. Text fields change line breaks and drop control characters, so that text
 * with such goes as Base64.
 */
export function draftText(bytes: Uint8Array): DraftText {
  const text = exactText(bytes)
  if (text === undefined || hasUntypable(text)) return { encoding: 'base64', text: base64Of(bytes) }
  return { encoding: isJsonDocument(text) ? 'json' : 'text', text }
}

/** A draft that others made, in a form that a text field leaves alone. */
export function typableDraft(draft: DraftText): DraftText {
  const isText = draft.encoding === 'text' || draft.encoding === 'json'
  return isText && hasUntypable(draft.text) ? { encoding: 'base64', text: base64Of(new TextEncoder().encode(draft.text)) } : draft
}

function hasUntypable(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u0008\u000B-\u001F\u007F\u2028\u2029\uFEFF]/.test(text)
}

export function isJsonDocument(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
