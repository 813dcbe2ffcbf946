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

/** `giveUp` closes the connection: an answer is overdue, or what came is no answer. */
export function createRequestQueue(
  socket: Socket,
  limits: { readonly inFlightMax: number; readonly waitingMax: number },
  timers: Timers,
  giveUp: (reason: Error) => void,
): RequestQueue {
  const inFlight: Entry[] = []
  let waiting: Entry[] = []
  let lastCorrelationId = -1
  let isWritable = true
  let lost: ConnectionLost | undefined

  function takeTurn(): number {
    if (lost !== undefined) throw lost
    if (waiting.length >= limits.waitingMax) throw new ConnectionBusy(`${waiting.length} calls wait already`)
    lastCorrelationId = (lastCorrelationId + 1) & 0x7fffffff
    return lastCorrelationId
  }
  function enqueue(entry: Entry): void {
    waiting.push(entry)
    sendWaiting()
  }
  function sendWaiting(): void {
    let count = 0
    for (const entry of waiting) {
      if (!isWritable || lost !== undefined || inFlight.length >= limits.inFlightMax) break
      count++
      if (entry.asked !== undefined) inFlight.push(entry)
      isWritable = socket.write(entry.chunks)
    }
    if (count > 0) waiting = waiting.slice(count)
  }
  function deadline(question: Question<unknown>, reject: (reason: Error) => void): CancelTimer {
    return timers.after(question.timeoutMs, () => {
      const late = overdue(question)
      reject(late)
      giveUp(late)
    })
  }

  return {
    ask: question =>
      new Promise((resolve, reject) => {
        const correlationId = takeTurn()
        const chunks = question.encode(correlationId)
        const decode = (frame: Uint8Array): void => resolve(question.decode(frame))
        enqueue({ correlationId, chunks, asked: { decode, reject, cancelTimer: deadline(question, reject) } })
      }),
    tell(encode) {
      const correlationId = takeTurn()
      enqueue({ correlationId, chunks: encode(correlationId), asked: undefined })
    },
    answer(frame) {
      const entry = inFlight[0]
      checkCorrelation(entry, correlationIdOf(frame))
      entry?.asked?.decode(frame)
      entry?.asked?.cancelTimer()
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
      rejectEntries([...inFlight.splice(0), ...waiting.splice(0)], reason)
    },
  }
}

function rejectEntries(entries: readonly Entry[], reason: ConnectionLost): void {
  for (const { asked } of entries) {
    asked?.cancelTimer()
    asked?.reject(reason)
  }
}

const overdue = ({ label, timeoutMs }: Question<unknown>): RequestTimeout =>
  new RequestTimeout(`${label}: no answer within ${timeoutMs} ms`)

function checkCorrelation(entry: Entry | undefined, correlationId: number): void {
  if (entry?.correlationId === correlationId) return
  throw new WireFormatError(`an answer to ${correlationId}, where ${entry?.correlationId ?? 'none'} is awaited`)
}
