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
/** Requests that wait their turn beyond this pause the reading. */
const readAheadBytesMax = 64 * 1024
/** How long a peer may take to read its last replies once we are closing. */
const lingerMs = 10_000

/**
 * Serves one client. Replies leave in request order (WIRE-07). One request is in progress at a time, but a Produce may start while
 * earlier ones wait for replication. What comes meanwhile waits, some 64 KiB of it, then reading pauses; so it does when the peer does not
 * take its replies: a connection holds no more than that, one read and one reply beyond the socket's high water mark. Up to there it is
 * read on, since only who reads notices that the peer has gone. A frame that cannot be
 * (WIRE-01), an error of `dispatch`, or `idleMs` without a whole request ends the connection, after the replies before it.
 */
export function serveSocket(
  socket: Socket,
  options: InboundOptions,
  env: Pick<Env, 'clock' | 'timers' | 'log'>,
): InboundConnection {
  const splitter = createFrameSplitter(options.frameBytesMax ?? frameBytesMaxDefault)
  const counts = { requests: 0, bytesIn: 0, bytesOut: 0 }
  const waiting = createWaitingFrames()
  let isWritable = true

  const reading = createReading(socket)
  const slots = createReplySlots({
    inFlightMax: options.inFlightMax ?? 64,
    send(chunks) {
      idle.active()
      for (const chunk of chunks) counts.bytesOut += chunk.length
      isWritable = socket.write(chunks)
    },
    progressed: startWaiting,
    failed: closeAfterReplies,
  })
  const idle = createIdleWatch(options.idleMs ?? idleMsDefault, env, slots.isIdle, () => socket.destroy())
  const connection = describe(socket, options, counts)

  function take(bytes: Uint8Array): void {
    counts.bytesIn += bytes.length
    if (slots.isEnding()) return
    let refusal: { readonly error: unknown } | undefined
    try {
      splitter.push(bytes, waiting.add)
    } catch (error) {
      refusal = { error }
    }
    startWaiting()
    if (refusal !== undefined) slots.endAfterReplies(refusal.error)
  }
  function startWaiting(): void {
    let started = 0
    slots.hold()
    for (const frame of waiting.all()) {
      if (!isWritable || connection.isClosed() || !slots.mayStart(isProduce(frame))) break
      started++
      counts.requests++
      idle.active()
      slots.start(isProduce(frame), () => options.dispatch(frame, connection))
    }
    waiting.drop(started)
    slots.release()
    if (!connection.isClosed()) reading.keep(waiting.sizeBytes() <= readAheadBytesMax)
  }
  function closeAfterReplies(error: unknown): void {
    if (connection.isClosed()) return
    env.log.write('info', 'connection.closing', { peer: socket.remoteAddress, listener: options.listener, reason: textOf(error) })
    waiting.clear()
    socket.end()
    idle.linger()
  }

  socket.setHandlers({
    data: take,
    drained() {
      isWritable = true
      startWaiting()
    },
    closed() {
      connection.markClosed()
      idle.stop()
      waiting.clear()
      options.closed?.(connection)
    },
  })
  return connection
}

interface WaitingFrames {
  add(frame: Uint8Array): void
  all(): readonly Uint8Array[]
  /** Takes away the first ones; fewer when they were cleared meanwhile. */
  drop(count: number): void
  sizeBytes(): number
  clear(): void
}

/** Counted for each frame besides its bytes, so that empty ones have a limit too. */
const frameOverheadBytes = 64

function createWaitingFrames(): WaitingFrames {
  let frames: Uint8Array[] = []
  let sizeBytes = 0
  return {
    add(frame) {
      frames.push(frame)
      sizeBytes += frame.length + frameOverheadBytes
    },
    all: () => frames,
    drop(count) {
      for (const frame of frames.slice(0, count)) sizeBytes -= frame.length + frameOverheadBytes
      frames = frames.slice(count)
    },
    sizeBytes: () => sizeBytes,
    clear() {
      frames = []
      sizeBytes = 0
    },
  }
}

/** Pauses and resumes only where that changes something. */
function createReading(socket: Socket): { keep(isWanted: boolean): void } {
  let isPaused = false
  return {
    keep(isWanted) {
      if (isWanted === !isPaused) return
      isPaused = !isWanted
      if (isPaused) socket.pause()
      else socket.resume()
    },
  }
}

function describe(socket: Socket, options: InboundOptions, counts: ConnectionCounts): InboundConnection & { markClosed(): void } {
  let isClosed = false
  return {
    connectionId: options.connectionId,
    listener: options.listener,
    remoteAddress: socket.remoteAddress,
    principal: 'User:ANONYMOUS',
    isClosed: () => isClosed,
    counts: () => counts,
    close: () => socket.destroy(),
    markClosed() {
      isClosed = true
    },
  }
}

interface IdleWatch {
  active(): void
  /** We are closing: not much longer. */
  linger(): void
  stop(): void
}

function createIdleWatch(
  idleMs: number,
  env: Pick<Env, 'clock' | 'timers'>,
  isIdle: () => boolean,
  close: () => void,
): IdleWatch {
  let lastActiveMs = env.clock.monotonicMs()
  let cancel = env.timers.after(idleMs, check)

  function check(): void {
    const leftMs = isIdle() ? lastActiveMs + idleMs - env.clock.monotonicMs() : idleMs
    if (leftMs > 0) cancel = env.timers.after(leftMs, check)
    else close()
  }
  return {
    active() {
      lastActiveMs = env.clock.monotonicMs()
    },
    linger() {
      cancel()
      cancel = env.timers.after(lingerMs, close)
    },
    stop: () => cancel(),
  }
}

/** The API key is the first thing in every request. */
const isProduce = (frame: Uint8Array): boolean => frame.length >= 2 && ((frame[0] ?? 0) << 8) + (frame[1] ?? 0) === produceKey

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
