import { create } from 'zustand'
import type { InputOf } from '../../../../src-main/contract/contract.ts'
import { bridge, failureOf } from '../../../bridge/bridge.ts'
import { startTask } from '../../../tasks/tasks.ts'
import type { TaskHandle } from '../../../tasks/tasks.ts'
import { formatRate } from '../../../widgets/format.ts'
import { scansFromText, scansToText } from './kept-scans.ts'
import { canGoOn, progressOf, rateOf, rowsKeptMax, scanReducer, startedScan } from './scan-state.ts'
import type { ScanEvent, ScanState } from './scan-state.ts'

export type ScanOrder = Omit<InputOf<'records.scan'>, 'ranges'>

export interface ScanRun {
  readonly order: ScanOrder
  readonly state: ScanState
}

/** Scans whose rows are kept, the latest first of being dropped last; a running one is never dropped. */
const runsMax = 4

const keptKey = 'brokerbench.scans'

/** One scan per topic: it goes on while other tabs are in front, and is found again when this one comes back. */
export const useScanRuns = create<{ readonly runs: ReadonlyMap<string, ScanRun> }>(() => ({
  runs: scansFromText(sessionStorage.getItem(keptKey)),
}))

// Only when the page goes: a scan that runs costs nothing by being kept.
window.addEventListener('pagehide', () => {
  try {
    sessionStorage.setItem(keptKey, scansToText(useScanRuns.getState().runs))
  } catch {
    // A browser that keeps nothing: then scans are gone with the page.
  }
})

const running = new Map<string, AbortController>()

export const scanKey = (connection: string, topic: string): string => `${connection} ${topic}`
const keyOf = (order: ScanOrder): string => scanKey(order.connection, order.topic)

/** Takes the place of an earlier scan of the topic. */
export function startScan(order: ScanOrder): void {
  stop(keyOf(order))
  put(keyOf(order), { order, state: startedScan })
  void run(order, null)
}

/** Goes on where the scan stopped, until as many more are found. */
export function resumeScan(key: string): void {
  const known = useScanRuns.getState().runs.get(key)
  if (known === undefined || !canGoOn(known.state)) return
  const ranges = known.state.remaining
  put(key, { ...known, state: scanReducer(known.state, { kind: 'resumed' }) })
  void run(known.order, ranges)
}

/** Keeps what was found. */
export function cancelScan(key: string): void {
  if (stop(key)) apply(key, { kind: 'cancelled' })
}

export function clearScan(key: string): void {
  stop(key)
  useScanRuns.setState(({ runs }) => ({ runs: new Map([...runs].filter(([other]) => other !== key)) }))
}

function stop(key: string): boolean {
  const abort = running.get(key)
  running.delete(key)
  abort?.abort()
  return abort !== undefined
}

async function run(order: ScanOrder, ranges: ScanState['remaining']): Promise<void> {
  const key = keyOf(order)
  const abort = new AbortController()
  running.set(key, abort)
  const task = startTask(`scanning ${order.topic}`, () => cancelScan(key))
  abort.signal.addEventListener('abort', () => task.end())
  try {
    const found = useScanRuns.getState().runs.get(key)?.state.rows.length ?? 0
    const hitsMax = Math.min(order.hitsMax ?? 1_000, rowsKeptMax - found)
    const input = { ...order, hitsMax, ranges: ranges === null ? null : [...ranges] }
    for await (const item of bridge.stream('records.scan', input, abort.signal)) {
      if (abort.signal.aborted) return
      tell(task, apply(key, { kind: 'item', item }))
    }
  } catch (error) {
    if (!abort.signal.aborted) apply(key, { kind: 'failed', failure: failureOf(error) })
  } finally {
    task.end()
    if (running.get(key) === abort) running.delete(key)
  }
}

function apply(key: string, event: ScanEvent): ScanState | undefined {
  const known = useScanRuns.getState().runs.get(key)
  if (known === undefined) return undefined
  const state = scanReducer(known.state, event)
  put(key, { ...known, state })
  return state
}

function tell(task: TaskHandle, state: ScanState | undefined): void {
  if (state === undefined) return
  const rate = rateOf(state)
  task.update(progressOf(state), rate === null ? '' : formatRate(rate))
}

function put(key: string, next: ScanRun): void {
  useScanRuns.setState(({ runs }) => {
    const others = [...runs].filter(([other]) => other !== key)
    const idle = others.filter(([, other]) => other.state.phase.kind !== 'running')
    const dropped = new Set(idle.slice(0, Math.max(0, others.length + 1 - runsMax)).map(([other]) => other))
    return { runs: new Map([...others.filter(([other]) => !dropped.has(other)), [key, next]]) }
  })
}
