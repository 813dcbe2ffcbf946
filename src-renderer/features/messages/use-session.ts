import { useEffect, useMemo, useState } from 'react'
import { bridge, useLink } from '../../bridge/bridge.ts'
import type { ReadContext } from './read-context.ts'
import { emptyWindow } from './row-window.ts'
import { sessionLoader } from './session-loader.ts'
import type { LoaderState, SessionLoader } from './session-loader.ts'

export interface SessionOptions {
  readonly fields: readonly string[]
  readonly showControl: boolean
  readonly batchFacts: boolean
}

export interface OpenSession extends LoaderState {
  readonly more: SessionLoader['more']
  readonly reload: () => void
}

const closed: LoaderState = {
  session: null,
  window: emptyWindow([]),
  isLoading: true,
  failure: null,
  missing: [],
  tookMs: 0,
  recordsAtMost: 0,
}

/** A session for as long as the context stays the same (by value); `context` null: none. */
export function useSession(context: ReadContext | null, options: SessionOptions): OpenSession {
  const [attempt, setAttempt] = useState(0)
  const generation = useLink(state => state.generation)
  const opening = useOpening(context)
  const key = context === null ? '' : JSON.stringify([context, options, attempt, generation, opening])
  const [kept, setKept] = useState<{ readonly key: string; readonly state: LoaderState }>({ key: '', state: closed })
  const [loader, setLoader] = useState<SessionLoader | null>(null)
  useEffect(() => {
    if (key === '' || generation === 0) return undefined
    const [asked, given] = JSON.parse(key) as [ReadContext, SessionOptions]
    const made = sessionLoader({ bridge, context: asked, ...given, onChange: state => setKept({ key, state }) })
    setLoader(made)
    void made.open()
    return () => made.close()
  }, [key, generation])
  const state = kept.key === key ? kept.state : closed
  return useMemo(
    () => ({
      ...state,
      more: async direction => await loader?.more(direction),
      reload: () => setAttempt(count => count + 1),
    }),
    [state, loader],
  )
}

/** Counts the contexts: another one of the same content is asked anew. */
function useOpening(context: ReadContext | null): number {
  const [kept, setKept] = useState({ context, count: 0 })
  if (kept.context !== context) setKept({ context, count: kept.count + 1 })
  return kept.count
}
