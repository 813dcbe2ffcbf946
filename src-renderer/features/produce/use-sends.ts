import { useCallback, useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import type { InputOf } from '../../../src-main/contract/contract.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { Produced } from '../../../src-main/contract/views/records.ts'
import type { ProduceForm } from './produce-form.ts'

/** The last ones stay on screen. */
const sendsMax = 50

export interface Send {
  readonly id: number
  readonly sentAtMs: number
  /** As it was sent, to be taken up again. */
  readonly form: ProduceForm
  readonly state: 'sending' | 'sent' | 'failed'
  readonly ack: Produced | undefined
  readonly failure: Failure | undefined
}

export interface Sends {
  readonly sends: readonly Send[]
  readonly send: (order: InputOf<'records.produce'>, form: ProduceForm) => Promise<void>
}

/** Records sent from this screen, the newest first, with what became of them. */
export function useSends(): Sends {
  const [sends, setSends] = useState<readonly Send[]>([])
  const send = useCallback(async (order: InputOf<'records.produce'>, form: ProduceForm) => {
    const id = nextId()
    const started: Send = { id, sentAtMs: Date.now(), form, state: 'sending', ack: undefined, failure: undefined }
    setSends(before => [started, ...before].slice(0, sendsMax))
    const end = (change: Partial<Send>) => setSends(before => before.map(one => (one.id === id ? { ...one, ...change } : one)))
    try {
      end({ state: 'sent', ack: await bridge.call('records.produce', order) })
    } catch (error) {
      end({ state: 'failed', failure: failureOf(error) })
    }
  }, [])
  return { sends, send }
}

let lastId = 0
const nextId = () => (lastId += 1)
