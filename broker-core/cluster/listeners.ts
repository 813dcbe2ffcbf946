import type { Env } from '../env/env.ts'
import type { Endpoint } from '../env/network.ts'
import type { Dispatch } from '../server/dispatch.ts'
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
  /** From here on requests are answered. */
  serve(dispatch: Dispatch): void
  connections(): Iterable<InboundConnection>
  /** Takes no more connections and ends those that are open; replies in progress are dropped. */
  close(): Promise<void>
}

/** Rejects with NetworkError when the port cannot be had. */
export async function openListener(options: ListenerOptions, env: Env): Promise<OpenListener> {
  const open = new Set<InboundConnection>()
  let lastConnectionId = 0
  let isClosed = false
  let dispatch: Dispatch | undefined
  let startServing: () => void = () => {}
  const serving = new Promise<void>(resolve => (startServing = resolve))

  const later = async (frame: Uint8Array, from: InboundConnection) => {
    await serving
    return from.isClosed() ? undefined : dispatch?.handle(frame, from)
  }

  const listener = await env.network.listen(options.endpoint, socket => {
    if (isClosed || open.size >= options.connectionsMax) return socket.destroy()
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
    serve(chosen) {
      dispatch = chosen
      startServing()
    },
    connections: () => open,
    async close() {
      isClosed = true
      for (const connection of [...open]) connection.close()
      await listener.close()
    },
  }
}
