import { useEffect, useMemo, useState } from 'react'
import { bridge, useLink } from '../../bridge/bridge.ts'
import type { ReadContext } from './read-context.ts'
import { closedState, sessionLoader } from './session-loader.ts'
import type { LoaderState, SessionLoader } from './session-loader.ts'

export interface SessionOptions {
  readonly fields: readonly string[]
  readonly showControl: boolean
  readonly batchFacts: boolean
}

export interface OpenSession extends LoaderState {
  /** The same as long as the rows are those of one reading. */
  readonly id: string
  readonly more: SessionLoader['more']
  /** After a failure: tries the same again. */
  readonly retry: () => void
}

/** A session for as long as the context stays the same (by value, and `round`); `context` null: none. */
export function useSession(context: ReadContext | null, options: SessionOptions, round: number): OpenSession {
  const generation = useLink(state => state.generation)
  const isLinked = generation > 0
  const key = context === null ? '' : JSON.stringify([context, options, round])
  const [kept, setKept] = useState<{ readonly key: string; readonly state: LoaderState }>({ key: '', state: closedState })
  const [loader, setLoader] = useState<SessionLoader | null>(null)
  useEffect(() => {
    if (key === '' || !isLinked) return undefined
    const [asked, given] = JSON.parse(key) as [ReadContext, SessionOptions]
    const made = sessionLoader({ bridge, context: asked, ...given, onChange: state => setKept({ key, state }) })
    setLoader(made)
    void made.open()
    return () => made.close()
  }, [key, isLinked])
  useEffect(() => {
    if (loader?.state().failure?.code === 'DISCONNECTED') void loader.retry()
  }, [loader, generation])
  const state = kept.key === key ? kept.state : closedState
  return useMemo(
    () => ({
      ...state,
      id: key,
      more: async direction => await loader?.more(direction),
      retry: () => void loader?.retry(),
    }),
    [state, key, loader],
  )
}
