import { useCallback, useEffect, useRef, useState } from 'react'
import type { CallName, InputOf, OutputOf } from '../../src-main/contract/contract.ts'
import type { Failure } from '../../src-main/contract/failure.ts'
import { useIsActiveTab } from './active.ts'
import { bridge, failureOf, useLink } from './bridge.ts'
import { useCurrent } from './use-current.ts'

/** The last answer stays while a new one is asked for, and when that fails: `failure` beside `data` means stale. */
export interface CallState<Out> {
  readonly data: Out | undefined
  readonly failure: Failure | undefined
  readonly isLoading: boolean
  /** When `data` arrived, in milliseconds since 1970; 0 before. */
  readonly asOfMs: number
  /** Asks again; resolves when the answer is there. */
  readonly reload: () => Promise<void>
}

interface Kept<Out> {
  readonly key: string
  readonly data: Out | undefined
  readonly failure: Failure | undefined
  readonly asOfMs: number
}

/**
 * Asks one call and keeps its answer. Asked again when `input` changes (by value), after `refreshMs` while its tab is in front, and after a reconnection.
 * `input` null: nothing is asked. An answer to an earlier input is never shown for a later one.
 */
export function useCall<N extends CallName>(
  name: N,
  input: InputOf<N> | null,
  options: { readonly refreshMs?: number } = {},
): CallState<OutputOf<N>> {
  const key = input === null ? '' : `${name} ${JSON.stringify(input)}`
  const generation = useLink(state => state.generation)
  const [kept, setKept] = useState<Kept<OutputOf<N>>>({ key, data: undefined, failure: undefined, asOfMs: 0 })
  const [isLoading, setLoading] = useState(input !== null)
  const latest = useCurrent({ name, input, key })
  const asking = useRef(0)

  const ask = useCallback(
    async (signal?: AbortSignal) => {
      const asked = latest.current
      if (asked.input === null) return
      setLoading(true)
      asking.current += 1
      try {
        const data = await bridge.call(asked.name, asked.input, signal)
        if (latest.current.key === asked.key) setKept({ key: asked.key, data, failure: undefined, asOfMs: Date.now() })
      } catch (error) {
        const failure = failureOf(error)
        if (latest.current.key !== asked.key || failure.code === 'CANCELLED') return
        setKept(before =>
          before.key === asked.key ? { ...before, failure } : { key: asked.key, data: undefined, failure, asOfMs: 0 },
        )
      } finally {
        asking.current -= 1
        if (latest.current.key === asked.key && signal?.aborted !== true) setLoading(false)
      }
    },
    [latest],
  )

  useEffect(() => {
    if (key === '' || generation === 0) return undefined
    const abort = new AbortController()
    void ask(abort.signal)
    return () => abort.abort()
  }, [key, generation, ask])

  const isActive = useIsActiveTab()
  const { refreshMs } = options
  useEffect(() => {
    if (key === '' || generation === 0 || refreshMs === undefined || !isActive) return undefined
    const abort = new AbortController()
    const again = () => asking.current === 0 && void ask(abort.signal)
    again()
    const timer = setInterval(again, refreshMs)
    return () => {
      clearInterval(timer)
      abort.abort()
    }
  }, [key, generation, ask, refreshMs, isActive])

  const reload = useCallback(() => ask(), [ask])
  const current = kept.key === key ? kept : { data: undefined, failure: undefined, asOfMs: 0 }
  return { data: current.data, failure: current.failure, asOfMs: current.asOfMs, isLoading, reload }
}
