/**
 * Regular expressions over topic names in the syntax of RE2 (CG-10), matched in time proportional to pattern times name: a member's
 * pattern must not be able to hold up the broker, as it could with an engine that backtracks. Not known here, and hence refused:
 * look-around and back references (RE2 has neither), \p classes, word boundaries and flags other than i and s.
 */
export interface TopicPattern {
  /** The whole name matches. */
  matches(name: string): boolean
}

export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** States of the automaton; a pattern that needs more is refused. */
const statesMax = 5_000
const repeatMax = 1_000

type Accepts = (code: number) => boolean

/** A step reads one character; a fork goes on at several places without reading. */
type State =
  | { readonly kind: 'step'; readonly accepts: Accepts; next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: 'start' | 'end'; next: number }
  | { readonly kind: 'accept' }

type Node =
  | { readonly kind: 'empty' | 'start' | 'end' }
  | { readonly kind: 'char'; readonly accepts: Accepts }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number }

export function topicPattern(source: string): TopicPattern {
  const { states, start } = compile(new Parser(source).parse())
  return { matches: name => run(states, start, name) }
}

function compile(root: Node): { readonly states: readonly State[]; readonly start: number } {
  const states: State[] = [{ kind: 'accept' }]
  const add = (state: State): number => {
    if (states.length >= statesMax) throw new PatternError('the pattern is too large')
    return states.push(state) - 1
  }
  /** Where to begin so that `node` is read and matching goes on at `next`. */
  const build = (node: Node, next: number): number => {
    switch (node.kind) {
      case 'empty':
        return next
      case 'start':
      case 'end':
        return add({ kind: node.kind, next })
      case 'char':
        return add({ kind: 'step', accepts: node.accepts, next })
      case 'sequence':
        return node.parts.reduceRight((after, part) => build(part, after), next)
      case 'choice':
        return add({ kind: 'fork', next: node.parts.map(part => build(part, next)) })
      case 'repeat':
        return repeat(node, next)
    }
  }
  const repeat = ({ part, min, max }: Node & { kind: 'repeat' }, next: number): number => {
    let after = next
    if (max === Infinity) {
      const again: number[] = []
      const loop = add({ kind: 'fork', next: again })
      again.push(build(part, loop), next)
      after = loop
    } else {
      for (let i = min; i < max; i++) after = add({ kind: 'fork', next: [build(part, after), next] })
    }
    for (let i = 0; i < min; i++) after = build(part, after)
    return after
  }
  const start = build(root, 0)
  return { states, start }
}

function run(states: readonly State[], start: number, name: string): boolean {
  let current = new Set<number>()
  const enter = (at: number, position: number, into: Set<number>): void => {
    const pending = [at]
    for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
      if (into.has(index)) continue
      into.add(index)
      const state = states[index]
      if (state?.kind === 'fork') pending.push(...state.next)
      else if (state?.kind === 'start' && position === 0) pending.push(state.next)
      else if (state?.kind === 'end' && position === name.length) pending.push(state.next)
    }
  }
  enter(start, 0, current)
  for (let position = 0; position < name.length && current.size > 0; position++) {
    const following = new Set<number>()
    const code = name.charCodeAt(position)
    for (const index of current) {
      const state = states[index]
      if (state?.kind === 'step' && state.accepts(code)) enter(state.next, position + 1, following)
    }
    current = following
  }
  return current.has(0)
}

const between = (low: string, high: string): Accepts => {
  const [from, to] = [low.charCodeAt(0), high.charCodeAt(0)]
  return code => code >= from && code <= to
}
const oneOf =
  (...parts: readonly Accepts[]): Accepts =>
  code =>
    parts.some(accepts => accepts(code))
const not =
  (accepts: Accepts): Accepts =>
  code =>
    !accepts(code)
const exactly =
  (character: string): Accepts =>
  code =>
    code === character.charCodeAt(0)

const digit = between('0', '9')
const lower = between('a', 'z')
const upper = between('A', 'Z')
const letter = oneOf(lower, upper)
const space = oneOf(...[...' \t\n\f\r\v'].map(exactly))
const classes: Readonly<Record<string, Accepts>> = {
  d: digit,
  D: not(digit),
  w: oneOf(letter, digit, exactly('_')),
  W: not(oneOf(letter, digit, exactly('_'))),
  s: space,
  S: not(space),
}
const namedClasses: Readonly<Record<string, Accepts>> = {
  alnum: oneOf(letter, digit),
  alpha: letter,
  digit,
  lower,
  upper,
  space,
  punct: oneOf(between('!', '/'), between(':', '@'), between('[', '`'), between('{', '~')),
  word: oneOf(letter, digit, exactly('_')),
  xdigit: oneOf(digit, between('a', 'f'), between('A', 'F')),
}
const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07' }

/** Recursive descent; each method reads what it is named for and leaves the position behind it. */
class Parser {
  readonly #source: string
  #at = 0
  #ignoresCase = false
  #depth = 0

  constructor(source: string) {
    this.#source = source
  }

  parse(): Node {
    const node = this.#choice()
    if (this.#at < this.#source.length) this.#fail('unexpected )')
    return node
  }

  #choice(): Node {
    if (++this.#depth > 200) this.#fail('nested too deeply')
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    this.#depth--
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'choice', parts }
  }

  #sequence(): Node {
    const parts: Node[] = []
    while (this.#at < this.#source.length && this.#peek() !== '|' && this.#peek() !== ')') parts.push(this.#repeated())
    return { kind: 'sequence', parts }
  }

  #repeated(): Node {
    let node = this.#atom()
    for (let bounds = this.#bounds(); bounds !== undefined; bounds = this.#bounds()) {
      // Greedy or not decides which match is found, not whether there is one.
      this.#take('?')
      node = { kind: 'repeat', part: node, min: bounds[0], max: bounds[1] }
    }
    return node
  }

  #bounds(): readonly [min: number, max: number] | undefined {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    const counted = /^\{(\d+)(,(\d*))?\}/.exec(this.#source.slice(this.#at, this.#at + 16))
    if (counted === null) return undefined
    this.#at += counted[0].length
    const min = Number(counted[1])
    const max = counted[2] === undefined ? min : counted[3] === '' ? Infinity : Number(counted[3])
    if (min > max || min > repeatMax || (max !== Infinity && max > repeatMax)) this.#fail('bad repetition')
    return [min, max]
  }

  #atom(): Node {
    const character = this.#next()
    switch (character) {
      case '(':
        return this.#group()
      case '[':
        return { kind: 'char', accepts: this.#set() }
      case '.':
        return { kind: 'char', accepts: not(exactly('\n')) }
      case '^':
        return { kind: 'start' }
      case '$':
        return { kind: 'end' }
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
        return this.#fail('nothing to repeat')
      default:
        return this.#literal(character)
    }
  }

  #group(): Node {
    const ignoredBefore = this.#ignoresCase
    if (this.#take('?')) {
      const flags = /^(P?<[A-Za-z_]\w*>|[is]*(-[is]+)?[:)])/.exec(this.#source.slice(this.#at))
      if (flags === null) this.#fail('unknown kind of group')
      this.#at += flags[0].length
      const [on = '', off = ''] = flags[0].replace(/[:)]$/, '').split('-')
      if (!flags[0].includes('<')) {
        if (on.includes('i')) this.#ignoresCase = true
        if (off.includes('i')) this.#ignoresCase = false
        // (?i) without a colon holds to the end of the group around it.
        if (flags[0].endsWith(')')) return { kind: 'empty' }
      }
    }
    const node = this.#choice()
    if (!this.#take(')')) this.#fail('missing )')
    this.#ignoresCase = ignoredBefore
    return node
  }

  #escape(): Node {
    if (this.#at >= this.#source.length) this.#fail('a lone backslash')
    const character = this.#next()
    if (character === 'A') return { kind: 'start' }
    if (character === 'z') return { kind: 'end' }
    if (character === 'Q') return this.#quoted()
    const accepts = classes[character]
    return accepts === undefined ? this.#literal(this.#escaped(character)) : { kind: 'char', accepts }
  }

  #quoted(): Node {
    const end = this.#source.indexOf('\\E', this.#at)
    const text = this.#source.slice(this.#at, end < 0 ? undefined : end)
    this.#at = end < 0 ? this.#source.length : end + 2
    return { kind: 'sequence', parts: [...text].map(character => this.#literal(character)) }
  }

  #escaped(character: string): string {
    const control = controls[character]
    if (control !== undefined) return control
    if (character === 'x') {
      const hex = /^([0-9a-fA-F]{2})/.exec(this.#source.slice(this.#at, this.#at + 2))
      if (hex === null) this.#fail('bad \\x')
      this.#at += 2
      return String.fromCharCode(Number.parseInt(hex[0], 16))
    }
    if (/[A-Za-z0-9]/.test(character)) this.#fail(`unknown escape \\${character}`)
    return character
  }

  #literal(character: string): Node {
    return { kind: 'char', accepts: this.#caseAware(exactly(character), character, character) }
  }

  #caseAware(accepts: Accepts, low: string, high: string): Accepts {
    if (!this.#ignoresCase || !/[A-Za-z]/.test(low + high)) return accepts
    return code => {
      const character = String.fromCharCode(code)
      return accepts(character.toLowerCase().charCodeAt(0)) || accepts(character.toUpperCase().charCodeAt(0))
    }
  }

  #set(): Accepts {
    const isNegated = this.#take('^')
    const parts: Accepts[] = []
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      if (this.#at >= this.#source.length) this.#fail('missing ]')
      parts.push(this.#setItem())
    }
    this.#at++
    const accepts = oneOf(...parts)
    return isNegated ? not(accepts) : accepts
  }

  #setItem(): Accepts {
    const named = /^\[:(\^?)([a-z]+):\]/.exec(this.#source.slice(this.#at, this.#at + 16))
    if (named !== null) {
      const accepts = namedClasses[named[2] ?? '']
      if (accepts === undefined) this.#fail(`unknown class ${named[0]}`)
      this.#at += named[0].length
      return named[1] === '^' ? not(accepts) : accepts
    }
    const low = this.#setCharacter()
    if (typeof low !== 'string') return low
    if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') return this.#caseAware(exactly(low), low, low)
    this.#at++
    const high = this.#setCharacter()
    if (typeof high !== 'string' || high < low) this.#fail('bad range')
    return this.#caseAware(between(low, high), low, high)
  }

  #setCharacter(): string | Accepts {
    const character = this.#next()
    if (character !== '\\') return character
    const escaped = this.#next()
    return classes[escaped] ?? this.#escaped(escaped)
  }

  #peek(): string | undefined {
    return this.#source[this.#at]
  }

  #next(): string {
    const character = this.#source[this.#at++]
    return character ?? this.#fail('unexpected end')
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false
    this.#at++
    return true
  }

  #fail(why: string): never {
    throw new PatternError(`${why} at ${this.#at} in ${this.#source}`)
  }
}
