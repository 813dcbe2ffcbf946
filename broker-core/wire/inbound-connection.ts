import type { Env } from '../env/env.ts'
import type { Socket } from '../env/network.ts'
import { createFrameSplitter, frameBytesMaxDefault } from './frame-splitter.ts'
import { createReplySlots } from './reply-slots.ts'

/** Chunks of a whole frame, size included, or undefined where the protocol has no answer (WIRE-13). */
export type ReplyChunks = readonly Uint8Array[] | undefined

export interface InboundOptions {
  /** Name of the listener that it came in by. */
  readonly listener: string
  /** Unique within the broker. */
  readonly connectionId: number
  /** Frame in (without its size), reply out, at once where that is possible. What it throws or rejects with closes the connection. */
  dispatch(frame: Uint8Array, connection: InboundConnection): ReplyChunks | Promise<ReplyChunks>
  /** Pipelined Produce requests in progress at a time. Default 64. */
  readonly inFlightMax?: number
  /** Default 100 MiB (`socket.request.max.bytes`, WIRE-01). */
  readonly frameBytesMax?: number
  /** Closes after so long without a whole request, when none is in progress (`connections.max.idle.ms`). Default 10 minutes. */
  readonly idleMs?: number
  /** Called once, with the connection, when it has ended. */
  closed?(connection: InboundConnection): void
}

export interface InboundConnection {
  readonly connectionId: number
  readonly listener: string
  readonly remoteAddress: string
  /** `User:ANONYMOUS` until an authentication says otherwise. */
  principal: string
  /** True once the peer is gone: parked work may stop early. */
  isClosed(): boolean
  counts(): ConnectionCounts
  /** Ends it now; replies in progress are dropped. Safe to call again. */
  close(): void
}

export interface ConnectionCounts {
  readonly requests: number
  readonly bytesIn: number
  readonly bytesOut: number
}

const idleMsDefault = 600_000
const produceKey = 0
/** How long a peer may take to read its last replies once we are closing. */
const lingerMs = 10_000

/**
 * Serves one client. Replies leave in request order (WIRE-07). One request is in progress at a time, but a Produce may start while
 * earlier ones wait for replication. Reading pauses while a request cannot start or the peer does not take its replies, so that a
 * connection holds no more than one read-ahead of requests and one reply beyond the socket's high water mark. A frame that cannot be
 * (WIRE-01), an error of `dispatch`, or `idleMs` without a whole request ends the connection, after the replies before it.
 */
export function serveSocket(
  socket: Socket,
  options: InboundOptions,
  env: Pick<Env, 'clock' | 'timers' | 'log'>,
): InboundConnection {
  const splitter = createFrameSplitter(options.frameBytesMax ?? frameBytesMaxDefault)
  const idleMs = options.idleMs ?? idleMsDefault
  const waiting: Uint8Array[] = []
  const counts = { requests: 0, bytesIn: 0, bytesOut: 0 }
  let lastRequestMs = env.clock.monotonicMs()
  let isClosed = false
  let isPaused = false
  let isWritable = true
  let cancelTimer = env.timers.after(idleMs, closeIfIdle)

  const slots = createReplySlots({
    inFlightMax: options.inFlightMax ?? 64,
    send(chunks) {
      for (const chunk of chunks) counts.bytesOut += chunk.length
      if (!isClosed) isWritable = socket.write(chunks)
    },
    progressed: startWaiting,
    failed: closeAfterReplies,
  })
  const connection: InboundConnection = {
    connectionId: options.connectionId,
    listener: options.listener,
    remoteAddress: socket.remoteAddress,
    principal: 'User:ANONYMOUS',
    isClosed: () => isClosed,
    counts: () => counts,
    close: () => socket.destroy(),
  }

  function take(bytes: Uint8Array): void {
    counts.bytesIn += bytes.length
    if (slots.isEnding()) return
    try {
      for (const frame of splitter.push(bytes)) waiting.push(frame)
    } catch (error) {
      startWaiting()
      slots.endAfterReplies(error)
      return
    }
    startWaiting()
  }
  function startWaiting(): void {
    let started = 0
    slots.hold()
    while (started < waiting.length && isWritable && !isClosed) {
      const frame = waiting[started]
      if (frame === undefined || !slots.mayStart(isProduce(frame))) break
      started++
      counts.requests++
      lastRequestMs = env.clock.monotonicMs()
      slots.start(isProduce(frame), () => options.dispatch(frame, connection))
    }
    waiting.splice(0, started)
    slots.release()
    keepReading(waiting.length === 0 && isWritable)
  }
  function keepReading(isWanted: boolean): void {
    if (isWanted === !isPaused || isClosed) return
    isPaused = !isWanted
    if (isPaused) socket.pause()
    else socket.resume()
  }
  function closeAfterReplies(error: unknown): void {
    if (isClosed) return
    const reason = error instanceof Error ? error.message : String(error)
    env.log.write('info', 'connection.closing', { peer: socket.remoteAddress, listener: options.listener, reason })
    waiting.length = 0
    socket.end()
    cancelTimer()
    cancelTimer = env.timers.after(lingerMs, () => socket.destroy())
  }
  function closeIfIdle(): void {
    const leftMs = slots.isIdle() ? lastRequestMs + idleMs - env.clock.monotonicMs() : idleMs
    if (leftMs > 0) cancelTimer = env.timers.after(leftMs, closeIfIdle)
    else socket.destroy()
  }

  socket.setHandlers({
    data: take,
    drained() {
      isWritable = true
      startWaiting()
    },
    closed() {
      isClosed = true
      cancelTimer()
      waiting.length = 0
      options.closed?.(connection)
    },
  })
  return connection
}

/** The API key is the first thing in every request. */
const isProduce = (frame: Uint8Array): boolean => frame.length >= 2 && ((frame[0] ?? 0) << 8) + (frame[1] ?? 0) === produceKey
