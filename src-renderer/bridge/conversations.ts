import type { Bridge, CallName, InputOf, ItemOf, OutputOf, StreamName } from '../../src-main/contract/contract.ts'
import { FailureError } from '../../src-main/contract/failure.ts'
import type { Failure } from '../../src-main/contract/failure.ts'
import type { ToMain, ToWindow } from '../../src-main/contract/messages.ts'
import { itemQueue } from './item-queue.ts'
import type { ItemQueue } from './item-queue.ts'

/** Items on their way per stream: main sends no more until the window has taken half of them. */
export const streamCredits = 64

interface PendingCall {
  resolve(value: unknown): void
  reject(error: FailureError): void
}

export interface Conversations extends Bridge {
  receive(message: ToWindow): void
  /** Ends everything under way with DISCONNECTED. */
  disconnected(): void
}

/** The window's half of `contract/messages.ts`: ids, credits, cancellation. `send` is called only while there is a port. */
export function conversations(send: (message: ToMain) => void): Conversations {
  const calls = new Map<number, PendingCall>()
  const streams = new Map<number, ItemQueue<unknown>>()
  let lastId = 0

  function settle(id: number, message: ToWindow): void {
    if (message.kind === 'ok') calls.get(id)?.resolve(message.value)
    else if (message.kind === 'fail') {
      const error = new FailureError(message.failure)
      calls.get(id)?.reject(error)
      streams.get(id)?.fail(error)
    } else streams.get(id)?.end()
    calls.delete(id)
    streams.delete(id)
  }

  return {
    receive(message) {
      if (message.kind === 'hello') return
      if (message.kind === 'item') streams.get(message.id)?.push(message.value)
      else settle(message.id, message)
    },
    disconnected() {
      for (const id of [...calls.keys(), ...streams.keys()]) settle(id, { kind: 'fail', id, failure: disconnection })
    },
    call<N extends CallName>(name: N, input: InputOf<N>, signal?: AbortSignal): Promise<OutputOf<N>> {
      const id = (lastId += 1)
      return new Promise<unknown>((resolve, reject) => {
        if (signal?.aborted === true) return reject(new FailureError(cancellation))
        calls.set(id, { resolve, reject })
        signal?.addEventListener('abort', () => calls.has(id) && send({ kind: 'cancel', id }), { once: true })
        send({ kind: 'call', id, name, input })
      }) as Promise<OutputOf<N>>
    },
    stream<N extends StreamName>(name: N, input: InputOf<N>, signal?: AbortSignal): AsyncIterable<ItemOf<N>> {
      return items(name, input, signal) as AsyncIterable<ItemOf<N>>
    },
  }

  async function* items(name: string, input: unknown, signal: AbortSignal | undefined): AsyncGenerator<unknown, void> {
    if (signal?.aborted === true) return
    const id = (lastId += 1)
    const queue = itemQueue(streamCredits, count => send({ kind: 'credit', id, count }))
    streams.set(id, queue)
    signal?.addEventListener('abort', () => queue.end(), { once: true })
    send({ kind: 'open', id, name, input, credits: streamCredits })
    try {
      for (;;) {
        const next = await queue.take()
        if (next.done) return
        yield next.value
      }
    } finally {
      if (streams.delete(id)) send({ kind: 'cancel', id })
    }
  }
}

const disconnection: Failure = { code: 'DISCONNECTED', message: 'the workbench process is not reachable', retriable: true }
const cancellation: Failure = { code: 'CANCELLED', message: 'cancelled' }
