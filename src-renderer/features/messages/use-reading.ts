import { useCallback, useMemo, useState } from 'react'
import type { DecoderChoices } from '../../places/decoder-choice.ts'
import type { TopicStart } from '../../places/place.ts'
import type { ReadContext } from './read-context.ts'
import { rangeOf } from './start-choice.ts'
import type { StartChoice } from './start-choice.ts'

export interface ReadingInput {
  readonly connection: string
  readonly topic: string
  readonly decoders: DecoderChoices
  readonly choice: StartChoice
  readonly at: TopicStart | undefined
}

export interface Reading {
  readonly context: ReadContext
  /** Rises with every `readAgain`. */
  readonly round: number
  readonly readAgain: () => void
  readonly partitions: readonly number[] | null
  readonly onPartitions: (partitions: readonly number[] | null) => void
  readonly isolation: ReadContext['isolation']
  readonly onIsolation: (isolation: ReadContext['isolation']) => void
  readonly showControl: boolean
  readonly onShowControl: (isShown: boolean) => void
}

/** The present, asked for anew in each round. */
const nowIn = (_round: number): number => Date.now()

/** What is read: the last range that could be read stays while a new one is being typed. */
export function useReading({ connection, topic, decoders, choice, at }: ReadingInput): Reading {
  const [partitions, onPartitions] = useState<readonly number[] | null>(at?.kind === 'record' ? [at.partition] : null)
  const [isolation, onIsolation] = useState<ReadContext['isolation']>('read-committed')
  const [showControl, onShowControl] = useState(false)
  const [round, setRound] = useState(0)
  // What is relative to now moves on when the reader asks to read again.
  const range = useMemo(() => rangeOf(choice, nowIn(round)), [choice, round])
  const [last, setLast] = useState(range)
  if (range !== null && last !== range) setLast(range)
  const context = useMemo((): ReadContext => {
    const { start, untilMs } = range ?? last ?? { start: { kind: 'newest' as const }, untilMs: null }
    const [keyDecoder, valueDecoder] = [decoders.key, decoders.value]
    return { connection, topic, partitions, isolation, keyDecoder, valueDecoder, start, untilMs }
  }, [connection, topic, partitions, isolation, decoders, range, last])
  const readAgain = useCallback(() => setRound(count => count + 1), [])
  return useMemo(
    () => ({ context, round, readAgain, partitions, onPartitions, isolation, onIsolation, showControl, onShowControl }),
    [context, round, readAgain, partitions, isolation, showControl],
  )
}
