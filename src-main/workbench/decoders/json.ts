import { isJsonText } from '../search/json-fields.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { readText } from './text.ts'

const indent = '  '

/**
 * JSON keeps its own characters: numbers beyond 2^53, their trailing zeros, doubled keys and the order of keys stay as written, because
 * the text is laid out anew and never turned into values and back.
 */
export const json: Decoder = {
  name: 'json',
  language: 'json',
  recognise(bytes, isWhole) {
    const characters = readText(bytes, isWhole)?.trim()
    const first = characters?.[0]
    if (characters === undefined || (first !== '{' && first !== '[')) return undefined
    // A large value is checked without being made: that takes a third of the time, and nothing to be collected.
    if (!(isWhole ? isJsonText(bytes) || isJson(characters) : looksLikeJson(characters))) return undefined
    if (isWhole) checked.add(bytes)
    return `starts with ${first}`
  },
  decode: bytes => layOut(checkedText(bytes)),
  decodeStart: (bytes, charsMax) => layOut(checkedText(bytes), charsMax),
  preview: (bytes, isWhole) => squeeze(readText(bytes, isWhole) ?? ''),
}

/** Found to be JSON when they were recognised: a large value is not parsed again to be laid out. */
const checked = new WeakSet<Uint8Array>()

function checkedText(bytes: Uint8Array): string {
  const characters = readText(bytes, true)
  if (characters === undefined) throw new DecodeError('not UTF-8, so not JSON')
  if (checked.has(bytes) || isJsonText(bytes)) return characters
  try {
    JSON.parse(characters)
  } catch (error) {
    throw new DecodeError(`not JSON: ${(error as Error).message}`)
  }
  return characters
}

function isJson(characters: string): boolean {
  try {
    JSON.parse(characters)
    return true
  } catch {
    return false
  }
}

/** The beginning of a long value: an opening bracket, and what may follow one. */
const looksLikeJson = (characters: string): boolean => /^(\{\s*"|\[\s*[[{"\d\-tfn]|\{\s*$|\[\s*$)/.test(characters)

/**
 * Valid JSON over lines; when `charsMax` is reached the rest is left out. Walks tokens, never the call stack, so that no depth of nesting
 * breaks it.
 */
export function layOut(characters: string, charsMax = Number.POSITIVE_INFINITY): string {
  const out: string[] = []
  let [length, depth, last] = [0, 0, '']
  const put = (text: string) => {
    out.push(text)
    length += text.length
  }
  forEachToken(characters, token => {
    const isOpening = token === '{' || token === '['
    const isClosing = token === '}' || token === ']'
    const followsOpening = last === '{' || last === '['
    if (isClosing) depth -= 1
    if (isClosing ? !followsOpening : followsOpening) put(lineAt(depth))
    put(token === ',' ? `,${lineAt(depth)}` : token === ':' ? ': ' : token)
    if (isOpening) depth += 1
    last = token
    return length < charsMax
  })
  return out.join('')
}

/** Blanks outside of strings go; works on a cut beginning too. */
export function squeeze(characters: string): string {
  const out: string[] = []
  forEachToken(characters, token => out.push(token) > 0)
  return out.join('')
}

/** Strings, brackets, commas, colons, and what stands between them; until `take` says false. */
function forEachToken(characters: string, take: (token: string) => boolean): void {
  let at = 0
  while (at < characters.length) {
    const code = characters.charCodeAt(at)
    const end = code === quote ? stringEnd(characters, at) : isMark(code) ? at + 1 : plainEnd(characters, at)
    if (end === at) at += 1
    else {
      if (!take(characters.slice(at, end))) return
      at = end
    }
  }
}

const quote = 0x22
const backslash = 0x5c

/** Behind the closing quote. By search and not by an expression: those run out of stack in strings of some megabytes. */
function stringEnd(characters: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    at = characters.indexOf('"', at)
    if (at === -1) return characters.length
    let before = at - 1
    while (before > start && characters.charCodeAt(before) === backslash) before -= 1
    if ((at - before) % 2 === 1) return at + 1
  }
}

/** Where blanks, a mark or a string begin: at once, for blanks. */
function plainEnd(characters: string, start: number): number {
  let at = start
  for (; at < characters.length; at += 1) {
    const code = characters.charCodeAt(at)
    if (code === quote || isMark(code) || isBlank(code)) break
  }
  return at
}

const isMark = (code: number): boolean =>
  code === 0x2c || code === 0x3a || code === 0x5b || code === 0x5d || code === 0x7b || code === 0x7d
/** All that a `\s` of an expression is: hostile text may hold any of it. */
const isBlank = (code: number): boolean =>
  code <= 0x20 ? code === 0x20 || (code >= 0x09 && code <= 0x0d) : code >= 0xa0 && /\s/.test(String.fromCharCode(code))

const lines: string[] = []
/** A line break and the indentation of a depth; beyond 100 levels nothing is indented further. */
function lineAt(depth: number): string {
  const level = Math.min(depth, 100)
  return (lines[level] ??= `\n${indent.repeat(level)}`)
}
