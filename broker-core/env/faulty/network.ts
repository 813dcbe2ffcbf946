import type { Timers } from '../clock.ts'
import { NetworkError, type Endpoint, type Network, type Socket } from '../network.ts'
import { faultySocket, type FaultySocket } from './socket.ts'

/** A network whose links can be slowed, cut and broken while in use: the fault panel and tests. */
export interface FaultyNetwork extends Network {
  /** Bytes travel so much longer, each way, over links to these ports; over all links without `ports`. 0 ends it. */
  delay(delayMs: number, ports?: readonly number[]): void
  /** Nothing passes, nobody is told: bytes wait (64 KiB and one write at most, then writers are held), connecting times out. */
  cut(ports?: readonly number[]): void
  /** Ends delays and cuts; what waited goes on its way. */
  heal(): void
  /** Breaks the open connections over these links at once. */
  reset(ports?: readonly number[]): void
}

export interface LinkState {
  delayMs: number
  isCut: boolean
}

/** Stands for links whose far end is an accepted connection: its port says nothing. */
const accepted = 0

export function faultyNetwork(network: Network, timers: Timers): FaultyNetwork {
  const everywhere: LinkState = { delayMs: 0, isCut: false }
  const byPort = new Map<number, LinkState>()
  const sockets = new Map<FaultySocket, number>()

  const stateOf = (port: number): LinkState => {
    const own = byPort.get(port)
    return {
      delayMs: Math.max(everywhere.delayMs, own?.delayMs ?? 0),
      isCut: everywhere.isCut || own?.isCut === true,
    }
  }
  function change(ports: readonly number[] | undefined, fault: Partial<LinkState>): void {
    if (ports === undefined) Object.assign(everywhere, fault)
    for (const port of ports ?? []) byPort.set(port, { delayMs: 0, isCut: false, ...byPort.get(port), ...fault })
    for (const socket of sockets.keys()) socket.linkChanged()
  }
  function wrap(socket: Socket, port: number): Socket {
    const faulty = faultySocket(
      socket,
      () => stateOf(port),
      timers,
      () => sockets.delete(faulty),
    )
    sockets.set(faulty, port)
    return faulty
  }
  async function connect(endpoint: Endpoint, options: Parameters<Network['connect']>[1]): Promise<Socket> {
    const { delayMs, isCut } = stateOf(endpoint.port)
    const isTooSlow = delayMs * 2 >= options.timeoutMs
    await pause(timers, isCut || isTooSlow ? options.timeoutMs : delayMs * 2)
    if (isCut || isTooSlow) throw new NetworkError('timeout', `${endpoint.host}:${endpoint.port}: the link is cut or slow`)
    return wrap(await network.connect(endpoint, options), endpoint.port)
  }
  return {
    listen: (endpoint, onSocket) => network.listen(endpoint, socket => onSocket(wrap(socket, accepted))),
    connect,
    delay: (delayMs, ports) => change(ports, { delayMs }),
    cut: ports => change(ports, { isCut: true }),
    heal() {
      byPort.clear()
      change(undefined, { delayMs: 0, isCut: false })
    },
    reset(ports) {
      for (const [socket, port] of [...sockets]) if (ports === undefined || ports.includes(port)) socket.breakOff()
    },
  }
}

const pause = (timers: Timers, delayMs: number): Promise<void> =>
  delayMs === 0 ? Promise.resolve() : new Promise(resolve => timers.after(delayMs, resolve))
