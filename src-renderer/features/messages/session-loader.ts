import type { Bridge } from '../../../src-main/contract/contract.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { RecordSession } from '../../../src-main/contract/views/records.ts'
import { failureOf } from '../../bridge/bridge.ts'
import type { ReadContext } from './read-context.ts'
import { emptyWindow, withPage } from './row-window.ts'
import type { RowWindow } from './row-window.ts'

const pageRows = 200

export interface LoaderState {
  readonly session: RecordSession | null
  readonly window: RowWindow
  readonly isLoading: boolean
  readonly failure: Failure | null
  /** Partitions that could not be read at the last page, in words. */
  readonly missing: readonly string[]
  /** From the question to the rows, of the last page. */
  readonly tookMs: number
}

export interface SessionLoader {
  readonly state: () => LoaderState
  /** Opens the session and reads the first page. */
  open(): Promise<void>
  /** Reads on; nothing when it is reading already, or when there is nothing more that way. */
  more(direction: 'forward' | 'backward'): Promise<void>
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

/** Reads a topic in pages around one anchor. A session that main has forgotten is opened again at the cut where reading was. */
export function sessionLoader(options: LoaderOptions): SessionLoader {
  const { bridge, context } = options
  const abort = new AbortController()
  let state: LoaderState = {
    ...{ session: null, window: emptyWindow([]), isLoading: true, failure: null, missing: [], tookMs: 0 },
  }
  let isReading = false

  function set(change: Partial<LoaderState>): void {
    if (abort.signal.aborted) return
    state = { ...state, ...change }
    options.onChange(state)
  }

  async function openSession(start: ReadContext['start'], partitions: readonly number[] | null): Promise<RecordSession> {
    const { connection, topic, isolation, keyDecoder, valueDecoder, untilMs } = context
    const { fields, showControl, batchFacts } = options
    const chosen = partitions === null ? null : [...partitions]
    const asked = {
      connection,
      topic,
      partitions: chosen,
      start,
      isolation,
      keyDecoder,
      valueDecoder,
      untilMs,
      fields,
      showControl,
      batchFacts,
    }
    return await bridge.call('records.open', asked, abort.signal)
  }

  /** One page; after NOT_FOUND once more in a new session. */
  async function page(direction: 'forward' | 'backward', from: readonly number[]) {
    const ask = (session: RecordSession) =>
      bridge.call('records.page', { session: session.session, from, direction, count: pageRows }, abort.signal)
    const session = state.session as RecordSession
    try {
      return await ask(session)
    } catch (error) {
      if (failureOf(error).code !== 'NOT_FOUND') throw error
      const offsets = session.partitions.map(({ partition }, index) => ({ partition, offset: from[index] as number }))
      const again = await openSession(
        { kind: 'offsets', offsets },
        session.partitions.map(({ partition }) => partition),
      )
      set({ session: { ...session, session: again.session } })
      return await ask(again)
    }
  }

  async function read(direction: 'forward' | 'backward'): Promise<void> {
    const { window } = state
    const askedAt = performance.now()
    const found = await page(direction, direction === 'forward' ? window.end : window.start)
    const partitions = (state.session as RecordSession).partitions.map(({ partition }) => partition)
    set({
      window: withPage(state.window, found, direction, partitions),
      missing: found.missing,
      failure: null,
      tookMs: performance.now() - askedAt,
    })
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    if (isReading) return
    isReading = true
    set({ isLoading: true })
    try {
      await work()
    } catch (error) {
      const failure = failureOf(error)
      if (failure.code !== 'CANCELLED') set({ failure })
    } finally {
      isReading = false
      set({ isLoading: false })
    }
  }

  return {
    state: () => state,
    open: () =>
      guarded(async () => {
        const session = await openSession(context.start, context.partitions)
        set({ session, window: emptyWindow(session.anchor) })
        await read(session.firstDirection)
        // A place in the middle: some of what lies before it is shown as well, so that the way back is seen.
        const isFull = state.window.rows.length >= pageRows
        if (!isFull && session.firstDirection === 'forward' && !state.window.atStart) await read('backward')
      }),
    more: direction =>
      state.session === null || (direction === 'backward' && state.window.atStart)
        ? Promise.resolve()
        : guarded(() => read(direction)),
    close() {
      const { session } = state
      abort.abort()
      if (session !== null) void bridge.call('records.close', { session: session.session }).catch(() => undefined)
    },
  }
}
