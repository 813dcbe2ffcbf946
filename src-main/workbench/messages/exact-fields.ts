import { everyElement } from '../search/json-path.ts'
import type { PathStep } from '../search/json-path.ts'

/** Paths to be found in one walk: a tree of their steps, with the number of the path at its end. */
export interface PathTree {
  readonly ends: number[]
  readonly names: Map<string, PathTree>
  readonly indexes: Map<number, PathTree>
  every: PathTree | undefined
}

const newTree = (): PathTree => ({ ends: [], names: new Map(), indexes: new Map(), every: undefined })

export function pathTree(paths: readonly (readonly PathStep[])[]): PathTree {
  const root = newTree()
  for (const [number, steps] of paths.entries()) {
    let node = root
    for (const step of steps) node = childOf(node, step)
    node.ends.push(number)
  }
  return root
}

function childOf(node: PathTree, step: PathStep): PathTree {
  if (step === everyElement) return (node.every ??= newTree())
  const children = (typeof step === 'number' ? node.indexes : node.names) as Map<PathStep, PathTree>
  const child = children.get(step) ?? newTree()
  children.set(step, child)
  return child
}

/**
 * What stands at each path in valid JSON, with the very characters that it has there, so that no digit is lost. One walk over the
 * text; its depth on the call stack is that of the paths, whatever the nesting. Of equal names the last one counts, as in JSON.parse.
 * `count` paths; text that is not valid JSON gives what could be found, never an exception.
 */
export function exactValues(text: string, tree: PathTree, count: number): readonly (readonly string[])[] {
  const found = Array.from({ length: count }, (): string[] => [])
  new Walk(text, found).value(0, tree)
  return found
}

class Walk {
  readonly #text: string
  readonly #found: string[][]

  constructor(text: string, found: string[][]) {
    this.#text = text
    this.#found = found
  }

  /** Reads the value at or behind `from`; gives back where it ends. */
  value(from: number, node: PathTree): number {
    const at = this.#skipBlanks(from)
    const first = this.#text[at]
    const goesOn = node.names.size > 0 || node.indexes.size > 0 || node.every !== undefined
    let end: number
    if (goesOn && first === '{') end = this.#members(at + 1, node)
    else if (goesOn && first === '[') end = this.#elements(at + 1, node)
    else end = this.#skipValue(at)
    for (const number of node.ends) this.#found[number]?.push(this.#text.slice(at, end))
    return end
  }

  #members(from: number, node: PathTree): number {
    let at = this.#skipBlanks(from)
    const lengthsBefore = new Map<PathTree, readonly number[]>()
    while (this.#text[at] === '"') {
      const nameEnd = this.#skipString(at)
      const child = node.names.get(nameAt(this.#text.slice(at, nameEnd)))
      at = this.#skipBlanks(nameEnd)
      if (this.#text[at] !== ':') return this.#text.length
      // A name that comes again replaces what was found under it before.
      const known = child === undefined ? undefined : lengthsBefore.get(child)
      if (child !== undefined && known !== undefined) cutBack(child, this.#found, known)
      else if (child !== undefined)
        lengthsBefore.set(
          child,
          this.#found.map(it => it.length),
        )
      at = child === undefined ? this.#skipValue(this.#skipBlanks(at + 1)) : this.value(at + 1, child)
      at = this.#skipBlanks(at)
      if (this.#text[at] === ',') at = this.#skipBlanks(at + 1)
    }
    return Math.min(at + 1, this.#text.length)
  }

  #elements(from: number, node: PathTree): number {
    let at = this.#skipBlanks(from)
    for (let index = 0; at < this.#text.length && this.#text[at] !== ']'; index += 1) {
      const start = at
      const exact = node.indexes.get(index)
      if (exact !== undefined) at = this.value(start, exact)
      if (node.every !== undefined) at = this.value(start, node.every)
      if (at === start) at = this.#skipValue(start)
      at = this.#skipBlanks(at)
      if (this.#text[at] === ',') at = this.#skipBlanks(at + 1)
      else if (at === start) return this.#text.length
    }
    return Math.min(at + 1, this.#text.length)
  }

  #skipBlanks(from: number): number {
    let at = from
    while (this.#text.charCodeAt(at) <= 0x20) at += 1
    return at
  }

  #skipString(from: number): number {
    let at = from + 1
    for (;;) {
      const quote = this.#text.indexOf('"', at)
      if (quote === -1) return this.#text.length
      let slashes = 0
      while (this.#text.charCodeAt(quote - 1 - slashes) === backslash) slashes += 1
      at = quote + 1
      if (slashes % 2 === 0) return at
    }
  }

  #skipValue(from: number): number {
    let depth = 0
    let at = from
    while (at < this.#text.length) {
      const character = this.#text[at] as string
      if (character === '"') at = this.#skipString(at)
      else if (character === '{' || character === '[') {
        depth += 1
        at += 1
      } else if (character === '}' || character === ']') {
        if (depth === 0) return at
        depth -= 1
        at += 1
      } else if (depth === 0) return this.#skipScalar(at)
      else at += 1
      if (depth === 0) return at
    }
    return at
  }

  #skipScalar(from: number): number {
    let at = from
    while (at < this.#text.length && !scalarEnds.has(this.#text[at] as string)) at += 1
    return at
  }
}

const backslash = 0x5c
const scalarEnds: ReadonlySet<string> = new Set([',', '}', ']', ':', ' ', '\n', '\r', '\t', '"', '{', '['])

function nameAt(token: string): string {
  if (!token.includes('\\')) return token.slice(1, -1)
  try {
    return JSON.parse(token) as string
  } catch {
    return ''
  }
}

function cutBack(node: PathTree, found: readonly string[][], lengths: readonly number[]): void {
  for (const number of node.ends) found[number]?.splice(lengths[number] ?? 0)
  for (const child of node.names.values()) cutBack(child, found, lengths)
  for (const child of node.indexes.values()) cutBack(child, found, lengths)
  if (node.every !== undefined) cutBack(node.every, found, lengths)
}
