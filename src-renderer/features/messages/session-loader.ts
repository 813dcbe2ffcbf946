import type { Bridge } from '../../../src-main/contract/contract.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { RecordSession } from '../../../src-main/contract/views/records.ts'
import { failureOf } from '../../bridge/bridge.ts'
import type { ReadContext } from './read-context.ts'
import { emptyWindow, withPage } from './row-window.ts'
import type { RowWindow } from './row-window.ts'
import { sessionPages } from './session-pages.ts'

/** A first page of fewer rows is followed by one of what lies before. */
const shortPageRows = 200
/** At the end of the topic, new records are asked for so often at most. */
const askEndAgainMs = 1_500

export interface LoaderState {
  readonly session: RecordSession | null
  readonly window: RowWindow
  readonly isLoading: boolean
  readonly failure: Failure | null
  /** Partitions that could not be read at the last page, in words. */
  readonly missing: readonly string[]
  /** From the question to the rows, of the last page. */
  readonly tookMs: number
  /** Records in the session's partitions as of the last page, at most: compaction and transactions leave gaps. */
  readonly recordsAtMost: number
  /** When the last page came; 0: none has. */
  readonly asOfMs: number
}

export interface SessionLoader {
  readonly state: () => LoaderState
  /** Opens the session and reads the first page. */
  open(): Promise<void>
  /** Reads on; nothing when it is reading already, when there is nothing more that way, or when the end was asked for just now. */
  more(direction: 'forward' | 'backward'): Promise<void>
  /** After a failure: tries the same again. */
  retry(): Promise<void>
  close(): void
}

export interface LoaderOptions {
  readonly bridge: Bridge
  readonly context: ReadContext
  readonly fields: readonly string[]
  readonly showControl: boolean
  readonly batchFacts: boolean
  readonly onChange: (state: LoaderState) => void
}

/** Reads a topic in pages around one anchor. */
export function sessionLoader(options: LoaderOptions): SessionLoader {
  const { context } = options
  const abort = new AbortController()
  const pages = sessionPages(options, abort.signal)
  let state: LoaderState = closedState
  let isReading = false
  let endAskedAt = performance.now()
  let lastDirection: 'forward' | 'backward' | null = null

  function set(change: Partial<LoaderState>): void {
    if (abort.signal.aborted) return
    state = { ...state, ...change }
    options.onChange(state)
  }

  async function read(direction: 'forward' | 'backward'): Promise<void> {
    lastDirection = direction
    const askedAt = performance.now()
    const page = await pages.page(direction === 'forward' ? state.window.end : state.window.start, direction)
    const known = state.session?.partitions ?? []
    const partitions = known.map(({ partition }) => partition)
    const window = withPage(state.window, page, direction, partitions)
    const counts = known.map(({ startOffset }, index) => (page.endOffsets[index] ?? startOffset) - startOffset)
    const recordsAtMost = counts.reduce((sum, count) => sum + count, 0)
    const tookMs = performance.now() - askedAt
    set({ window, missing: page.missing, failure: null, tookMs, recordsAtMost, asOfMs: Date.now() })
  }

  async function openAndRead(): Promise<void> {
    const session = await pages.open()
    // Told together with its first rows: an open session alone changes nothing on screen.
    state = { ...state, session, window: emptyWindow(session.anchor), failure: null }
    await read(session.firstDirection)
    // A place in the middle: some of what lies before it is shown as well, so that the way back is seen.
    const isShort = state.window.rows.length < shortPageRows
    if (isShort && session.firstDirection === 'forward' && !state.window.atStart) await read('backward')
  }

  async function guarded(work: () => Promise<void>, isQuiet = false): Promise<void> {
    if (isReading) return
    isReading = true
    if (!isQuiet) set({ isLoading: true })
    try {
      await work()
    } catch (error) {
      const failure = failureOf(error)
      if (failure.code !== 'CANCELLED') set({ failure })
    } finally {
      isReading = false
      if (state.isLoading) set({ isLoading: false })
    }
  }

  async function more(direction: 'forward' | 'backward'): Promise<void> {
    const { session, window } = state
    if (session === null || (direction === 'backward' && window.atStart)) return
    const isAtEnd = direction === 'forward' && window.atEnd
    if (isAtEnd && (context.untilMs !== null || performance.now() - endAskedAt < askEndAgainMs)) return
    if (isAtEnd) endAskedAt = performance.now()
    await guarded(() => read(direction), isAtEnd)
  }

  return {
    state: () => state,
    open: () => guarded(openAndRead),
    more,
    retry: () => guarded(state.session === null || lastDirection === null ? openAndRead : () => read(lastDirection ?? 'forward')),
    close() {
      abort.abort()
      pages.close()
    },
  }
}

/** Before anything is read. */
export const closedState: LoaderState = {
  session: null,
  window: emptyWindow([]),
  isLoading: true,
  failure: null,
  missing: [],
  tookMs: 0,
  recordsAtMost: 0,
  asOfMs: 0,
}
