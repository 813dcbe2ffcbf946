import { NetworkError, type NetworkErrorKind, type Socket, type SocketHandlers } from '../../broker-core/env/network.ts'
import { joined } from './sim-bytes.ts'
import type { SimProcess, SimTime } from './sim-clock.ts'
import type { SimNetwork } from './sim-network.ts'
import type { SeededRandom } from './sim-random.ts'

export interface SimSocket extends Socket {
  linkHealed(): void
  isBetween(one: string, other: string): boolean
  breakOff(kind: NetworkErrorKind): void
}

interface World {
  readonly time: SimTime
  readonly network: SimNetwork
  readonly random: SeededRandom
  /** Open ones, in order of making. */
  readonly sockets: Set<SimSocket>
}

/** What the two systems' buffers hold of one direction before the writer's own buffer grows. */
const windowBytes = 64 * 1024
/** As the port promises: beyond it `write` returns false. */
const highWaterBytes = 64 * 1024

type Packet = { readonly kind: 'bytes'; readonly bytes: Uint8Array } | { readonly kind: 'end' } | { readonly kind: 'reset' }

/** Both ends of one connection. */
export function connectedPair(
  world: World,
  client: SimProcess,
  server: SimProcess,
  options: { readonly port: number; readonly lendsBytes: boolean },
): [SimSocket, SimSocket] {
  const near = new End(world, client, server.name, `${server.name}:${options.port}`)
  const far = new End(world, server, client.name, `${client.name}:0`)
  near.lendsBytes = options.lendsBytes
  near.peer = far
  far.peer = near
  world.sockets.add(near).add(far)
  return [near, far]
}

/**
 * One end. A class because two ends hold each other. Outgoing packets wait in `sending` in their order; the first one travels alone,
 * unless the link is cut or the receiver does not read.
 */
class End implements SimSocket {
  readonly remoteAddress: string
  peer: End | undefined
  lendsBytes = false
  private readonly world: World
  private readonly owner: SimProcess
  private readonly peerName: string
  private handlers: SocketHandlers | undefined
  private readonly sending: Packet[] = []
  private sendingBytes = 0
  private isTravelling = false
  private isAwaitingResume = false
  private isBouncing = false
  private hasVanished = false
  private isPaused = false
  private isWriterWaiting = false
  private hasEnded = false
  private state: 'open' | 'closed' = 'open'

  constructor(world: World, owner: SimProcess, peerName: string, remoteAddress: string) {
    this.world = world
    this.owner = owner
    this.peerName = peerName
    this.remoteAddress = remoteAddress
    owner.atDeath(how => {
      if (this.state === 'closed') return
      if (how === 'killed') this.abandon()
      else this.vanish()
    })
  }

  setHandlers(handlers: SocketHandlers): void {
    this.handlers = handlers
    this.peer?.travel()
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.state === 'closed' || this.hasEnded) return false
    const bytes = joined(chunks)
    if (bytes.length > 0) {
      for (const part of this.torn(bytes)) this.sending.push({ kind: 'bytes', bytes: part })
      this.sendingBytes += bytes.length
      this.travel()
    }
    this.isWriterWaiting ||= this.bufferedBytes() > highWaterBytes
    return !this.isWriterWaiting
  }

  bufferedBytes(): number {
    return Math.max(0, this.sendingBytes - windowBytes)
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    this.peer?.travel()
  }

  end(): void {
    if (this.hasEnded || this.state === 'closed') return
    this.hasEnded = true
    this.sending.push({ kind: 'end' })
    this.travel()
  }

  destroy(): void {
    if (this.state === 'closed') return
    this.abandon()
    this.world.time.after(0, this.owner, () => this.handlers?.closed())
  }

  linkHealed(): void {
    this.travel()
  }

  isBetween(one: string, other: string): boolean {
    const ends = [this.owner.name, this.peerName]
    return ends.includes(one) && ends.includes(other)
  }

  breakOff(kind: NetworkErrorKind): void {
    if (this.state === 'closed') return
    this.sending.length = 0
    this.finish()
    this.world.time.after(0, this.owner, () => this.handlers?.closed(new NetworkError(kind, this.remoteAddress)))
  }

  /** What is on its way still arrives, then the other side sees the end: an orderly one, or a reset. */
  private abandon(): void {
    this.finish()
    this.sending.push({ kind: this.world.random.chance(0.5) ? 'end' : 'reset' })
    this.travel()
  }

  /** The other side hears nothing, ever. */
  private vanish(): void {
    this.hasVanished = true
    this.sending.length = 0
    this.finish()
  }

  private finish(): void {
    this.state = 'closed'
    this.forgetWhenSent()
  }

  /** Closed ends stay known while something of theirs is on its way, so that a healed link carries it. */
  private forgetWhenSent(): void {
    if (this.state === 'closed' && this.sending.length === 0) this.world.sockets.delete(this)
  }

  /** Streams have no borders: now and then a write arrives in two pieces. */
  private torn(bytes: Uint8Array): Uint8Array[] {
    if (bytes.length < 2 || !this.world.random.chance(0.05)) return [bytes]
    const at = 1 + this.world.random.integer(bytes.length - 1)
    return [bytes.subarray(0, at), bytes.subarray(at)]
  }

  private travel(): void {
    const { network, time } = this.world
    const { peer } = this
    if (this.isTravelling || this.sending.length === 0 || peer === undefined) return
    if (network.isCut(this.owner.name, this.peerName)) return
    if (peer.state === 'closed') return this.bounce(peer)
    if (peer.handlers === undefined || peer.isPaused) return
    if (peer.owner.isPaused()) return this.awaitResume(peer)
    this.isTravelling = true
    time.quietly(network.delayMs(this.owner.name, this.peerName), () => this.arrive(peer))
  }

  /** Bytes for a socket that is closed come back as a reset, also to who does not read and so has not seen the end; a machine without power says nothing. */
  private bounce(peer: End): void {
    if (peer.hasVanished || this.isBouncing || this.state === 'closed') return
    this.isBouncing = true
    const { network, time } = this.world
    time.after(2 * network.delayMs(this.owner.name, this.peerName), undefined, () => {
      this.isBouncing = false
      if (!network.isCut(this.peerName, this.owner.name)) this.breakOff('reset')
    })
  }

  /** A stopped process reads nothing. */
  private awaitResume(peer: End): void {
    if (this.isAwaitingResume) return
    this.isAwaitingResume = true
    peer.owner.defer(() => {
      this.isAwaitingResume = false
      this.travel()
    })
  }

  /** Everything that was sent meanwhile comes with it, as one read does. */
  private arrive(peer: End): void {
    this.isTravelling = false
    if (this.world.network.isCut(this.owner.name, this.peerName) || peer.isPaused) return
    // An event each: what a receiver does in promises is done before more comes, as after each read of Node.
    for (const packet of this.takeForOneRead()) this.world.time.after(0, peer.owner, () => peer.receive(packet))
    this.notifyWriter()
    this.forgetWhenSent()
    this.travel()
  }

  private takeForOneRead(): Packet[] {
    const packets: Packet[] = []
    let bytes = 0
    while (bytes < windowBytes) {
      const packet = this.sending.shift()
      if (packet === undefined) break
      packets.push(packet)
      if (packet.kind !== 'bytes') break
      bytes += packet.bytes.length
      this.sendingBytes -= packet.bytes.length
    }
    return packets
  }

  private notifyWriter(): void {
    if (!this.isWriterWaiting || this.sendingBytes > windowBytes || this.state === 'closed') return
    this.isWriterWaiting = false
    this.world.time.after(0, this.owner, () => {
      if (this.state === 'open') this.handlers?.drained()
    })
  }

  private receive(packet: Packet): void {
    if (this.state === 'closed') return
    if (packet.kind === 'bytes') {
      this.world.time.noteBytes(packet.bytes)
      this.handlers?.data(packet.bytes)
      // Lent until the reader's promises have run: whoever looks at them later sees that they are gone.
      if (this.lendsBytes) this.world.time.quietly(0, () => packet.bytes.fill(0xee))
      return
    }
    if (packet.kind === 'reset') {
      this.finish()
      this.handlers?.closed(new NetworkError('reset', this.remoteAddress))
      return
    }
    // The other side ended: what we still send has no reader, so our end closes too (no half-open sockets, as Node's default).
    this.end()
    this.finish()
    this.handlers?.closed()
  }
}
