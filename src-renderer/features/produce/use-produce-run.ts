import { useCallback, useRef, useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import type { InputOf } from '../../../src-main/contract/contract.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { ProduceProgress } from '../../../src-main/contract/views/records.ts'
import { startTask } from '../../tasks/tasks.ts'
import { formatCount } from '../../widgets/format.ts'

export interface ProduceRun {
  readonly progress: ProduceProgress | undefined
  readonly failure: Failure | undefined
  readonly isRunning: boolean
  readonly start: (order: InputOf<'records.produceMany'>) => Promise<void>
  /** Ends it; an open transaction is aborted. */
  readonly cancel: () => void
  readonly endTransaction: (outcome: 'commit' | 'abort') => Promise<void>
}

/** Many records on their way. It goes on when the tab is left, and stands in the status bar meanwhile. */
export function useProduceRun(): ProduceRun {
  const [progress, setProgress] = useState<ProduceProgress | undefined>(undefined)
  const [failure, setFailure] = useState<Failure | undefined>(undefined)
  const [isRunning, setRunning] = useState(false)
  const abort = useRef<AbortController | undefined>(undefined)

  const start = useCallback(async (order: InputOf<'records.produceMany'>) => {
    const own = new AbortController()
    abort.current = own
    const task = startTask(`producing to ${order.topic}`, () => own.abort())
    setProgress(undefined)
    setFailure(undefined)
    setRunning(true)
    try {
      for await (const item of bridge.stream('records.produceMany', order, own.signal)) {
        setProgress(item)
        task.update(item.total === null || item.total === 0 ? null : item.acked / item.total, taskDetail(item))
      }
    } catch (error) {
      if (!own.signal.aborted) setFailure(failureOf(error))
    } finally {
      task.end()
      setRunning(false)
    }
  }, [])
  const cancel = useCallback(() => abort.current?.abort(), [])
  const endTransaction = useCallback(
    async (outcome: 'commit' | 'abort') => {
      if (progress === undefined) return
      try {
        await bridge.call('records.endProduce', { run: progress.run, outcome })
      } catch (error) {
        setFailure(failureOf(error))
      }
    },
    [progress],
  )
  return { progress, failure, isRunning, start, cancel, endTransaction }
}

const taskDetail = ({ acked, state }: ProduceProgress): string =>
  state === 'waiting' ? 'transaction open' : `${formatCount(acked)} records`
