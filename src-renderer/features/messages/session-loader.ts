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
  /** Records in the session's partitions as of the last page, at most: compaction and transactions leave gaps. */
  readonly recordsAtMost: number
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
  const { context } = options
  const abort = new AbortController()
  let state = firstState
  let isReading = false

  function set(change: Partial<LoaderState>): void {
    if (abort.signal.aborted) return
    state = { ...state, ...change }
    options.onChange(state)
  }

  async function read(session: RecordSession, direction: 'forward' | 'backward'): Promise<void> {
    const askedAt = performance.now()
    const from = direction === 'forward' ? state.window.end : state.window.start
    const found = await pageOf(options, session, { direction, from: [...from] }, abort.signal)
    const partitions = session.partitions.map(({ partition }) => partition)
    set({
      session: found.session,
      window: withPage(state.window, found.page, direction, partitions),
      missing: found.page.missing,
      failure: null,
      tookMs: performance.now() - askedAt,
      recordsAtMost: session.partitions.reduce(
        (sum, one, index) => sum + (found.page.endOffsets[index] as number) - one.startOffset,
        0,
      ),
    })
  }

  async function openAndRead(): Promise<void> {
    const session = await openSession(options, context.start, context.partitions, abort.signal)
    set({ session, window: emptyWindow(session.anchor) })
    await read(session, session.firstDirection)
    // A place in the middle: some of what lies before it is shown as well, so that the way back is seen.
    const isFull = state.window.rows.length >= pageRows
    if (!isFull && session.firstDirection === 'forward' && !state.window.atStart) await read(session, 'backward')
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
    open: () => guarded(openAndRead),
    async more(direction) {
      const { session, window } = state
      if (session !== null && !(direction === 'backward' && window.atStart)) await guarded(() => read(session, direction))
    },
    close() {
      const { session } = state
      abort.abort()
      if (session !== null) void options.bridge.call('records.close', { session: session.session }).catch(() => undefined)
    },
  }
}

const firstState: LoaderState = {
  session: null,
  window: emptyWindow([]),
  isLoading: true,
  failure: null,
  missing: [],
  tookMs: 0,
  recordsAtMost: 0,
}

async function openSession(
  { bridge, context, fields, showControl, batchFacts }: LoaderOptions,
  start: ReadContext['start'],
  partitions: readonly number[] | null,
  signal: AbortSignal,
): Promise<RecordSession> {
  const { connection, topic, isolation, keyDecoder, valueDecoder, untilMs } = context
  const chosen = partitions === null ? null : [...partitions]
  return await bridge.call(
    'records.open',
    {
      ...{ connection, topic, partitions: chosen, start, isolation, keyDecoder, valueDecoder },
      ...{ untilMs, fields, showControl, batchFacts },
    },
    signal,
  )
}

interface PageQuestion {
  readonly direction: 'forward' | 'backward'
  readonly from: number[]
}

/** One page; after NOT_FOUND once more in a new session, which then takes the place of the old one. */
async function pageOf(options: LoaderOptions, session: RecordSession, question: PageQuestion, signal: AbortSignal) {
  const ask = async (id: string) =>
    await options.bridge.call('records.page', { session: id, ...question, count: pageRows }, signal)
  try {
    return { session, page: await ask(session.session) }
  } catch (error) {
    if (failureOf(error).code !== 'NOT_FOUND') throw error
    const offsets = session.partitions.map(({ partition }, index) => ({ partition, offset: question.from[index] as number }))
    const again = await openSession(
      options,
      { kind: 'offsets', offsets },
      offsets.map(({ partition }) => partition),
      signal,
    )
    return { session: { ...session, session: again.session }, page: await ask(again.session) }
  }
}
