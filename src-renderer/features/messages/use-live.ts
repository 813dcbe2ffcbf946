import { useEffect, useRef, useState } from 'react'
import { useStream } from '../../bridge/use-stream.ts'
import { emptyLive, withTailItem } from './live-buffer.ts'
import type { LiveBuffer } from './live-buffer.ts'
import type { ReadContext } from './read-context.ts'

export interface Live {
  readonly buffer: LiveBuffer
  /** What the screen shows: the buffer, or what it was when the reader paused. */
  readonly shown: LiveBuffer
  readonly isPaused: boolean
  readonly setPaused: (isPaused: boolean) => void
}

/** New records as they come, drawn at most once per frame. `context` null: no tail. */
export function useLive(context: ReadContext | null, fields: readonly string[], batchFacts: boolean): Live {
  const [buffer, setBuffer] = useState(emptyLive)
  const [paused, setPaused] = useState<LiveBuffer | null>(null)
  const pending = useRef({ next: emptyLive, frame: 0 })
  const draw = (next: LiveBuffer) => {
    pending.current.next = next
    pending.current.frame ||= requestAnimationFrame(() => {
      pending.current.frame = 0
      setBuffer(pending.current.next)
    })
  }
  useEffect(() => {
    const { current } = pending
    return () => cancelAnimationFrame(current.frame)
  }, [])
  const input =
    context === null
      ? null
      : {
          ...{ connection: context.connection, topic: context.topic, isolation: context.isolation, fields, batchFacts },
          ...{ keyDecoder: context.keyDecoder, valueDecoder: context.valueDecoder },
          partitions: context.partitions === null ? null : [...context.partitions],
        }
  useStream(
    'records.tail',
    input,
    item => draw(withTailItem(pending.current.next, item)),
    () => {
      setPaused(null)
      draw(emptyLive)
    },
    // What comes meanwhile is what a tail is for: it fills its bounded buffer.
    { whileHidden: true },
  )
  return { buffer, shown: paused ?? buffer, isPaused: paused !== null, setPaused: on => setPaused(on ? buffer : null) }
}
