import type { CancelTimer, Timers } from '../env/clock.ts'
import type { Socket } from '../env/network.ts'
import { correlationIdOf } from '../protocol/frames.ts'
import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import { ConnectionBusy, ConnectionLost, RequestTimeout } from './connection-errors.ts'

export interface Question<T> {
  readonly timeoutMs: number
  /** Names the request in errors. */
  readonly label: string
  encode(correlationId: number): readonly Uint8Array[]
  decode(frame: Uint8Array): T
}

/** The requests of one connection: sent in order, answered in order, a bounded number in flight and a bounded number waiting. */
export interface RequestQueue {
  ask<T>(question: Question<T>): Promise<T>
  /** Sends what has no answer, behind everything that waits. */
  tell(encode: Question<unknown>['encode']): void
  /** A frame from the peer. Throws WireFormatError when it answers nothing that was asked. */
  answer(frame: Uint8Array): void
  drained(): void
  isOpen(): boolean
  rejectAll(reason: ConnectionLost): void
}

interface Entry {
  readonly correlationId: number
  readonly chunks: readonly Uint8Array[]
  /** Undefined: nothing will come back. */
  readonly asked: Asked | undefined
}

interface Asked {
  decode(frame: Uint8Array): void
  reject(reason: Error): void
  readonly cancelTimer: CancelTimer
}

const correlationIdMax = 0x7fffffff

/** `giveUp` closes the connection: an answer is overdue, or what came is no answer. */
export function createRequestQueue(
  socket: Socket,
  limits: { readonly inFlightMax: number; readonly waitingMax: number },
  timers: Timers,
  giveUp: (reason: Error) => void,
): RequestQueue {
  const inFlight: Entry[] = []
  let waiting: Entry[] = []
  let nextCorrelationId = 0
  let isWritable = true
  let lost: ConnectionLost | undefined

  function takeCorrelationId(): number {
    const id = nextCorrelationId
    nextCorrelationId = id === correlationIdMax ? 0 : id + 1
    return id
  }
  function refusal(): Error | undefined {
    if (lost !== undefined) return lost
    return waiting.length >= limits.waitingMax ? new ConnectionBusy(`${waiting.length} calls wait already`) : undefined
  }
  function enqueue(entry: Entry): void {
    waiting.push(entry)
    sendWaiting()
  }
  function sendWaiting(): void {
    let count = 0
    while (isWritable && lost === undefined && count < waiting.length && inFlight.length < limits.inFlightMax) {
      const entry = waiting[count++]
      if (entry === undefined) break
      if (entry.asked !== undefined) inFlight.push(entry)
      isWritable = socket.write(entry.chunks)
    }
    if (count > 0) waiting = waiting.slice(count)
  }

  return {
    ask<T>(question: Question<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        const refused = refusal()
        if (refused !== undefined) throw refused
        const correlationId = takeCorrelationId()
        const chunks = question.encode(correlationId)
        const cancelTimer = timers.after(question.timeoutMs, () => {
          const late = new RequestTimeout(`${question.label}: no answer within ${question.timeoutMs} ms`)
          reject(late)
          giveUp(late)
        })
        const decode = (frame: Uint8Array): void => resolve(question.decode(frame))
        enqueue({ correlationId, chunks, asked: { decode, reject, cancelTimer } })
      })
    },
    tell(encode) {
      const refused = refusal()
      if (refused !== undefined) throw refused
      const correlationId = takeCorrelationId()
      enqueue({ correlationId, chunks: encode(correlationId), asked: undefined })
    },
    answer(frame) {
      const entry = inFlight[0]
      const correlationId = correlationIdOf(frame)
      if (entry?.correlationId !== correlationId || entry.asked === undefined) {
        throw new WireFormatError(`an answer to ${correlationId}, where ${entry?.correlationId ?? 'none'} is awaited`)
      }
      entry.asked.decode(frame)
      entry.asked.cancelTimer()
      inFlight.shift()
      sendWaiting()
    },
    drained() {
      isWritable = true
      sendWaiting()
    },
    isOpen: () => lost === undefined,
    rejectAll(reason) {
      lost ??= reason
      for (const { asked } of [...inFlight.splice(0), ...waiting.splice(0)]) {
        asked?.cancelTimer()
        asked?.reject(reason)
      }
    },
  }
}
