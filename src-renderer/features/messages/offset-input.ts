import type { RecordStart } from './read-context.ts'

export type OffsetChoice = Extract<RecordStart, { readonly kind: 'offset' | 'offsets' }>

export type TypedOffset = { readonly choice: OffsetChoice } | { readonly problem: string }

const problem = 'an offset such as 1,200, or one per partition such as 0:1200 3:88412'

/** `1,200` for every partition, or `0:1200 3:88412` for these; the others then start at their beginning. */
export function parseOffset(text: string): TypedOffset {
  const typed = text.trim()
  const one = offsetOf(typed)
  if (one !== undefined) return { choice: { kind: 'offset', offset: one } }
  const pairs = typed.split(/[\s;]+/).map(part => /^(\d{1,7}):([\d,_]+)$/.exec(part))
  const offsets = pairs.flatMap(pair => {
    const offset = offsetOf(pair?.[2] ?? '')
    return pair === null || offset === undefined ? [] : [{ partition: Number(pair[1]), offset }]
  })
  const isWhole = typed !== '' && offsets.length === pairs.length
  const isUnique = new Set(offsets.map(({ partition }) => partition)).size === offsets.length
  if (!isWhole) return { problem }
  return isUnique ? { choice: { kind: 'offsets', offsets } } : { problem: 'a partition stands there twice' }
}

function offsetOf(text: string): number | undefined {
  const digits = text.replaceAll(/[,_]/g, '')
  const offset = Number(digits)
  return /^\d{1,16}$/.test(digits) && Number.isSafeInteger(offset) ? offset : undefined
}

export const offsetText = (choice: OffsetChoice): string =>
  choice.kind === 'offset'
    ? String(choice.offset)
    : choice.offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')
