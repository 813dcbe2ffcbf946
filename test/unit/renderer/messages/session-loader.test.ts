import { describe, expect, it } from 'vitest'
import type { Bridge, InputOf } from '../../../../src-main/contract/contract.ts'
import { FailureError } from '../../../../src-main/contract/failure.ts'
import type { RecordPage } from '../../../../src-main/contract/views/records.ts'
import { sessionLoader } from '../../../../src-renderer/features/messages/session-loader.ts'
import type { ReadContext } from '../../../../src-renderer/features/messages/read-context.ts'
import { row } from './row-fixtures.ts'

const context: ReadContext = {
  ...{
    connection: 'local',
    topic: 'orders',
    partitions: null,
    isolation: 'read-committed',
    keyDecoder: 'auto',
    valueDecoder: 'auto',
  },
  ...{ start: { kind: 'offset', offset: 500 }, untilMs: null },
}

/** Main with a topic of one partition; forgets sessions, fails, and gets new records when told so. */
function main(end: number) {
  const state = {
    end,
    sessions: new Set<string>(),
    opened: [] as InputOf<'records.open'>[],
    failNext: null as FailureError | null,
  }
  const answers = {
    'records.open': (input: InputOf<'records.open'>) => {
      const session = `s${state.opened.push(input)}`
      state.sessions.add(session)
      return {
        ...{ session, topic: 'orders', anchor: [500], firstDirection: 'forward', timestampType: 'create', note: null },
        ...{ startedAtMs: null, recordsAtMost: state.end, partitions: [{ partition: 0, startOffset: 0, endOffset: state.end }] },
      }
    },
    'records.page': ({ session, from, direction, count = 200 }: InputOf<'records.page'>): RecordPage => {
      const failure =
        state.failNext ?? (state.sessions.has(session) ? null : new FailureError({ code: 'NOT_FOUND', message: 'gone' }))
      state.failNext = null
      if (failure !== null) throw failure
      const at = from[0] as number
      const [start, to] = direction === 'forward' ? [at, Math.min(state.end, at + count)] : [Math.max(0, at - count), at]
      const rows = Array.from({ length: to - start }, (_, index) => row(0, start + index))
      return {
        ...{ rows, start: [start], end: [to], atStart: start === 0, atEnd: to === state.end, endOffsets: [state.end] },
        ...{ missing: [], scannedRecords: rows.length, tookMs: 1 },
      }
    },
    'records.close': () => null,
  }
  const call = async (name: keyof typeof answers, input: never) => await Promise.resolve().then(() => answers[name](input))
  return { state, bridge: { call } as unknown as Bridge }
}

const loaderOn = (bridge: Bridge, given: ReadContext = context) =>
  sessionLoader({ bridge, context: given, fields: [], showControl: false, batchFacts: false, onChange: () => undefined })
const offsetsOf = (loader: ReturnType<typeof loaderOn>) => loader.state().window.rows.map(({ offset }) => offset)
const from = (first: number, to: number) => Array.from({ length: to - first }, (_, index) => first + index)

describe('reading a topic', () => {
  it('begins at the anchor and goes on both ways', async () => {
    const loader = loaderOn(main(2_000).bridge)
    await loader.open()
    expect(offsetsOf(loader)).toEqual(from(500, 700))
    await loader.more('backward')
    await loader.more('forward')
    expect(offsetsOf(loader)).toEqual(from(300, 900))
  })

  it('opens a forgotten session again and goes on at the cut', async () => {
    const { bridge, state } = main(2_000)
    const loader = loaderOn(bridge)
    await loader.open()
    state.sessions.clear()
    await loader.more('forward')
    expect(offsetsOf(loader)).toEqual(from(500, 900))
    expect(loader.state().failure).toBeNull()
    // The bounds of the first session hold in the second one only when it starts the same.
    expect(state.opened.map(({ start }) => start)).toEqual([context.start, context.start])
  })

  it('keeps the rows when reading on fails, and tries the same again', async () => {
    const { bridge, state } = main(2_000)
    const loader = loaderOn(bridge)
    await loader.open()
    state.failNext = new FailureError({ code: 'UNREACHABLE', message: 'no broker answers' })
    await loader.more('backward')
    expect(loader.state().failure?.message).toBe('no broker answers')
    expect(offsetsOf(loader)).toEqual(from(500, 700))
    await loader.retry()
    expect(loader.state().failure).toBeNull()
    expect(offsetsOf(loader)).toEqual(from(300, 700))
  })

  it('shows what lies before when little lies behind', async () => {
    const loader = loaderOn(main(510).bridge)
    await loader.open()
    expect(offsetsOf(loader)).toEqual(from(300, 510))
    expect(loader.state().window.atEnd).toBe(true)
  })

  it('does not ask for the end of a range that has one', async () => {
    const { bridge, state } = main(600)
    const loader = loaderOn(bridge, { ...context, untilMs: 5 })
    await loader.open()
    state.end = 650
    await loader.more('forward')
    expect(offsetsOf(loader).at(-1)).toBe(599)
  })
})
