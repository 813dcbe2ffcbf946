import type { ConfigDefinition, ConfigEntry } from '../../src-main/contract/views/topics.ts'
import { formatBytes, formatDuration } from '../widgets/format.ts'

/** What is needed to judge a value: of a definition, or of an entry whose bounds nobody told. */
export type ConfigRule = Pick<ConfigDefinition, 'name' | 'type' | 'choices' | 'minimum' | 'maximum'>

const integerBounds: Readonly<Partial<Record<ConfigRule['type'], readonly [bigint, bigint]>>> = {
  short: [-32_768n, 32_767n],
  int: [-2_147_483_648n, 2_147_483_647n],
  long: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
}

/** Why a value cannot be; undefined when it can. Longs exceed what a number holds exactly, so they are compared as bigints. */
export function configError(rule: ConfigRule, value: string): string | undefined {
  const bounds = integerBounds[rule.type]
  if (bounds !== undefined) return integerError(rule, value.trim(), bounds)
  switch (rule.type) {
    case 'boolean':
      return value === 'true' || value === 'false' ? undefined : 'Either true or false.'
    case 'double':
      return doubleError(rule, value.trim())
    case 'list': {
      const unknown = listItems(value).find(item => rule.choices !== null && !rule.choices.includes(item))
      return unknown === undefined ? undefined : `“${unknown}” is none of ${rule.choices?.join(', ')}.`
    }
    default:
      return rule.choices === null || rule.choices.includes(value) ? undefined : `One of ${rule.choices.join(', ')}.`
  }
}

function integerError(rule: ConfigRule, value: string, [least, most]: readonly [bigint, bigint]): string | undefined {
  if (!/^[+-]?\d+$/.test(value)) return 'A whole number.'
  const number = BigInt(value.replace('+', ''))
  const minimum = rule.minimum === null ? least : BigInt(Math.ceil(rule.minimum))
  const maximum = rule.maximum === null ? most : BigInt(Math.floor(rule.maximum))
  if (number < minimum) return `At least ${minimum}.`
  return number > maximum ? `At most ${maximum}.` : undefined
}

function doubleError(rule: ConfigRule, value: string): string | undefined {
  if (value === '' || !Number.isFinite(Number(value))) return 'A number.'
  if (rule.minimum !== null && Number(value) < rule.minimum) return `At least ${rule.minimum}.`
  return rule.maximum !== null && Number(value) > rule.maximum ? `At most ${rule.maximum}.` : undefined
}

export const listItems = (value: string): string[] =>
  value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

/** `long · 0 to 9,000`: type and bounds in a few words. */
export function boundsText({ type, minimum, maximum }: ConfigRule): string {
  const most = maximum === null || maximum >= Number.MAX_SAFE_INTEGER ? null : maximum
  if (minimum === null && most === null) return type
  if (most === null) return `${type} · from ${minimum}`
  return minimum === null ? `${type} · up to ${most}` : `${type} · ${minimum} to ${most}`
}

const longestText = '9223372036854775807'

/** What a figure means to people: `7 d`, `1.1 GB`, `unlimited`; null when the name tells no unit. */
export function readableValue(name: string, value: string | null): string | null {
  if (value === null || !/^-?\d+$/.test(value)) return null
  const unit = /\.(ms|bytes)(\.|$)/.exec(name)?.[1]
  if (unit === undefined) return null
  if (value === longestText || value === '-1') return unlimitedNames.test(name) || value === longestText ? 'unlimited' : null
  const number = Number(value)
  if (number < (unit === 'ms' ? 1_000 : 1_000)) return null
  return unit === 'ms' ? formatDuration(number) : formatBytes(number)
}

const unlimitedNames = /^retention\./

/** By definition where there is one; what a broker alone knows is judged by its type. */
export const ruleOf = (entry: ConfigEntry, definitions: readonly ConfigDefinition[] | undefined): ConfigRule =>
  definitions?.find(definition => definition.name === entry.name) ?? {
    name: entry.name,
    type: entry.type,
    choices: entry.type === 'boolean' ? ['true', 'false'] : null,
    minimum: null,
    maximum: null,
  }
