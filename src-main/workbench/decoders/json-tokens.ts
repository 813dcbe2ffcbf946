/** Strings, brackets, commas, colons, and what stands between them; until `take` says false. */
export function forEachToken(characters: string, take: (token: string, at: number) => boolean): void {
  let at = 0
  while (at < characters.length) {
    const code = characters.charCodeAt(at)
    const end = code === quote ? stringEnd(characters, at) : isMark(code) ? at + 1 : plainEnd(characters, at)
    if (end === at) at += 1
    else {
      if (!take(characters.slice(at, end), at)) return
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
