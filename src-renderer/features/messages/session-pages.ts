import type { Cut, RecordPage, RecordSession } from '../../../src-main/contract/views/records.ts'
import { failureOf } from '../../bridge/bridge.ts'
import type { LoaderOptions } from './session-loader.ts'

const pageRows = 200

export interface SessionPages {
  /** The session as it was opened first, with the bounds of then. */
  open(): Promise<RecordSession>
  /** One page from a cut; after NOT_FOUND (main forgets sessions that nobody used) once more in a new session. */
  page(from: Cut, direction: 'forward' | 'backward'): Promise<RecordPage>
  /** Lets main forget it. */
  close(): void
}

/** The talk with main about one session. */
export function sessionPages({ bridge, context, ...options }: LoaderOptions, signal: AbortSignal): SessionPages {
  let current: RecordSession | undefined

  async function open(partitions: readonly number[] | null): Promise<RecordSession> {
    const { fields, showControl, batchFacts } = options
    const chosen = partitions === null ? null : [...partitions]
    current = await bridge.call('records.open', { ...context, partitions: chosen, fields, showControl, batchFacts }, signal)
    return current
  }
  const ask = (session: RecordSession, from: Cut, direction: 'forward' | 'backward') =>
    bridge.call('records.page', { session: session.session, from, direction, count: pageRows }, signal)

  return {
    open: () => open(context.partitions),
    async page(from, direction) {
      if (current === undefined) throw new Error('a page was asked for before the session was open')
      try {
        return await ask(current, from, direction)
      } catch (error) {
        if (failureOf(error).code !== 'NOT_FOUND') throw error
        // Cuts are offsets: those of the forgotten session hold in the new one, which has the same bounds because it starts the same.
        return await ask(await open(current.partitions.map(({ partition }) => partition)), from, direction)
      }
    },
    close() {
      if (current !== undefined) void bridge.call('records.close', { session: current.session }).catch(() => undefined)
    },
  }
}
