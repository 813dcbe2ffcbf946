/** One committed position, as the reset takes it from a file. */
export interface GivenOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

const head = 'topic,partition,offset'
/** As the contract allows. */
const linesMax = 100_000

export const offsetsAsCsv = (
  partitions: readonly { readonly topic: string; readonly partition: number; readonly committed: number | null }[],
): string =>
  [head, ...partitions.filter(it => it.committed !== null).map(it => `${it.topic},${it.partition},${it.committed}`), ''].join(
    '\n',
  )

export type ParsedOffsets =
  | { readonly kind: 'offsets'; readonly offsets: readonly GivenOffset[] }
  | { readonly kind: 'error'; readonly message: string }

/**
 * Reads `topic,partition,offset` per line: with or without a head, also separated by semicolons or tabs, quoted or not. Topic names
 * need no quotes, so nothing else of CSV is understood; a line that is not understood is named.
 */
export function parseOffsetsCsv(text: string): ParsedOffsets {
  const offsets: GivenOffset[] = []
  const seen = new Map<string, number>()
  const error = (message: string): ParsedOffsets => ({ kind: 'error', message })
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const cells = cellsOf(line)
    if (cells === undefined || (offsets.length === 0 && isHead(cells))) continue
    const given = offsetOf(cells)
    if (typeof given === 'string') return error(`Line ${index + 1}: ${given}`)
    const key = `${given.topic}/${given.partition}`
    const earlier = seen.get(key)
    if (earlier !== undefined)
      return error(`Line ${index + 1}: ${given.topic} ${given.partition} stands in line ${earlier} already`)
    seen.set(key, index + 1)
    offsets.push(given)
    if (offsets.length > linesMax) return error('More than 100,000 lines')
  }
  return offsets.length === 0 ? error('No line has a topic, a partition and an offset') : { kind: 'offsets', offsets }
}

function cellsOf(line: string): readonly string[] | undefined {
  const text = line.replace(/^\uFEFF/, '').trim()
  if (text === '' || text.startsWith('#')) return undefined
  return text.split(/[,;\t]/).map(cell => cell.trim().replace(/^"(.*)"$/, '$1'))
}

const isHead = ([topic, partition]: readonly string[]): boolean =>
  topic?.toLowerCase() === 'topic' && partition?.toLowerCase() === 'partition'

/** What is wrong, as a text. */
function offsetOf(cells: readonly string[]): GivenOffset | string {
  const [topic = '', partition = '', offset = ''] = cells
  if (cells.length < 3) return 'has to be topic,partition,offset'
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic)) return `“${topic}” is no topic name`
  if (!isWhole(partition) || Number(partition) > 1_000_000) return `“${partition}” is no partition`
  if (!isWhole(offset)) return `“${offset}” is no offset`
  return { topic, partition: Number(partition), offset: Number(offset) }
}

const isWhole = (text: string): boolean => /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text))
