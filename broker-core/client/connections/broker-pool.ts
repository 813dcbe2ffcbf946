import type { CancelTimer } from '../../env/clock.ts'
import type { Endpoint } from '../../env/network.ts'
import { openConnection, type OutboundConnection } from '../../wire/outbound-connection.ts'
import { pause } from '../cancel.ts'
import { type ErrorPlace, KafkaClientError } from '../client-error.ts'
import type { ClientEnv, ClientSettings } from '../client-options.ts'
import { failureOf } from './failure-of.ts'

export const generalLane = 'general'

/** Connections of one client; lanes beyond share the general one of their broker, where a long poll then holds up the rest. */
const lanesMax = 256

const avoidFailedMs = 5_000

/** No broker is believed to want more patience than that. */
const throttleMaxMs = 60_000

const nameOf = ({ host, port }: Endpoint): string => `${host}:${port}`

interface Slot {
  readonly key: string
  readonly lane: string
  readonly opening: Promise<OutboundConnection>
  usedAtMs: number
  sendAfterMs: number
}

/** Connections by address and lane, opened when first needed and closed when nobody used them for long. */
export class BrokerPool {
  readonly #settings: ClientSettings
  readonly #env: ClientEnv
  readonly #slots = new Map<string, Slot>()
  /** When an attempt to connect failed last, by address. */
  readonly #failures = new Map<string, number>()
  #isClosed = false
  #cancelSweep: CancelTimer | undefined

  constructor(settings: ClientSettings, env: ClientEnv) {
    this.#settings = settings
    this.#env = env
  }

  /** An open connection. Rejects with KafkaClientError; a failed attempt is forgotten, so the next caller tries anew. */
  async connection(endpoint: Endpoint, lane: string, place: ErrorPlace): Promise<OutboundConnection> {
    if (this.#isClosed) throw new KafkaClientError('CLOSED')
    const key = this.#keyOf(endpoint, lane)
    const slot = this.#slots.get(key) ?? this.#open(key, endpoint, lane)
    slot.usedAtMs = this.#env.clock.monotonicMs()
    try {
      const connection = await slot.opening
      this.#failures.delete(nameOf(endpoint))
      await this.#throttled(slot)
      if (connection.isOpen()) return connection
      this.#forget(slot)
      // It broke while nobody looked: one new attempt is no retry, nothing was sent yet. Others may have begun it already.
      return await (this.#slots.get(key) ?? this.#open(key, endpoint, lane)).opening
    } catch (error) {
      if (this.#isClosed) throw new KafkaClientError('CLOSED')
      this.#failures.set(nameOf(endpoint), this.#env.clock.monotonicMs())
      throw failureOf(error, place)
    }
  }

  /** True for some seconds after it could not be connected to: others are asked first. */
  failedLately(endpoint: Endpoint): boolean {
    const atMs = this.#failures.get(nameOf(endpoint))
    return atMs !== undefined && this.#env.clock.monotonicMs() - atMs < avoidFailedMs
  }

  /** After an answer: long polls count as use to their end, and a broker that throttles is left alone so long (KIP-219). */
  answered(endpoint: Endpoint, lane: string, throttleTimeMs: number): void {
    const slot = this.#slots.get(this.#keyOf(endpoint, lane))
    if (slot === undefined) return
    slot.usedAtMs = this.#env.clock.monotonicMs()
    if (throttleTimeMs > 0) slot.sendAfterMs = slot.usedAtMs + Math.min(throttleTimeMs, throttleMaxMs)
  }

  /** The broker would not read the request before; here it does not run into its timeout meanwhile. */
  async #throttled(slot: Slot): Promise<void> {
    const waitMs = slot.sendAfterMs - this.#env.clock.monotonicMs()
    if (waitMs > 0) await pause(this.#env.timers, waitMs)
  }

  closeLane(lane: string): void {
    for (const slot of this.#slots.values()) if (slot.lane === lane) this.#drop(slot)
  }

  /** Connections to be there, open or opening: for tests and for people. */
  size(): number {
    return this.#slots.size
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelSweep?.()
    const slots = [...this.#slots.values()]
    for (const slot of slots) this.#drop(slot)
    await Promise.all(slots.map(slot => slot.opening.then(it => it.closed).catch(() => undefined)))
  }

  #keyOf(endpoint: Endpoint, lane: string): string {
    const own = `${nameOf(endpoint)}/${lane}`
    if (lane === generalLane || this.#slots.has(own) || this.#slots.size < lanesMax) return own
    return `${nameOf(endpoint)}/${generalLane}`
  }

  #open(key: string, endpoint: Endpoint, lane: string): Slot {
    const { tls, sasl, clientId, connectTimeoutMs } = this.#settings
    const options = {
      clientId,
      requestTimeoutMs: connectTimeoutMs,
      ...(tls === undefined ? {} : { tls }),
      ...(sasl === undefined ? {} : { sasl }),
    }
    const opening = openConnection(endpoint, options, this.#env)
    const slot: Slot = { key, lane, opening, usedAtMs: this.#env.clock.monotonicMs(), sendAfterMs: 0 }
    this.#slots.set(key, slot)
    opening.then(
      connection => connection.closed.then(() => this.#forget(slot)),
      () => this.#forget(slot),
    )
    this.#sweepLater()
    return slot
  }

  #forget(slot: Slot): void {
    if (this.#slots.get(slot.key) === slot) this.#slots.delete(slot.key)
  }

  #drop(slot: Slot): void {
    this.#forget(slot)
    slot.opening.then(connection => connection.close()).catch(() => undefined)
  }

  #sweepLater(): void {
    this.#cancelSweep ??= this.#env.timers.after(this.#settings.idleConnectionMs / 2, () => {
      this.#cancelSweep = undefined
      const before = this.#env.clock.monotonicMs() - this.#settings.idleConnectionMs
      for (const slot of this.#slots.values()) if (slot.usedAtMs < before) this.#drop(slot)
      if (this.#slots.size > 0) this.#sweepLater()
    })
  }
}
