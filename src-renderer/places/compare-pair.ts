import { create } from 'zustand'

export interface RecordPlace {
  readonly connection: string
  readonly topic: string
  readonly partition: number
  readonly offset: number
}

/** Records marked for comparing: none, one that waits for its other, or both. */
export const useComparePair = create<{ readonly records: readonly RecordPlace[] }>(() => ({ records: [] }))

export const isSameRecord = (a: RecordPlace, b: RecordPlace): boolean =>
  a.connection === b.connection && a.topic === b.topic && a.partition === b.partition && a.offset === b.offset

/** Marks a record, or takes its mark away. A third one starts a new pair. */
export const markForCompare = (record: RecordPlace): void =>
  useComparePair.setState(({ records }) => ({ records: marked(records, record) }))

export const clearComparePair = (): void => useComparePair.setState({ records: [] })

export function marked(records: readonly RecordPlace[], record: RecordPlace): readonly RecordPlace[] {
  if (records.some(known => isSameRecord(known, record))) return records.filter(known => !isSameRecord(known, record))
  return records.length >= 2 ? [record] : [...records, record]
}
