import type { ConnectOptions, Endpoint, Network, Socket } from '../../broker-core/env/network.ts'
import { NetworkError } from '../../broker-core/env/network.ts'
import type { SimProcess, SimTime } from './sim-clock.ts'
import type { SeededRandom } from './sim-random.ts'
import { connectedPair, type SimSocket } from './sim-socket.ts'

export interface SimNetworkOptions {
  readonly delayMsMin: number
  readonly delayMsMax: number
}

/**
 * The one network of a simulated world. Bytes of a connection keep their order; two connections overtake each other freely. A cut link
 * holds what is sent over it (TCP retransmits) until it heals or a side gives up; `reset` breaks connections at once.
 */
export interface SimNetwork {
  /** The network as one process sees it; dies with it. */
  of(process: SimProcess): Network
  /** One way: bytes from `from` to `to` wait. */
  cut(from: string, to: string): void
  /** No link between the two groups, in either direction. */
  partition(group: readonly string[], others: readonly string[]): void
  heal(): void
  /** Breaks all connections between two processes, as a router that forgot them. */
  reset(one: string, other: string): void
  isCut(from: string, to: string): boolean
  /** How long the next packet of `from` to `to` travels. */
  delayMs(from: string, to: string): number
  /** Slows one process's links down. */
  setSlow(name: string, factor: number): void
}

interface Door {
  readonly owner: SimProcess
  readonly accept: (socket: Socket) => void
}

const firstFreePort = 20_000

export function createSimNetwork(
  time: SimTime,
  random: SeededRandom,
  options: SimNetworkOptions = { delayMsMin: 0.05, delayMsMax: 2 },
): SimNetwork {
  const doors = new Map<number, Door>()
  const cuts = new Set<string>()
  const slowness = new Map<string, number>()
  const sockets = new Set<SimSocket>()
  let nextPort = firstFreePort

  const network: SimNetwork = {
    of: process => ({
      listen: (endpoint, accept) => listen(process, endpoint, accept),
      connect: (endpoint, connectOptions) => connect(process, endpoint, connectOptions),
    }),
    cut: (from, to) => cuts.add(linkName(from, to)),
    partition(group, others) {
      for (const one of group) {
        for (const other of others) {
          cuts.add(linkName(one, other))
          cuts.add(linkName(other, one))
        }
      }
    },
    heal() {
      cuts.clear()
      for (const socket of sockets) socket.linkHealed()
    },
    reset(one, other) {
      for (const socket of [...sockets]) if (socket.isBetween(one, other)) socket.breakOff('reset')
    },
    isCut: (from, to) => cuts.size > 0 && cuts.has(linkName(from, to)),
    delayMs(from, to) {
      const factor = Math.max(slowness.get(from) ?? 1, slowness.get(to) ?? 1)
      return random.between(options.delayMsMin, options.delayMsMax) * factor
    },
    setSlow: (name, factor) => slowness.set(name, factor),
  }

  async function listen(owner: SimProcess, { host, port }: Endpoint, accept: (socket: Socket) => void) {
    await delayed(time, owner, 0)
    const chosen = port === 0 ? nextPort++ : port
    if (doors.has(chosen)) throw new NetworkError('address-in-use', `${host}:${port}`)
    doors.set(chosen, { owner, accept })
    owner.atDeath(() => doors.delete(chosen))
    return {
      port: chosen,
      async close() {
        doors.delete(chosen)
        await delayed(time, owner, 0)
      },
    }
  }

  async function connect(
    owner: SimProcess,
    { host, port }: Endpoint,
    { lendsBytes = false, timeoutMs }: ConnectOptions,
  ): Promise<Socket> {
    const where = `${host}:${port}`
    const target = doors.get(port)?.owner
    const to = target?.name ?? where
    const wayMs = network.delayMs(owner.name, to)
    const isBlocked = network.isCut(owner.name, to) || network.isCut(to, owner.name) || target?.isPaused() === true
    if (isBlocked || wayMs * 2 > timeoutMs) {
      await delayed(time, owner, timeoutMs)
      throw new NetworkError('timeout', where)
    }
    await delayed(time, owner, wayMs)
    const door = doors.get(port)
    if (door === undefined || !door.owner.isAlive()) {
      await delayed(time, owner, wayMs)
      throw new NetworkError('refused', where)
    }
    const [near, far] = connectedPair({ time, network, random, sockets }, owner, door.owner, { port, lendsBytes })
    time.after(0, door.owner, () => door.accept(far))
    await delayed(time, owner, wayMs)
    return near
  }

  return network
}

const linkName = (from: string, to: string): string => `${from}>${to}`

const delayed = (time: SimTime, owner: SimProcess, delayMs: number): Promise<void> =>
  new Promise(resolve => time.after(delayMs, owner, resolve))
