import type { Timers } from '../clock.ts'
import { NetworkError, type Socket, type SocketHandlers } from '../network.ts'
import type { LinkState } from './network.ts'

export interface FaultySocket extends Socket {
  linkChanged(): void
  breakOff(): void
}

/** Waiting bytes beyond this hold the writer, or the reader's socket. */
const waitingBytesMax = 64 * 1024

/** Items that leave in their order, each not before its delay, none while the link is cut. */
interface Lane<T> {
  add(item: T, sizeBytes: number): void
  waitingBytes(): number
  linkChanged(): void
  clear(): void
}

function createLane<T>(state: () => LinkState, timers: Timers, leave: (item: T) => void): Lane<T> {
  let waiting: { readonly item: T; readonly sizeBytes: number; isDue: boolean }[] = []
  let bytes = 0

  function flow(): void {
    while (waiting[0]?.isDue === true && !state().isCut) {
      const first = waiting.shift()
      if (first === undefined) return
      bytes -= first.sizeBytes
      leave(first.item)
    }
  }
  return {
    add(item, sizeBytes) {
      const { delayMs, isCut } = state()
      if (waiting.length === 0 && delayMs === 0 && !isCut) return leave(item)
      const entry = { item, sizeBytes, isDue: delayMs === 0 }
      waiting.push(entry)
      bytes += sizeBytes
      if (delayMs === 0) return flow()
      timers.after(delayMs, () => {
        entry.isDue = true
        flow()
      })
    },
    waitingBytes: () => bytes,
    linkChanged: flow,
    clear() {
      waiting = []
      bytes = 0
    },
  }
}

type Outgoing = { readonly kind: 'bytes'; readonly chunks: readonly Uint8Array[] } | { readonly kind: 'end' }

interface Writer {
  readonly lane: Lane<Outgoing>
  write(chunks: readonly Uint8Array[]): boolean
  /** The socket below has room again. */
  roomBelow(): void
}

function createWriter(socket: Socket, state: () => LinkState, timers: Timers, drained: () => void): Writer {
  let isHeldBack = false
  const lane = createLane<Outgoing>(state, timers, item => {
    if (item.kind === 'end') return socket.end()
    if (socket.write(item.chunks) && lane.waitingBytes() === 0) letGo()
  })
  function letGo(): void {
    if (!isHeldBack) return
    isHeldBack = false
    drained()
  }
  return {
    lane,
    write(chunks) {
      const { delayMs, isCut } = state()
      if (lane.waitingBytes() === 0 && delayMs === 0 && !isCut) {
        isHeldBack = !socket.write(chunks)
        return !isHeldBack
      }
      const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      lane.add({ kind: 'bytes', chunks }, sizeBytes)
      isHeldBack ||= lane.waitingBytes() > waitingBytesMax
      return !isHeldBack
    },
    roomBelow() {
      if (lane.waitingBytes() === 0) letGo()
    },
  }
}

type Incoming =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'closed'; readonly error: NetworkError | undefined }

/** `socket`, with its bytes delayed or held as `state` says; `gone` is called once it is closed. */
export function faultySocket(socket: Socket, state: () => LinkState, timers: Timers, gone: () => void): FaultySocket {
  let handlers: SocketHandlers | undefined
  let isPausedByReader = false
  let endedHere: { readonly error: NetworkError | undefined } | undefined

  const writer = createWriter(socket, state, timers, () => handlers?.drained())
  const incoming = createLane<Incoming>(state, timers, item => {
    if (item.kind === 'closed') return closed(item.error)
    handlers?.data(item.bytes)
    read()
  })
  function closed(error: NetworkError | undefined): void {
    gone()
    handlers?.closed(error)
  }
  /** What the reader does not get yet must not be read without end. */
  function read(): void {
    if (isPausedByReader || incoming.waitingBytes() > waitingBytesMax) socket.pause()
    else socket.resume()
  }
  function end(error: NetworkError | undefined): void {
    endedHere ??= { error }
    writer.lane.clear()
    incoming.clear()
    socket.destroy()
  }
  const below: SocketHandlers = {
    data(bytes) {
      incoming.add({ kind: 'bytes', bytes }, bytes.length)
      if (incoming.waitingBytes() > waitingBytesMax) read()
    },
    drained: writer.roomBelow,
    closed(error) {
      if (endedHere === undefined) incoming.add({ kind: 'closed', error }, 0)
      else closed(endedHere.error)
    },
  }

  return {
    remoteAddress: socket.remoteAddress,
    setHandlers(given) {
      handlers = given
      socket.setHandlers(below)
    },
    write: writer.write,
    bufferedBytes: () => socket.bufferedBytes() + writer.lane.waitingBytes(),
    pause() {
      isPausedByReader = true
      read()
    },
    resume() {
      isPausedByReader = false
      read()
    },
    end: () => writer.lane.add({ kind: 'end' }, 0),
    destroy: () => end(undefined),
    linkChanged() {
      writer.lane.linkChanged()
      incoming.linkChanged()
    },
    breakOff: () => end(new NetworkError('reset', socket.remoteAddress)),
  }
}
