import { placeholders } from '../../contract/placeholders.ts'
import { badInput } from '../failures.ts'
import { cities, countries, firstNames, lastNames, plainWords } from './fake-data.ts'
import { oneOf, wholeNumber } from './random.ts'
import type { Random } from './random.ts'

/** What one record gives to its templates. */
export interface RecordContext {
  /** Of the records of a run, from 0. */
  readonly index: number
  readonly nowMs: number
  readonly random: Random
  /** Of the file that records come from. */
  readonly line: string
}

export type Template = (context: RecordContext) => string

/** No text grows beyond this by one placeholder. */
const repeatsMax = 100_000

/**
 * A text with placeholders, `{{name arguments}}`. What has double braces but no name in it stays as it is. Throws BAD_INPUT for a name
 * that is none, or arguments that it cannot take.
 */
export function compileTemplate(text: string, where: string): Template {
  const parts: (string | Template)[] = []
  let from = 0
  for (const match of text.matchAll(/\{\{\s*([A-Za-z]+)(\s[^{}]*)?\}\}/g)) {
    const [whole, name, argument] = match
    parts.push(text.slice(from, match.index), placeholder(name as string, (argument ?? '').trim(), where))
    from = match.index + whole.length
  }
  parts.push(text.slice(from))
  if (parts.length === 1) return () => text
  return context => parts.map(part => (typeof part === 'string' ? part : part(context))).join('')
}

function placeholder(name: string, argument: string, where: string): Template {
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined
  const known = placeholders.find(it => it.name === name)
  if (make === undefined || known === undefined)
    throw badInput(`${where}: there is no placeholder {{${name}}}`, `There are ${placeholders.map(it => it.name).join(', ')}.`)
  const made = make(argument === '' ? [] : argument.split(/\s+/), argument)
  if (made === undefined) throw badInput(`${where}: {{${name} ${argument}}} is not understood`, `Write it {{${known.usage}}}.`)
  return made
}

/** Undefined: not with these arguments. */
type Maker = (argument: readonly string[], whole: string) => Template | undefined

const numberOf = (text: string | undefined, other: number): number => (text === undefined ? other : Number(text))
const areWhole = (...numbers: readonly number[]): boolean => numbers.every(Number.isSafeInteger)

const plain =
  (render: Template): Maker =>
  argument =>
    argument.length === 0 ? render : undefined

const listed = (items: readonly string[]): Maker => plain(({ random }) => oneOf(random, items))

const makers: Readonly<Record<string, Maker>> = {
  counter(argument) {
    const [first, step] = [numberOf(argument[0], 1), numberOf(argument[1], 1)]
    return argument.length <= 2 && areWhole(first, step) ? ({ index }) => String(first + index * step) : undefined
  },
  random(argument) {
    const [from, to] = [Number(argument[0]), Number(argument[1])]
    const isRange = argument.length === 2 && areWhole(from, to, to - from) && from <= to
    return isRange ? ({ random }) => String(wholeNumber(random, from, to)) : undefined
  },
  decimal(argument) {
    const [from, to, digits] = [Number(argument[0]), Number(argument[1]), numberOf(argument[2], 2)]
    const isRange = [2, 3].includes(argument.length) && Number.isFinite(to - from) && from <= to
    if (!isRange || !areWhole(digits) || digits < 0 || digits > 15) return undefined
    return ({ random }) => (from + random() * (to - from)).toFixed(digits)
  },
  pick(_argument, whole) {
    const choices = whole.split('|').map(choice => choice.trim())
    return whole === '' ? undefined : ({ random }) => oneOf(random, choices)
  },
  uuid: plain(({ random }) => uuidOf(random)),
  hex: repeated(2, '0123456789abcdef'),
  letters: repeated(1, 'abcdefghijklmnopqrstuvwxyz0123456789'),
  boolean: listed(['true', 'false']),
  now: plain(({ nowMs }) => new Date(nowMs).toISOString()),
  epoch: plain(({ nowMs }) => String(nowMs)),
  firstName: listed(firstNames),
  lastName: listed(lastNames),
  email: plain(({ random }) => `${ascii(oneOf(random, firstNames))}.${ascii(oneOf(random, lastNames))}@example.org`),
  city: listed(cities),
  country: listed(countries),
  word: listed(plainWords),
  sentence(argument) {
    const count = numberOf(argument[0], 8)
    if (argument.length > 1 || !areWhole(count) || count < 1 || count > 10_000) return undefined
    return ({ random }) => sentence(random, count)
  },
  line: plain(({ line }) => line),
}

function repeated(perUnit: number, alphabet: string): Maker {
  return argument => {
    const count = Number(argument[0]) * perUnit
    if (argument.length !== 1 || !areWhole(count) || count < 1 || count > repeatsMax) return undefined
    return ({ random }) => Array.from({ length: count }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
  }
}

/** Version 4, with the bits that say so. */
function uuidOf(random: Random): string {
  const digits = Array.from({ length: 32 }, () => wholeNumber(random, 0, 15).toString(16))
  digits[12] = '4'
  digits[16] = '89ab'[wholeNumber(random, 0, 3)] as string
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

const ascii = (name: string): string =>
  name.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('ø', 'o').replaceAll('ł', 'l').toLowerCase()

function sentence(random: Random, count: number): string {
  const text = Array.from({ length: count }, () => oneOf(random, plainWords)).join(' ')
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** One text per record, as `records.previewTemplate` shows them. */
export function previewTemplate(
  order: { readonly text: string; readonly count: number },
  about: { readonly random: Random; readonly nowMs: number },
): string[] {
  const template = compileTemplate(order.text, 'text')
  return Array.from({ length: order.count }, (_, index) => template({ ...about, index, line: 'a line of the file' }))
}
