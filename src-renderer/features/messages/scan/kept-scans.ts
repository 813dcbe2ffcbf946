import type { ScanOrder, ScanRun } from './scan-runs.ts'
import { totals } from './scan-state.ts'
import type { ScanState } from './scan-state.ts'

/** Hits of one scan that are kept over a reload, and characters of all scans together: the tab's own storage holds some five million. */
export const rowsKeptMax = 500
const charsMax = 2_000_000

interface KeptScan {
  readonly order: ScanOrder
  readonly state: ScanState
}

/** Scans as they are left behind when the page goes: what runs is interrupted, and goes on from where it was when asked to. */
export function scansToText(runs: ReadonlyMap<string, ScanRun>): string {
  let left = charsMax
  const kept: [string, KeptScan][] = []
  for (const [key, run] of [...runs].reverse()) {
    const entry: [string, KeptScan] = [key, interrupted(run)]
    const chars = JSON.stringify(entry).length
    if (chars > left) continue
    left -= chars
    kept.unshift(entry)
  }
  return JSON.stringify(kept)
}

function interrupted({ order, state }: ScanRun): KeptScan {
  const isRunning = state.phase.kind === 'running'
  const rows = state.rows.slice(0, rowsKeptMax)
  return {
    order,
    state: {
      ...state,
      rows,
      lostRows: state.lostRows + state.rows.length - rows.length,
      ...(isRunning ? { phase: { kind: 'ended', reason: 'reloaded', message: null } } : {}),
      before: totals(state),
      now: { ...totals(state), offsetsDone: 0, scanned: 0, undecodable: 0, bytes: 0, tookMs: 0 },
    },
  }
}

/** What `scansToText` wrote; nothing for whatever it did not. */
export function scansFromText(text: string | null): Map<string, ScanRun> {
  try {
    const parsed = JSON.parse(text ?? '[]') as [string, KeptScan][]
    const isScan = ([key, run]: [unknown, KeptScan]) =>
      typeof key === 'string' && Array.isArray(run.state.rows) && typeof run.order.topic === 'string'
    return new Map(parsed.every(isScan) ? parsed : [])
  } catch {
    return new Map()
  }
}
