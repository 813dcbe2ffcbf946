import { useCallback, useRef, useState } from 'react'
import { bridge } from '../../bridge/bridge.ts'
import type { InputOf } from '../../../src-main/contract/contract.ts'
import type { FieldPlace } from '../../../src-main/contract/views/records.ts'
import type { DecoderChoice } from '../../places/decoder-choice.ts'
import type { OneRecord, PartName } from './read-part.ts'

/** A field that was chosen, in the text or by its bytes; both sides mark it. */
export interface ChosenField {
  readonly place: FieldPlace
  readonly origin: 'text' | 'bytes'
}

export interface FieldLink {
  readonly chosen: ChosenField | undefined
  /** Why no field can be told, once one was looked for. */
  readonly reason: string | undefined
  /** Of characters in the text. */
  readonly chooseChar: (char: number) => void
  /** Both ends included. */
  readonly chooseBytes: (from: number, to: number) => void
}

export interface LinkedPart {
  readonly record: OneRecord
  readonly part: PartName
  readonly decoder: DecoderChoice
}

type Looked = Pick<FieldLink, 'chosen' | 'reason'> & { readonly key: string }

/** Asks main which field lies where; the last question counts. */
export function useFieldLink({ record, part, decoder }: LinkedPart): FieldLink {
  const key = JSON.stringify([record, part, decoder])
  const [looked, setLooked] = useState<Looked>({ key, chosen: undefined, reason: undefined })
  const asking = useRef<AbortController | undefined>(undefined)
  const ask = useCallback(
    async (at: InputOf<'records.field'>['at'], origin: ChosenField['origin']) => {
      asking.current?.abort()
      const abort = new AbortController()
      asking.current = abort
      try {
        const { field, reason } = await bridge.call('records.field', { ...record, part, decoder, at }, abort.signal)
        if (abort.signal.aborted) return
        setLooked({ key, chosen: field === null ? undefined : { place: field, origin }, reason: reason ?? undefined })
      } catch {
        // The record is gone, or another field was chosen: the bytes beside say so themselves.
      }
    },
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` stands for record, part and decoder
    [key],
  )
  const isCurrent = looked.key === key
  return {
    chosen: isCurrent ? looked.chosen : undefined,
    reason: isCurrent ? looked.reason : undefined,
    chooseChar: useCallback((char: number) => void ask({ char }, 'text'), [ask]),
    chooseBytes: useCallback((from: number, to: number) => void ask({ from, to }, 'bytes'), [ask]),
  }
}
