import { create } from 'zustand'
import type { InputOf } from '../../../../src-main/contract/contract.ts'
import type { Failure } from '../../../../src-main/contract/failure.ts'
import type { TransferProgress } from '../../../../src-main/contract/views/transfer.ts'
import { bridge, failureOf } from '../../../bridge/bridge.ts'
import { startTask } from '../../../tasks/tasks.ts'
import { formatBytes, formatRate, plural } from '../../../widgets/format.ts'
import { toast } from '../../../widgets/toasts.ts'

export type TransferOrder =
  | ({ readonly kind: 'export' } & InputOf<'transfer.export'>)
  | ({ readonly kind: 'import' } & InputOf<'transfer.import'>)

export interface TransferRun {
  readonly id: number
  readonly order: TransferOrder
  readonly phase: 'running' | 'done' | 'cancelled' | 'failed'
  readonly progress: TransferProgress | null
  readonly failure: Failure | null
}

/** Transfers that are remembered, running and ended; they live as long as the window, whatever is open. */
const runsMax = 20
export const useTransferRuns = create<{ readonly runs: readonly TransferRun[] }>(() => ({ runs: [] }))

const running = new Map<number, AbortController>()
let lastId = 0

export function startTransfer(order: TransferOrder): number {
  const id = (lastId += 1)
  const run: TransferRun = { id, order, phase: 'running', progress: null, failure: null }
  useTransferRuns.setState(({ runs }) => ({ runs: [run, ...withRoom(runs)] }))
  void transfer(id, order)
  return id
}

const withRoom = (runs: readonly TransferRun[]): readonly TransferRun[] => {
  const ended = runs.filter(run => run.phase !== 'running')
  const dropped = new Set(ended.slice(Math.max(0, ended.length - (runs.length + 1 - runsMax))))
  return runs.length < runsMax ? runs : runs.filter(run => !dropped.has(run))
}

export function cancelTransfer(id: number): void {
  running.get(id)?.abort()
}

const patch = (id: number, change: Partial<TransferRun>): void =>
  useTransferRuns.setState(({ runs }) => ({ runs: runs.map(run => (run.id === id ? { ...run, ...change } : run)) }))

async function transfer(id: number, order: TransferOrder): Promise<void> {
  const abort = new AbortController()
  running.set(id, abort)
  const task = startTask(`${order.kind}ing ${order.topic}`, () => abort.abort())
  try {
    let last: TransferProgress | undefined
    for await (const progress of itemsOf(order, abort.signal)) {
      last = progress
      patch(id, { progress })
      task.update(fractionOf(progress), rateText(progress))
    }
    if (abort.signal.aborted) patch(id, { phase: 'cancelled' })
    else ended(id, order, last)
  } catch (error) {
    failed(id, order, failureOf(error))
  } finally {
    running.delete(id)
    task.end()
  }
}

function itemsOf(order: TransferOrder, signal: AbortSignal): AsyncIterable<TransferProgress> {
  const { kind, ...input } = order
  return kind === 'export'
    ? bridge.stream('transfer.export', input as InputOf<'transfer.export'>, signal)
    : bridge.stream('transfer.import', input as InputOf<'transfer.import'>, signal)
}

function ended(id: number, order: TransferOrder, last: TransferProgress | undefined): void {
  patch(id, { phase: 'done' })
  const records = plural(last?.records ?? 0, 'record')
  const detail = last === undefined ? '' : `${formatBytes(last.bytes)} · ${last.path}`
  const title = order.kind === 'export' ? `Exported ${records} of ${order.topic}` : `Imported ${records} into ${order.topic}`
  toast({ level: 'info', title, detail })
}

function failed(id: number, order: TransferOrder, failure: Failure): void {
  patch(id, { phase: 'failed', failure })
  const title = order.kind === 'export' ? `Export of ${order.topic} failed` : `Import into ${order.topic} failed`
  toast({ level: 'error', title, detail: [failure.message, failure.hint].filter(Boolean).join(' ') })
}

/** 0 to 1; null while the end is unknown. */
export function fractionOf(progress: TransferProgress | null): number | null {
  if (progress === null || progress.recordsTotal === null) return null
  if (progress.done || progress.recordsTotal === 0) return 1
  return Math.min(1, progress.scanned / progress.recordsTotal)
}

export const rateText = (progress: TransferProgress): string =>
  progress.tookMs < 50 ? '' : formatRate((progress.scanned * 1_000) / progress.tookMs)
