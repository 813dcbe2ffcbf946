/**
 * Regular expressions over topic names in the syntax of RE2 (CG-10), matched in time proportional to pattern times name: a member's
 * pattern must not be able to hold up the broker, as it could with an engine that backtracks. What RE2 does not have is refused: look-around,
 * back references, repetitions of repetitions.
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

/** What must be true of a place between characters. */
type Assertion = 'start' | 'end' | 'boundary' | 'inside'

/** A step reads one character; a fork goes on at several places without reading. */
type State =
  | { readonly kind: 'step'; readonly accepts: Accepts; next: number }
  | { readonly kind: 'fork'; readonly next: number[] }
  | { readonly kind: Assertion; next: number }
  | { readonly kind: 'accept' }

type Node =
  | { readonly kind: 'empty' | Assertion }
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
      case 'boundary':
      case 'inside':
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
      if (state === undefined || state.kind === 'accept' || state.kind === 'step') continue
      if (state.kind === 'fork') pending.push(...state.next)
      else if (holds(state.kind, name, position)) pending.push(state.next)
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

function holds(assertion: Assertion, name: string, position: number): boolean {
  switch (assertion) {
    case 'start':
      return position === 0
    case 'end':
      return position === name.length
    case 'boundary':
    case 'inside': {
      const isBoundary = word(name.charCodeAt(position - 1)) !== word(name.charCodeAt(position))
      return isBoundary === (assertion === 'boundary')
    }
  }
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
const word = oneOf(letter, digit, exactly('_'))
const classes: Readonly<Record<string, Accepts>> = {
  d: digit,
  D: not(digit),
  w: word,
  W: not(word),
  s: space,
  S: not(space),
}
const namedClasses: Readonly<Record<string, Accepts>> = {
  alnum: oneOf(letter, digit),
  alpha: letter,
  ascii: between('\0', '\x7f'),
  blank: oneOf(exactly(' '), exactly('\t')),
  cntrl: oneOf(between('\0', '\x1f'), exactly('\x7f')),
  digit,
  graph: between('!', '~'),
  lower,
  print: between(' ', '~'),
  upper,
  space,
  punct: oneOf(between('!', '/'), between(':', '@'), between('[', '`'), between('{', '~')),
  word,
  xdigit: oneOf(digit, between('a', 'f'), between('A', 'F')),
}
const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\x07' }

/** A general category by its letters, or a script by its name; undefined: there is none of this name. */
function unicodeClass(name: string): Accepts | undefined {
  if (name === 'Any') return () => true
  try {
    const pattern = new RegExp(`^\\p{${/^[CLMNPSZ][a-z]?$/.test(name) ? name : `Script=${name}`}}$`, 'u')
    return code => pattern.test(String.fromCharCode(code))
  } catch {
    return undefined
  }
}

/** \123, \x7f, \x{10FFFF}; a single digit that is not 0 would be a back reference. */
const codeEscape = /^(?:([1-7][0-7]{1,2}|0[0-7]{0,2})|x([0-9a-fA-F]{2})|x\{([0-9a-fA-F]{1,6})\})/
const countedBounds = /^\{(\d+)(,(\d*))?\}/
/** (?P<name>…), (?flags:…) or (?flags). */
const groupStart = /^(?:P?<(\w+)>|([imsU]*)(?:-([imsU]+))?[:)])/

/** Recursive descent; each method reads what it is named for and leaves the position behind it. */
class Parser {
  readonly #source: string
  #at = 0
  #ignoresCase = false
  #depth = 0
  readonly #groupNames = new Set<string>()

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
    const part = this.#atom()
    const bounds = this.#bounds()
    if (bounds === undefined) return part
    // Greedy or not decides which match is found, not whether there is one.
    this.#take('?')
    if (this.#bounds() !== undefined) this.#fail('a repetition repeated')
    return { kind: 'repeat', part, min: bounds[0], max: bounds[1] }
  }

  #bounds(): readonly [min: number, max: number] | undefined {
    if (this.#take('*')) return [0, Infinity]
    if (this.#take('+')) return [1, Infinity]
    if (this.#take('?')) return [0, 1]
    const counted = countedBounds.exec(this.#source.slice(this.#at, this.#at + 16))
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
      case '{':
        if (countedBounds.test(this.#source.slice(this.#at - 1))) this.#fail('nothing to repeat')
        return this.#literal(character)
      default:
        return this.#literal(character)
    }
  }

  #group(): Node {
    const ignoredBefore = this.#ignoresCase
    // (?i) without a colon holds to the end of the group around it.
    if (this.#take('?') && this.#groupStart().endsWith(')')) return { kind: 'empty' }
    const node = this.#choice()
    if (!this.#take(')')) this.#fail('missing )')
    this.#ignoresCase = ignoredBefore
    return node
  }

  /** Of the flags only i decides whether a name matches: none has more than one line. */
  #groupStart(): string {
    const [start, name, on, off] = groupStart.exec(this.#source.slice(this.#at)) ?? this.#fail('unknown kind of group')
    this.#at += start.length
    if (name !== undefined && this.#groupNames.has(name)) this.#fail('a group name used twice')
    if (name !== undefined) this.#groupNames.add(name)
    if (on?.includes('i') === true) this.#ignoresCase = true
    if (off?.includes('i') === true) this.#ignoresCase = false
    return start
  }

  #escape(): Node {
    if (this.#at >= this.#source.length) this.#fail('a lone backslash')
    const character = this.#next()
    if (character === 'A') return { kind: 'start' }
    if (character === 'z') return { kind: 'end' }
    if (character === 'b') return { kind: 'boundary' }
    if (character === 'B') return { kind: 'inside' }
    if (character === 'Q') return this.#quoted()
    const accepts = this.#classEscape(character)
    return accepts === undefined ? this.#literal(this.#escaped(character)) : { kind: 'char', accepts }
  }

  /** \d and its like, \pL, \P{Greek}; undefined: it is none. */
  #classEscape(character: string): Accepts | undefined {
    if (character !== 'p' && character !== 'P') return classes[character]
    const [text, letterOnly, caret, name] =
      /^(?:([A-Za-z])|\{(\^?)(\w+)\})/.exec(this.#source.slice(this.#at)) ?? this.#fail('bad \\p')
    this.#at += text.length
    const accepts = this.#caseAware(unicodeClass(letterOnly ?? name ?? '') ?? this.#fail(`unknown class \\p${text}`))
    return (character === 'P') === (caret === '^') ? accepts : not(accepts)
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
    const code = codeEscape.exec(character + this.#source.slice(this.#at, this.#at + 12))
    if (code !== null) {
      this.#at += code[0].length - 1
      const [, octal, short, long] = code
      return String.fromCodePoint(
        Math.min(octal === undefined ? Number.parseInt(short ?? long ?? '', 16) : Number.parseInt(octal, 8), 0x10ffff),
      )
    }
    if (/[A-Za-z0-9]/.test(character)) this.#fail(`unknown escape \\${character}`)
    return character
  }

  #literal(character: string): Node {
    return { kind: 'char', accepts: this.#caseAware(exactly(character)) }
  }

  #caseAware(accepts: Accepts): Accepts {
    if (!this.#ignoresCase) return accepts
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
      return named[1] === '^' ? not(this.#caseAware(accepts)) : this.#caseAware(accepts)
    }
    const low = this.#setCharacter()
    if (typeof low !== 'string') return low
    if (this.#peek() !== '-' || this.#source[this.#at + 1] === ']') return this.#caseAware(exactly(low))
    this.#at++
    const high = this.#setCharacter()
    if (typeof high !== 'string' || high < low) this.#fail('bad range')
    return this.#caseAware(between(low, high))
  }

  #setCharacter(): string | Accepts {
    const character = this.#next()
    if (character !== '\\') return character
    const escaped = this.#next()
    return this.#classEscape(escaped) ?? this.#escaped(escaped)
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
