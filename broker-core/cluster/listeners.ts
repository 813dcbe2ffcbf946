import type { Env } from '../env/env.ts'
import type { Endpoint, Socket } from '../env/network.ts'
import type { Dispatch } from '../server/dispatch.ts'
import type { ConnectionLimits, Verdict } from '../server/quotas/connection-limits.ts'
import { serveSocket, type InboundConnection } from '../wire/inbound-connection.ts'

export interface ListenerOptions {
  readonly name: string
  readonly endpoint: Endpoint
  /** `socket.request.max.bytes`. */
  readonly frameBytesMax: number
  /** `connections.max.idle.ms`. */
  readonly idleMs: number
}

type Limits = Pick<ConnectionLimits, 'verdict' | 'opened' | 'closed' | 'letPast' | 'wentPast'>

/** A port that is bound. Requests wait until it is told what to do with them. */
export interface OpenListener {
  readonly name: string
  readonly port: number
  /** From here on requests are answered, and surplus connections turned away (QUO-08). */
  serve(dispatch: Dispatch, limits?: Limits): void
  connections(): Iterable<InboundConnection>
  /** Takes no more connections and ends those that are open; replies in progress are dropped. */
  close(): Promise<void>
}

/** Connections that wait for being served or closed; beyond, they are closed at once. */
const heldMax = 1_000

/** Rejects with NetworkError when the port cannot be had. */
export async function openListener(options: ListenerOptions, env: Env): Promise<OpenListener> {
  const door = new Door(options, env)
  const listener = await env.network.listen(options.endpoint, socket => door.take(socket))
  return {
    name: options.name,
    port: listener.port,
    serve: (dispatch, limits) => door.serve(dispatch, limits),
    connections: () => door.open,
    async close() {
      door.close()
      await listener.close()
    },
  }
}

/** A connection that is not served yet. */
interface Held {
  /** Its first request tells whose it is. */
  judge(frame: Uint8Array): void
  readonly admitted: Promise<void>
  end(): void
}

class Door {
  readonly open = new Set<InboundConnection>()
  readonly #options: ListenerOptions
  readonly #env: Env
  readonly #held = new Map<InboundConnection, Held>()
  /** Connections of brokers that no limit kept out, with the broker's id. */
  readonly #past = new Map<InboundConnection, number>()
  readonly #serving: Promise<void>
  #startServing: () => void = () => {}
  #lastConnectionId = 0
  #isClosed = false
  #dispatch: Dispatch | undefined
  #limits: Limits | undefined

  constructor(options: ListenerOptions, env: Env) {
    this.#options = options
    this.#env = env
    this.#serving = new Promise(resolve => (this.#startServing = resolve))
  }

  serve(dispatch: Dispatch, limits: Limits | undefined): void {
    this.#dispatch = dispatch
    this.#limits = limits
    for (const connection of this.open) limits?.opened(connection.remoteAddress)
    this.#startServing()
  }

  take(socket: Socket): void {
    if (this.#isClosed) return socket.destroy()
    const verdict: Verdict = this.#limits?.verdict(socket.remoteAddress) ?? { kind: 'welcome' }
    if (verdict.kind !== 'welcome' && this.#held.size >= heldMax) return socket.destroy()
    const { name, frameBytesMax, idleMs } = this.#options
    this.#lastConnectionId += 1
    const connection = serveSocket(
      socket,
      {
        listener: name,
        connectionId: this.#lastConnectionId,
        frameBytesMax,
        idleMs,
        dispatch: (frame, from) => this.#answer(frame, from),
        closed: gone => this.#gone(gone),
      },
      this.#env,
    )
    if (verdict.kind === 'welcome') this.#admit(connection)
    else this.#held.set(connection, this.#hold(connection, verdict))
  }

  close(): void {
    this.#isClosed = true
    for (const connection of [...this.open, ...this.#held.keys()]) connection.close()
  }

  #answer(frame: Uint8Array, from: InboundConnection) {
    const held = this.#held.get(from)
    held?.judge(frame)
    if (this.#dispatch !== undefined && (held === undefined || this.open.has(from))) return this.#dispatch.handle(frame, from)
    return this.#later(frame, from, held?.admitted ?? this.#serving)
  }

  async #later(frame: Uint8Array, from: InboundConnection, admitted: Promise<void>) {
    await admitted
    return from.isClosed() ? undefined : this.#dispatch?.handle(frame, from)
  }

  #admit(connection: InboundConnection): void {
    this.#held.get(connection)?.end()
    this.#held.delete(connection)
    this.open.add(connection)
    this.#limits?.opened(connection.remoteAddress)
  }

  #gone(connection: InboundConnection): void {
    this.#held.get(connection)?.end()
    this.#held.delete(connection)
    if (this.open.delete(connection)) this.#limits?.closed(connection.remoteAddress)
    const brokerId = this.#past.get(connection)
    if (this.#past.delete(connection) && brokerId !== undefined) this.#limits?.wentPast(brokerId)
  }

  /** Reads on, since a broker of this cluster is let in whatever the limit; anybody else waits for `verdict` to come true. */
  #hold(connection: InboundConnection, verdict: Exclude<Verdict, { kind: 'welcome' }>): Held {
    let admitted: () => void = () => {}
    const admission = new Promise<void>(resolve => (admitted = resolve))
    const admit = () => {
      this.#admit(connection)
      admitted()
    }
    const cancel = this.#env.timers.after(verdict.forMs, () => (verdict.kind === 'delayed' ? admit() : connection.close()))
    return {
      judge: frame => {
        const brokerId = this.open.has(connection) ? undefined : this.#limits?.letPast(frame, connection.remoteAddress)
        if (brokerId !== undefined) {
          this.#past.set(connection, brokerId)
          admit()
        } else if (verdict.kind === 'refused') connection.close()
      },
      admitted: admission,
      end: () => {
        cancel()
        // Whoever waits finds the connection closed, or served.
        admitted()
      },
    }
  }
}
