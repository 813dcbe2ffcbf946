/**
 * Some fields of a JSON object, without making the others: most of the time of a filter over JSON goes into strings that nobody looks
 * at. All of the text is checked against the grammar, so that what is given back stands exactly where JSON.parse would have found it;
 * whatever is unusual (escaped names, deep nesting) is left to JSON.parse.
 */
export type FieldPicker = (bytes: Uint8Array) => readonly (string | undefined)[] | undefined

const quote = 0x22
const backslash = 0x5c
const colon = 0x3a
const comma = 0x2c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const depthMax = 64
const failed = -1

/** Bytes that stand for themselves in a string: no control character, no quote, no backslash. */
const isPlain = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x20 && byte !== quote && byte !== backslash ? 1 : 0))

const ascii = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8')

/** Gives the JSON texts of the wanted fields, undefined where there is none; undefined in place of all: parse the whole. */
export function fieldPicker(names: readonly string[]): FieldPicker {
  const wanted = names.map(name => new TextEncoder().encode(name))
  const nothing: readonly undefined[] = names.map(() => undefined)
  return bytes => {
    if (bytes[0] !== openBrace) return undefined
    let at = afterSpace(bytes, 1)
    const texts: (string | undefined)[] = [...nothing]
    if (bytes[at] === closeBrace) return afterSpace(bytes, at + 1) === bytes.length ? texts : undefined
    for (;;) {
      hasEscape = false
      const nameEnd = afterString(bytes, at)
      if (nameEnd === failed || hasEscape) return undefined
      const valueAt = afterColon(bytes, nameEnd)
      const valueEnd = valueAt === failed ? failed : afterValue(bytes, valueAt)
      if (valueEnd === failed) return undefined
      const found = wantedAt(bytes, at + 1, nameEnd - 1, wanted)
      if (found >= 0) texts[found] = textOf(bytes, valueAt, valueEnd)
      at = afterSpace(bytes, valueEnd)
      if (bytes[at] === closeBrace) return afterSpace(bytes, at + 1) === bytes.length ? texts : undefined
      if (bytes[at] !== comma) return undefined
      at = afterSpace(bytes, at + 1)
    }
  }
}

/** An object or array in JSON without a blank that could go: as it stands, it is one line. False also for what is too deep to tell. */
export function isCompactJson(bytes: Uint8Array): boolean {
  if (bytes[0] !== openBrace && bytes[0] !== openBracket) return false
  hasSpace = false
  return afterValue(bytes, 0) === bytes.length && !hasSpace
}

/**
 * Whether these bytes of UTF-8 are one JSON object or array and blanks around it, without making any of it. False also for what is too
 * deep to tell.
 */
export function isJsonText(bytes: Uint8Array): boolean {
  const from = afterSpace(bytes, 0)
  if (bytes[from] !== openBrace && bytes[from] !== openBracket) return false
  const end = afterValue(bytes, from)
  return end !== failed && afterSpace(bytes, end) === bytes.length
}

function wantedAt(bytes: Uint8Array, from: number, to: number, wanted: readonly Uint8Array[]): number {
  for (let which = 0; which < wanted.length; which += 1) {
    const name = wanted[which] as Uint8Array
    if (name.length !== to - from) continue
    let index = 0
    while (index < name.length && name[index] === bytes[from + index]) index += 1
    if (index === name.length) return which
  }
  return -1
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  for (let at = from; at < to; at += 1) if ((bytes[at] as number) >= 0x80) return utf8.decode(bytes.subarray(from, to))
  // Short numbers and words, mostly: made here they cost less than a call of the decoder.
  if (to - from > 24) return ascii.decode(bytes.subarray(from, to))
  let text = ''
  for (let at = from; at < to; at += 1) text += String.fromCharCode(bytes[at] as number)
  return text
}

/** Whether blanks were met outside of strings. */
let hasSpace = false
/** Whether a string had an escape in it. */
let hasEscape = false

function afterSpace(bytes: Uint8Array, from: number): number {
  // As most of it is written, without layout: told by one comparison.
  if ((bytes[from] as number) > 0x20) return from
  let at = from
  for (;;) {
    const byte = bytes[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at
    hasSpace = true
    at += 1
  }
}

function afterColon(bytes: Uint8Array, from: number): number {
  const at = afterSpace(bytes, from)
  return bytes[at] === colon ? afterSpace(bytes, at + 1) : failed
}

/** From its opening quote to behind its closing one. */
function afterString(bytes: Uint8Array, from: number): number {
  const { length } = bytes
  if (from >= length || bytes[from] !== quote) return failed
  let at = from + 1
  for (;;) {
    let byte = bytes[at]
    while (byte !== undefined && isPlain[byte] === 1) byte = bytes[(at += 1)]
    if (byte === quote) return at + 1
    if (byte !== backslash) return failed
    hasEscape = true
    at = afterEscape(bytes, at + 1)
    if (at === failed) return failed
  }
}

const escapes: ReadonlySet<number | undefined> = new Set([...'"\\/bfnrt'].map(char => char.charCodeAt(0)))

function afterEscape(bytes: Uint8Array, at: number): number {
  if (escapes.has(bytes[at])) return at + 1
  if (bytes[at] !== 0x75) return failed
  for (let index = 1; index <= 4; index += 1) if (!isHex(bytes[at + index])) return failed
  return at + 5
}

const isHex = (byte: number | undefined): boolean =>
  byte !== undefined && (isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66))
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39

const isObject = new Uint8Array(depthMax)

/** Any value, however nested; the kinds of the open brackets lie in a stack of fixed size. Not re-entrant, and need not be. */
function afterValue(bytes: Uint8Array, from: number): number {
  let at = from
  let depth = 0
  for (;;) {
    const byte = bytes[at]
    if (byte === openBrace || byte === openBracket) {
      if (depth === depthMax) return failed
      isObject[depth] = byte === openBrace ? 1 : 0
      at = afterSpace(bytes, at + 1)
      if (bytes[at] !== (byte === openBrace ? closeBrace : closeBracket)) {
        depth += 1
        if (byte === openBracket) continue
        at = afterName(bytes, at)
        if (at === failed) return failed
        continue
      }
      at += 1
    } else {
      at = afterScalar(bytes, at)
      if (at === failed) return failed
    }
    // A value has ended: so may what it stands in.
    for (;;) {
      if (depth === 0) return at
      at = afterSpace(bytes, at)
      const inObject = isObject[depth - 1] === 1
      if (bytes[at] === comma) {
        at = afterSpace(bytes, at + 1)
        if (inObject) at = afterName(bytes, at)
        if (at === failed) return failed
        break
      }
      if (bytes[at] !== (inObject ? closeBrace : closeBracket)) return failed
      at += 1
      depth -= 1
    }
  }
}

function afterName(bytes: Uint8Array, from: number): number {
  const end = afterString(bytes, from)
  return end === failed ? failed : afterColon(bytes, end)
}

function afterScalar(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === quote) return afterString(bytes, at)
  if (byte === 0x74) return afterWord(bytes, at, trueWord)
  if (byte === 0x66) return afterWord(bytes, at, falseWord)
  if (byte === 0x6e) return afterWord(bytes, at, nullWord)
  return afterNumber(bytes, at)
}

const [trueWord, falseWord, nullWord] = ['true', 'false', 'null'].map(word => new TextEncoder().encode(word)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
]

function afterWord(bytes: Uint8Array, at: number, word: Uint8Array): number {
  for (let index = 0; index < word.length; index += 1) if (bytes[at + index] !== word[index]) return failed
  return at + word.length
}

function afterNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from
  if (!isDigit(bytes[at])) return failed
  at = bytes[at] === 0x30 ? at + 1 : afterDigits(bytes, at)
  if (bytes[at] === 0x2e) {
    if (!isDigit(bytes[at + 1])) return failed
    at = afterDigits(bytes, at + 1)
  }
  if (bytes[at] !== 0x65 && bytes[at] !== 0x45) return at
  at += bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? 2 : 1
  return isDigit(bytes[at]) ? afterDigits(bytes, at) : failed
}

function afterDigits(bytes: Uint8Array, from: number): number {
  let at = from
  while (isDigit(bytes[at])) at += 1
  return at
}
