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
    if (isWhole ? isJson(characters) : looksLikeJson(characters)) return `starts with ${first}`
    return undefined
  },
  decode(bytes) {
    const characters = readText(bytes, true)
    if (characters === undefined) throw new DecodeError('not UTF-8, so not JSON')
    try {
      JSON.parse(characters)
    } catch (error) {
      throw new DecodeError(`not JSON: ${(error as Error).message}`)
    }
    return layOut(characters)
  },
  preview: (bytes, isWhole) => squeeze(readText(bytes, isWhole) ?? ''),
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

/** Valid JSON over lines. Walks tokens, never the call stack, so that no depth of nesting breaks it. */
export function layOut(characters: string): string {
  const out: string[] = []
  let depth = 0
  for (const [token] of characters.matchAll(tokens)) {
    const last = out.at(-1)
    if (token === '{' || token === '[') {
      out.push(token)
      depth += 1
    } else if (token === '}' || token === ']') {
      depth -= 1
      if (last === '{' || last === '[') out.push(token)
      else out.push(lineAt(depth), token)
      continue
    } else {
      if (last === '{' || last === '[') out.push(lineAt(depth))
      out.push(token === ',' ? `,${lineAt(depth)}` : token === ':' ? ': ' : token)
      continue
    }
    // An opening bracket inside another one starts on a line of its own.
    if (last === '{' || last === '[') out.splice(-1, 0, lineAt(depth - 1))
  }
  return out.join('')
}

/** Blanks outside of strings go; works on a cut beginning too. */
export const squeeze = (characters: string): string => [...characters.matchAll(tokens)].map(([token]) => token).join('')

const tokens = /"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s"{}[\],:]+/gs

const lines: string[] = []
/** A line break and the indentation of a depth; beyond 100 levels nothing is indented further. */
function lineAt(depth: number): string {
  const level = Math.min(depth, 100)
  return (lines[level] ??= `\n${indent.repeat(level)}`)
}
