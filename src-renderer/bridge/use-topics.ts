import { useCallback, useSyncExternalStore } from 'react'
import { bridge, failureOf, useLink } from './bridge.ts'
import { topicBook } from './topic-list.ts'
import type { TopicsNow } from './topic-list.ts'

const againAfterMs = 1_500
/** Many parts make one picture: drawn at most that often. */
const drawEveryMs = 250

interface Watch {
  now: TopicsNow | undefined
  readonly listeners: Set<() => void>
  readonly abort: AbortController
}

const watches = new Map<string, Watch>()

/** The topics of a connection, kept up to date: one stream for all who look, however many. Undefined before the first answer. */
export function useTopics(connection: string | null): TopicsNow | undefined {
  const subscribe = useCallback(
    (listener: () => void) => (connection === null ? () => undefined : joined(connection, listener)),
    [connection],
  )
  return useSyncExternalStore(subscribe, () => (connection === null ? undefined : watches.get(connection)?.now))
}

function joined(connection: string, listener: () => void): () => void {
  const watch = watches.get(connection) ?? started(connection)
  watch.listeners.add(listener)
  return () => {
    watch.listeners.delete(listener)
    // Those who come in the same moment as the last one goes keep it.
    setTimeout(() => {
      if (watch.listeners.size > 0 || watches.get(connection) !== watch) return
      watches.delete(connection)
      watch.abort.abort()
    })
  }
}

function started(connection: string): Watch {
  const watch: Watch = { now: undefined, listeners: new Set(), abort: new AbortController() }
  watches.set(connection, watch)
  void follow(connection, watch)
  return watch
}

/** Reads until nobody looks; what was told last stays on screen, with its failure, until it can be reached again. */
async function follow(connection: string, watch: Watch): Promise<void> {
  const { signal } = watch.abort
  while (!signal.aborted) {
    try {
      await linkUp(signal)
      await readAll(connection, watch)
    } catch (error) {
      if (signal.aborted) return
      const failure = failureOf(error)
      tell(watch, { ...(watch.now ?? nothing), failure })
      if (failure.code === 'NOT_FOUND') return
    }
    await new Promise(resolve => setTimeout(resolve, againAfterMs))
  }
}

const nothing: TopicsNow = { topics: [], asOfMs: 0, missing: [], failure: undefined, isWhole: false }

async function readAll(connection: string, watch: Watch): Promise<void> {
  const book = topicBook()
  let timer: ReturnType<typeof setTimeout> | undefined
  const draw = () => {
    timer = undefined
    const now = book.read()
    // After a reconnection the whole list stays until there is a whole one again.
    if (now.isWhole || watch.now?.isWhole !== true) tell(watch, now)
  }
  for await (const part of bridge.stream('topics.watch', { connection }, watch.abort.signal)) {
    const isFirst = watch.now === undefined
    book.take(part)
    if (isFirst) draw()
    else timer ??= setTimeout(draw, drawEveryMs)
  }
}

function tell(watch: Watch, now: TopicsNow): void {
  watch.now = now
  for (const listener of watch.listeners) listener()
}

function linkUp(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const settle = () => {
      if (!useLink.getState().isUp && !signal.aborted) return
      stop()
      resolve()
    }
    const stop = useLink.subscribe(settle)
    settle()
  })
}
