import { useEffect, useRef, useState } from 'react'
import type { InputOf } from '../../../src-main/contract/contract.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { walkOf } from './test-walk.ts'
import type { WalkStep } from './test-walk.ts'

export interface ConnectionTest {
  readonly isRunning: boolean
  /** Of the last test. */
  readonly walk: readonly WalkStep[] | undefined
  readonly failure: Failure | undefined
  readonly run: (input: InputOf<'connections.test'>) => Promise<void>
  readonly cancel: () => void
}

/** Walks to a cluster and back; one test at a time, ended with the dialog. */
export function useTest(): ConnectionTest {
  const [state, setState] = useState<Pick<ConnectionTest, 'isRunning' | 'walk' | 'failure'>>({
    isRunning: false,
    walk: undefined,
    failure: undefined,
  })
  const running = useRef<AbortController | undefined>(undefined)
  useEffect(() => () => running.current?.abort(), [])
  const run = async (input: InputOf<'connections.test'>) => {
    const abort = new AbortController()
    running.current = abort
    setState({ isRunning: true, walk: undefined, failure: undefined })
    try {
      const steps = await bridge.call('connections.test', input, abort.signal)
      setState({ isRunning: false, walk: walkOf(steps), failure: undefined })
    } catch (error) {
      const failure = failureOf(error)
      setState({ isRunning: false, walk: undefined, failure: failure.code === 'CANCELLED' ? undefined : failure })
    }
  }
  return { ...state, run, cancel: () => running.current?.abort() }
}
