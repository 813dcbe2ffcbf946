import { create } from 'zustand'
import type { RetireProgress } from '../../../src-main/contract/views/cluster.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { startTask } from '../../tasks/tasks.ts'
import { toast } from '../../widgets/toasts.ts'
import { retireFraction, retireText } from './retirement.ts'

export interface Retirement {
  readonly progress: RetireProgress
  readonly failure: Failure | undefined
  readonly isRunning: boolean
  readonly cancel: () => void
}

/** Brokers on their way out. They go on when the dialog or the tab is closed: the status bar shows them. */
export const useRetirements = create<Readonly<Record<number, Retirement>>>(() => ({}))

export const forgetRetirement = (brokerId: number): void =>
  useRetirements.setState(
    before => Object.fromEntries(Object.entries(before).filter(([id]) => Number(id) !== brokerId)) as typeof before,
    true,
  )

export async function retire(brokerId: number, throttleBytesPerSecond: number | null): Promise<void> {
  const abort = new AbortController()
  const cancel = () => abort.abort()
  const task = startTask(`Retiring broker ${brokerId}`, cancel)
  const first: RetireProgress = { brokerId, phase: 'planning', doneBytes: null, totalBytes: null, partitionsLeft: 0 }
  const set = (patch: Partial<Retirement>) =>
    useRetirements.setState(before => ({
      [brokerId]: { progress: first, failure: undefined, isRunning: true, cancel, ...before[brokerId], ...patch },
    }))
  set({ progress: first, failure: undefined, isRunning: true, cancel })
  try {
    for await (const progress of bridge.stream('local.retireBroker', { brokerId, throttleBytesPerSecond }, abort.signal)) {
      set({ progress })
      task.update(retireFraction(progress), retireText(progress))
    }
    tellEnd(brokerId, abort.signal.aborted)
    forgetRetirement(brokerId)
  } catch (error) {
    const failure = failureOf(error)
    set({ failure, isRunning: false })
    toast({ level: 'error', title: `Broker ${brokerId} was not retired: ${failure.message}`, detail: failure.hint ?? '' })
  } finally {
    task.end()
  }
}

function tellEnd(brokerId: number, isCancelled: boolean): void {
  toast(
    isCancelled
      ? { level: 'warning', title: `Broker ${brokerId} stays`, detail: 'What has not moved yet is taken back.' }
      : { level: 'info', title: `Broker ${brokerId} is retired`, detail: '' },
  )
}
