import { cycleText, dependencyCycles, type Read, type Write } from './dependency-cycles.ts'
import type { SimTime } from './sim-clock.ts'

export type TransactionFate = 'open' | 'committed' | 'aborted' | 'unknown'

/** What producers of transactions were told, and what readers of committed data saw. */
export interface Ledger {
  begin(id: string): void
  /** A value that transaction `id` sent. */
  sent(id: string, value: string): void
  ended(id: string, fate: TransactionFate): void
  /** A reader of committed data saw a value at its place. */
  saw(partition: number, offset: number, value: string, key: string): void
  /** Transaction `id` itself read committed data, before its end: these values, in this stretch of a partition. */
  read(id: string, stretch: Omit<Read, 'transaction'>, values: readonly string[]): void
  committedCount(): number
  /** All read, nothing open: each transaction is there as a whole, or not at all. */
  contradictions(): string[]
}

export function createLedger(time: SimTime, violated: (what: string) => void): Ledger {
  const transactions = new Map<string, { fate: TransactionFate; readonly values: string[]; endedMs: number }>()
  const seen = new Map<string, string>()
  const places = new Map<string, string>()
  const reads: (Read & { readonly values: readonly string[] })[] = []
  return {
    begin: id => transactions.set(id, { fate: 'open', values: [], endedMs: 0 }),
    sent: (id, value) => transactions.get(id)?.values.push(value),
    ended(id, fate) {
      const transaction = transactions.get(id)
      if (transaction !== undefined) Object.assign(transaction, { fate, endedMs: time.nowMs() })
    },
    saw(partition, offset, value) {
      const place = `${partition}@${offset}`
      const before = places.get(place)
      if (before !== undefined && before !== value) violated(`${place} was ${before} and became ${value}`)
      places.set(place, value)
      const other = seen.get(value)
      if (other !== undefined && other !== place) violated(`${value} stands at ${other} and at ${place}`)
      seen.set(value, place)
      const fate = transactions.get(transactionOf(value))?.fate
      if (fate === 'aborted') violated(`${value} at ${place} was aborted and is read`)
    },
    read(id, stretch, values) {
      const own = values.filter(value => transactionOf(value) === id)
      if (own.length > 0)
        violated(`a cycle of one (G1c): transaction ${id} is open and read its own ${own.join(', ')} as committed`)
      reads.push({ transaction: id, ...stretch, values })
    },
    committedCount: () => [...transactions.values()].filter(({ fate }) => fate === 'committed').length,
    contradictions() {
      const found: string[] = []
      for (const [id, { fate, values, endedMs }] of transactions) {
        const visible = values.filter(value => seen.has(value))
        const text = `transaction ${id}, ${fate} at ${endedMs.toFixed(0)}: ${visible.length} of ${values.length} values are read`
        const isWhole = visible.length === values.length
        if (fate === 'committed' && !isWhole) found.push(`${text}: ${values.filter(value => !seen.has(value)).join(', ')} lost`)
        if (fate === 'aborted' && visible.length > 0) found.push(text)
        if (fate !== 'committed' && visible.length > 0 && !isWhole) found.push(text)
      }
      const isCommitted = (id: string): boolean => transactions.get(id)?.values.some(value => seen.has(value)) === true
      const committedReads = reads.filter(({ transaction }) => isCommitted(transaction))
      const cycles = dependencyCycles(writesAt(places), committedReads).map(cycleText)
      return [...found, ...inversions(places), ...cycles, ...reads.flatMap(read => skips(read, places))]
    },
  }
}

/** Values are `producer.transaction:number`. */
const transactionOf = (value: string): string => value.split(':')[0] ?? ''

function writesAt(places: ReadonlyMap<string, string>): readonly Write[] {
  return [...places].map(([place, value]) => {
    const [partition = -1, offset = -1] = place.split('@').map(Number)
    return { transaction: transactionOf(value), partition, offset }
  })
}

/** What others read in a stretch, and this reader did not: no poll passes over a record. */
export function skips(
  { transaction, partition, from, end, values }: Read & { readonly values: readonly string[] },
  places: ReadonlyMap<string, string>,
): string[] {
  const read = new Set(values)
  const found: string[] = []
  for (let offset = from; offset < end; offset++) {
    const value = places.get(`${partition}@${offset}`)
    if (value !== undefined && !read.has(value)) {
      found.push(`transaction ${transaction} read ${partition}@${from} to ${end}, and was not given ${value} at ${offset}`)
    }
  }
  return found
}

/** In a partition values of one producer stand in the order in which it sent them. */
export function inversions(places: ReadonlyMap<string, string>): string[] {
  const found: string[] = []
  const last = new Map<string, { readonly value: string; readonly at: readonly number[] }>()
  const byOffset = [...places].map(([place, value]) => ({ place, value, at: place.split('@').map(Number) }))
  byOffset.sort((a, b) => (a.at[0] ?? 0) - (b.at[0] ?? 0) || (a.at[1] ?? 0) - (b.at[1] ?? 0))
  for (const { place, value, at } of byOffset) {
    const [producer = '', transaction, number] = value.split(/[.:]/)
    const key = `${producer} in ${at[0]}`
    const before = last.get(key)
    const sent = [Number(transaction), Number(number)]
    const isLater = before === undefined || isAfter(sent, before.at)
    if (!isLater) found.push(`${value} at ${place} stands behind ${before.value}, which was sent later`)
    last.set(key, { value, at: sent })
  }
  return found
}

const isAfter = ([transaction = 0, number = 0]: readonly number[], [otherTransaction = 0, otherNumber = 0]: readonly number[]) =>
  transaction > otherTransaction || (transaction === otherTransaction && number > otherNumber)
