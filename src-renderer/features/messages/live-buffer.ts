import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import type { ItemOf } from '../../../src-main/contract/contract.ts'

type TailItem = ItemOf<'records.tail'>

/** Rows of a tail that are kept; the oldest go first and stay in the topic. */
export const liveRowsMax = 10_000

/** What a live tail holds. While `isPaused`, the screen stays with `shownRows` and the buffer goes on filling. */
export interface LiveBuffer {
  readonly rows: readonly RecordRow[]
  /** Position of the first row: rises as old rows go. */
  readonly firstIndex: number
  /** Arrived in all; and of these, sent to the window (the rest was sampled away because it came too fast). */
  readonly seenTotal: number
  readonly sentTotal: number
  /** Of the last moment: `1 of 40 shown`. */
  readonly lastSeen: number
  readonly lastShown: number
  readonly heldBytes: number
  readonly problem: string | null
  readonly isReady: boolean
}

export const emptyLive: LiveBuffer = {
  rows: [],
  firstIndex: 0,
  seenTotal: 0,
  sentTotal: 0,
  lastSeen: 0,
  lastShown: 0,
  heldBytes: 0,
  problem: null,
  isReady: false,
}

export function withTailItem(buffer: LiveBuffer, item: TailItem): LiveBuffer {
  switch (item.kind) {
    case 'ready':
      return { ...buffer, isReady: true, problem: null }
    case 'failure':
      return { ...buffer, problem: item.message }
    case 'rows': {
      const all = [...buffer.rows, ...item.rows]
      const excess = Math.max(0, all.length - liveRowsMax)
      return {
        rows: excess === 0 ? all : all.slice(excess),
        firstIndex: buffer.firstIndex + excess,
        seenTotal: item.seenTotal,
        sentTotal: buffer.sentTotal + item.rows.length,
        lastSeen: item.seen,
        lastShown: item.rows.length,
        heldBytes: item.heldBytes,
        problem: null,
        isReady: true,
      }
    }
  }
}
