import { isJsonText } from '../search/json-fields.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { forEachToken } from './json-tokens.ts'
import { inBytes, jsonPlaces } from './places/json-places.ts'
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
  places(bytes) {
    const characters = checkedText(bytes)
    const places = jsonPlaces(characters)
    return places === undefined ? undefined : inBytes(places, characters, startOfText(bytes))
  },
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

/** Behind a byte order mark, which is no part of the characters. */
const startOfText = (bytes: Uint8Array): number => (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0)

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

const lines: string[] = []
/** A line break and the indentation of a depth; beyond 100 levels nothing is indented further. */
function lineAt(depth: number): string {
  const level = Math.min(depth, 100)
  return (lines[level] ??= `\n${indent.repeat(level)}`)
}
