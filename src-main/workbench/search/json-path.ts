import { badInput } from '../failures.ts'

/** Steps into a value: names of fields, indexes of arrays, and `*` for all of an array. */
export type PathStep = string | number | typeof everyElement
export const everyElement = Symbol('every element')

/** `a.b[0].c`, `$.a['odd name'][*]`. Throws BAD_INPUT with the place where it is not understood. */
export function parsePath(text: string): PathStep[] {
  const steps: PathStep[] = []
  const pattern = /\.?([A-Za-z_$][\w$-]*)|\[(\d{1,9})\]|\[(\*)\]|\[(?:"([^"]*)"|'([^']*)')\]/y
  let at = text.startsWith('$') && /^\$(?:[.[]|$)/.test(text) ? 1 : 0
  while (at < text.length) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null)
      throw badInput(`path: not understood at character ${at + 1}`, "Write it like lines[0].price or meta['odd name'].")
    const [whole, name, index, every, doubled, single] = match
    if (index !== undefined) steps.push(Number(index))
    else if (every !== undefined) steps.push(everyElement)
    else steps.push(name ?? doubled ?? single ?? '')
    at += whole.length
  }
  if (steps.length === 0) throw badInput('path: names no field')
  return steps
}

/** All values at the path; none where it leads nowhere. */
export function valuesAt(value: unknown, steps: readonly PathStep[], from = 0): unknown[] {
  const step = steps[from]
  if (step === undefined) return [value]
  if (step === everyElement) return Array.isArray(value) ? value.flatMap(element => valuesAt(element, steps, from + 1)) : []
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return []
  return valuesAt((value as Record<PathStep, unknown>)[step], steps, from + 1)
}

export type PathOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'exists'

/** Numbers compare as numbers when both sides are some, everything else as text. */
export function compares(value: unknown, operator: PathOperator, operand: string): boolean {
  if (operator === 'exists') return true
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (operator === 'contains') return text.includes(operand)
  const order = orderOf(value, text, operand)
  switch (operator) {
    case '=':
      return order === 0
    case '!=':
      return order !== 0
    case '<':
      return order < 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '>=':
      return order >= 0
  }
}

function orderOf(value: unknown, text: string, operand: string): number {
  const number = typeof value === 'number' ? value : Number.NaN
  const other = operand.trim() === '' ? Number.NaN : Number(operand)
  if (!Number.isNaN(number) && !Number.isNaN(other)) return number - other
  return text === operand ? 0 : text < operand ? -1 : 1
}
