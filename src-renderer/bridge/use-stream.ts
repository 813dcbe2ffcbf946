import { useEffect, useState } from 'react'
import type { InputOf, ItemOf, StreamName } from '../../src-main/contract/contract.ts'
import type { Failure } from '../../src-main/contract/failure.ts'
import { bridge, failureOf, useLink } from './bridge.ts'
import { useIsActiveTab } from './active.ts'
import { useCurrent } from './use-current.ts'

const againAfterMs = 1_500
/** A tab that is only passed by keeps its streams. */
const closedWhenHiddenMs = 3_000

export interface StreamState {
  readonly failure: Failure | undefined
  /** The stream ended by itself. */
  readonly isEnded: boolean
}

/**
 * Reads a stream while mounted and hands on each item; opened again when `input` changes (by value), after a reconnection, and a
 * moment after a failure that is worth trying again. `input` null: closed. `onStart` runs before the first item of each opening.
 * Closed too while its tab is behind others: every stream tells what there is first, so that it catches up when it is opened again.
 * `whileHidden`: one that would lose something by that goes on.
 */
export function useStream<N extends StreamName>(
  name: N,
  input: InputOf<N> | null,
  onItem: (item: ItemOf<N>) => void,
  onStart: () => void = () => undefined,
  options: { readonly whileHidden?: boolean } = {},
): StreamState {
  const isLooked = useIsLooked()
  const key = input === null || (!isLooked && options.whileHidden !== true) ? '' : JSON.stringify(input ?? {})
  const generation = useLink(state => state.generation)
  const [state, setState] = useState<StreamState>({ failure: undefined, isEnded: false })
  const [attempt, setAttempt] = useState(0)
  const latest = useCurrent({ input, onItem, onStart })

  useEffect(() => {
    if (key === '' || generation === 0) return undefined
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const run = async () => {
      const { input: asked, onStart: start } = latest.current
      start()
      setState({ failure: undefined, isEnded: false })
      try {
        for await (const item of bridge.stream(name, asked as InputOf<N>, abort.signal)) {
          if (abort.signal.aborted) return
          latest.current.onItem(item)
        }
        if (!abort.signal.aborted) setState({ failure: undefined, isEnded: true })
      } catch (error) {
        if (abort.signal.aborted) return
        const failure = failureOf(error)
        setState({ failure, isEnded: true })
        if (failure.code === 'UNREACHABLE' || failure.retriable === true)
          timer = setTimeout(() => setAttempt(count => count + 1), againAfterMs)
      }
    }
    void run()
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [name, key, generation, attempt, latest])
  return state
}

/** Whether the tab around is in front, or was until a moment ago. */
function useIsLooked(): boolean {
  const isActive = useIsActiveTab()
  const [isKept, setKept] = useState(isActive)
  useEffect(() => {
    const timer = setTimeout(() => setKept(isActive), isActive ? 0 : closedWhenHiddenMs)
    return () => clearTimeout(timer)
  }, [isActive])
  return isActive || isKept
}

/** For streams whose every item is the whole picture: the latest one. It stays when the stream fails. */
export function useLatest<N extends StreamName>(
  name: N,
  input: InputOf<N> | null,
): { readonly data: ItemOf<N> | undefined; readonly failure: Failure | undefined } {
  const key = input === null ? '' : JSON.stringify(input ?? {})
  const [kept, setKept] = useState<{ key: string; data: ItemOf<N> } | undefined>(undefined)
  const { failure } = useStream(name, input, data => setKept({ key, data }))
  return { data: kept?.key === key ? kept.data : undefined, failure }
}

/** For streams that tell of one thing after the other: the newest `max` of them, the newest first. */
export function useNewest<N extends StreamName>(
  name: N,
  input: InputOf<N> | null,
  max: number,
): { readonly items: readonly ItemOf<N>[]; readonly failure: Failure | undefined } {
  const [items, setItems] = useState<readonly ItemOf<N>[]>([])
  const { failure } = useStream(
    name,
    input,
    item => setItems(before => [item, ...before].slice(0, max)),
    () => setItems([]),
  )
  return { items, failure }
}
