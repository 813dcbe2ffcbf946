import { useCallback, useEffect, useRef, useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useCurrent } from '../../bridge/use-current.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { DecoderChoice } from '../../places/decoder-choice.ts'
import type { OneRecord, PartName } from './read-part.ts'

/** In one step; small enough that adding it to the editor is no long task. */
const chunkChars = 262_144
const stepChars = 1_048_576
/** The window shows no more of one text: the rest is for an export. */
export const textCharsMax = 33_554_432

export interface LongText {
  /** What followed the beginning so far. */
  readonly more: readonly string[]
  readonly chars: number
  /** Null until main has said it. */
  readonly totalChars: number | null
  readonly isWhole: boolean
  readonly isLoading: boolean
  readonly failure: Failure | undefined
  readonly loadMore: () => void
  readonly loadAll: () => void
  readonly stop: () => void
}

export interface LongTextSource {
  readonly record: OneRecord
  readonly part: PartName
  readonly decoder: DecoderChoice
  /** What came with the record. */
  readonly first: string
  readonly isWhole: boolean
}

interface Loaded {
  readonly key: string
  readonly first: string
  readonly more: readonly string[]
  /** Of `first` and `more`. */
  readonly chars: number
  readonly totalChars: number | null
  readonly isLoading: boolean
  readonly failure: Failure | undefined
}

/** A text of which the beginning is there: more of it on demand, chunk by chunk, until it is whole or `textCharsMax` is reached. */
export function useLongText(source: LongTextSource): LongText {
  const key = JSON.stringify([source.record, source.part, source.decoder])
  const { first } = source
  const fresh: Loaded = { key, first, more: none, chars: first.length, totalChars: null, isLoading: false, failure: undefined }
  const [kept, setKept] = useState<Loaded>(fresh)
  const loaded = kept.key === key && kept.first === first ? kept : fresh
  const latest = useCurrent({ source, loaded })
  const running = useRef<AbortController | undefined>(undefined)

  const stop = useCallback(() => running.current?.abort(), [])
  useEffect(() => stop, [key, stop])
  const load = useCallback(
    async (chars: number) => {
      if (latest.current.loaded.isLoading) return
      const abort = new AbortController()
      running.current = abort
      const start = latest.current.loaded
      await readOn(latest.current.source, start, Math.min(textCharsMax, start.chars + chars), abort.signal, next => {
        if (latest.current.loaded.key === start.key) setKept(next)
      })
    },
    [latest],
  )
  return {
    ...loaded,
    isWhole: source.isWhole || (loaded.totalChars !== null && loaded.chars >= loaded.totalChars),
    loadMore: useCallback(() => void load(stepChars), [load]),
    loadAll: useCallback(() => void load(textCharsMax), [load]),
    stop,
  }
}

const none: readonly string[] = []

async function readOn(
  { record, part, decoder }: LongTextSource,
  start: Loaded,
  until: number,
  signal: AbortSignal,
  tell: (loaded: Loaded) => void,
): Promise<void> {
  let now: Loaded = { ...start, isLoading: true, failure: undefined }
  tell(now)
  try {
    while (now.chars < until && now.chars < (now.totalChars ?? until)) {
      const order = { ...record, part, decoder, from: now.chars, length: Math.min(chunkChars, until - now.chars) }
      const chunk = await bridge.call('records.text', order, signal)
      now = { ...now, more: [...now.more, chunk.text], chars: now.chars + chunk.text.length, totalChars: chunk.totalChars }
      tell(now)
      if (chunk.text === '') break
    }
    tell({ ...now, isLoading: false })
  } catch (error) {
    tell({ ...now, isLoading: false, failure: signal.aborted ? undefined : failureOf(error) })
  }
}
