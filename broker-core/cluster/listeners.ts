import type { Env } from '../env/env.ts'
import type { Endpoint, Socket } from '../env/network.ts'
import type { Dispatch } from '../server/dispatch.ts'
import type { ConnectionQuotas } from '../server/quotas/connection-quotas.ts'
import { serveSocket, type InboundConnection } from '../wire/inbound-connection.ts'

export interface ListenerOptions {
  readonly name: string
  readonly endpoint: Endpoint
  /** `socket.request.max.bytes`. */
  readonly frameBytesMax: number
  /** `connections.max.idle.ms`. */
  readonly idleMs: number
  /** `max.connections` of this listener; surplus ones are closed at once (QUO-08). */
  readonly connectionsMax: number
}

/** A port that is bound. Requests wait until it is told what to do with them. */
export interface OpenListener {
  readonly name: string
  readonly port: number
  /** From here on requests are answered, and connections beyond their quota turned away. */
  serve(dispatch: Dispatch, quotas?: Pick<ConnectionQuotas, 'waitMs'>): void
  connections(): Iterable<InboundConnection>
  /** Takes no more connections and ends those that are open; replies in progress are dropped. */
  close(): Promise<void>
}

/** Connections that wait for being closed; beyond, they are closed at once. */
const turnedAwayMax = 1_000
/** QUO-03: one sample. */
const turnedAwayMs = 1_000

/** Rejects with NetworkError when the port cannot be had. */
export async function openListener(options: ListenerOptions, env: Env): Promise<OpenListener> {
  const open = new Set<InboundConnection>()
  let lastConnectionId = 0
  let isClosed = false
  let dispatch: Dispatch | undefined
  let quotas: Pick<ConnectionQuotas, 'waitMs'> | undefined
  const turnAway = turnedAway(env)
  let startServing: () => void = () => {}
  const serving = new Promise<void>(resolve => (startServing = resolve))

  const later = async (frame: Uint8Array, from: InboundConnection) => {
    await serving
    return from.isClosed() ? undefined : dispatch?.handle(frame, from)
  }

  const listener = await env.network.listen(options.endpoint, socket => {
    if (isClosed || open.size >= options.connectionsMax) return socket.destroy()
    const waitMs = quotas?.waitMs(socket.remoteAddress) ?? 0
    if (waitMs > 0) return turnAway.add(socket, Math.min(waitMs, turnedAwayMs))
    lastConnectionId += 1
    const connection = serveSocket(
      socket,
      {
        listener: options.name,
        connectionId: lastConnectionId,
        frameBytesMax: options.frameBytesMax,
        idleMs: options.idleMs,
        dispatch: (frame, from) => (dispatch === undefined ? later(frame, from) : dispatch.handle(frame, from)),
        closed: gone => open.delete(gone),
      },
      env,
    )
    open.add(connection)
  })
  return {
    name: options.name,
    port: listener.port,
    serve(chosen, limits) {
      dispatch = chosen
      quotas = limits
      startServing()
    },
    connections: () => open,
    async close() {
      isClosed = true
      turnAway.close()
      for (const connection of [...open]) connection.close()
      await listener.close()
    },
  }
}

/** KIP-612: closed only after a while, or a client that connects again at once would do nothing else. */
function turnedAway({ timers }: Env) {
  const held = new Map<Socket, () => void>()
  const letGo = (socket: Socket) => {
    held.get(socket)?.()
    held.delete(socket)
  }
  return {
    add(socket: Socket, forMs: number): void {
      if (held.size >= turnedAwayMax) return socket.destroy()
      socket.setHandlers({ data: () => {}, drained: () => {}, closed: () => letGo(socket) })
      socket.pause()
      const cancel = timers.after(forMs, () => {
        letGo(socket)
        socket.destroy()
      })
      held.set(socket, cancel)
    },
    close(): void {
      for (const socket of [...held.keys()]) {
        letGo(socket)
        socket.destroy()
      }
    },
  }
}
