import { Reader } from '../../base/bytes/reader.ts'
import type { MetadataImage } from '../../controller/image.ts'
import { readRequestHeader } from '../../protocol/headers.ts'
import { apiVersions } from '../../protocol/messages/18-api-versions.ts'
import { brokerValue, type BrokerLayers } from '../config-layers.ts'
import { type ConnectionQuotas, ipOf } from './connection-quotas.ts'
import { Rate } from './rate.ts'

/** What becomes of a connection that just came in. */
export type Verdict =
  | { readonly kind: 'welcome' }
  /** One too many. It is closed when its first request shows that it is no broker's, at the latest after `forMs`. */
  | { readonly kind: 'refused'; readonly forMs: number }
  /** Too soon: nothing of it is answered before `forMs` have passed. */
  | { readonly kind: 'delayed'; readonly forMs: number }
  /** Beyond the quota of its address (KIP-612): closed after `forMs`, or a client that connects again at once would do nothing else. */
  | { readonly kind: 'turned-away'; readonly forMs: number }

export interface ConnectionLimitsOptions {
  readonly layers: BrokerLayers
  readonly nowMs: () => number
  /** Its name may stand in `listener.name.<name>.…`. */
  readonly listener: string
  readonly quotas?: Pick<ConnectionQuotas, 'waitMs'>
}

const welcome: Verdict = { kind: 'welcome' }
/** Kafka's default of the limits: none. */
const unlimitedFrom = 2_147_483_647
const refusedMs = 1_000
/** Connections of one broker that limits do not keep out; it needs a handful. More wait or go like those of clients. */
const pastMax = 32
/** QUO-03: one window. */
const delayMsMax = 10_000

interface Limits {
  readonly configs: MetadataImage['configs']
  readonly connections: number
  readonly perSecond: number
  readonly perAddress: number
  readonly overrides: ReadonlyMap<string, number>
}

/**
 * QUO-08: `max.connections` and `max.connection.creation.rate` of the broker or of one listener, `max.connections.per.ip` with its overrides, and the
 * quotas of addresses. All dynamic. Brokers' own connections count, but no limit keeps them out: Kafka gives them a listener of their own for
 * that; here they share one with the clients, often on one address with them.
 */
export class ConnectionLimits {
  readonly #options: ConnectionLimitsOptions
  readonly #rate = new Rate()
  readonly #byAddress = new Map<string, number>()
  /** By broker: connections that were let past a limit. */
  readonly #past = new Map<number, number>()
  #open = 0
  #limits: Limits | undefined

  constructor(options: ConnectionLimitsOptions) {
    this.#options = options
  }

  /** Of a connection from `address:port`. One that is welcome, or will be served later, is to be told to `opened` and `closed`. */
  verdict(remoteAddress: string): Verdict {
    const { nowMs, quotas } = this.#options
    const limits = this.#current()
    const address = ipOf(remoteAddress)
    if (this.#open >= limits.connections) return { kind: 'refused', forMs: refusedMs }
    if ((this.#byAddress.get(address) ?? 0) >= (limits.overrides.get(address) ?? limits.perAddress))
      return { kind: 'refused', forMs: refusedMs }
    const waitMs = quotas?.waitMs(remoteAddress) ?? 0
    if (waitMs > 0) return { kind: 'turned-away', forMs: Math.min(waitMs, refusedMs) }
    if (limits.perSecond >= unlimitedFrom) return welcome
    this.#rate.record(1, nowMs())
    const delayMs = limits.perSecond === 0 ? delayMsMax : this.#rate.throttleMs(limits.perSecond, nowMs())
    return delayMs > 0 ? { kind: 'delayed', forMs: Math.min(delayMs, delayMsMax) } : welcome
  }

  opened(remoteAddress: string): void {
    const address = ipOf(remoteAddress)
    this.#open += 1
    this.#byAddress.set(address, (this.#byAddress.get(address) ?? 0) + 1)
  }

  closed(remoteAddress: string): void {
    const address = ipOf(remoteAddress)
    const left = (this.#byAddress.get(address) ?? 1) - 1
    this.#open -= 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
  }

  /**
   * The broker of this cluster that is let past the limits with a connection, by its first request: its client id says so, and that broker is
   * registered at the address it comes from. Like the client ids of quotas this is a name and no proof. `wentPast` when the connection ends.
   */
  letPast(frame: Uint8Array, remoteAddress: string): number | undefined {
    const id = this.#brokerOf(frame, remoteAddress)
    const past = id === undefined ? 0 : (this.#past.get(id) ?? 0)
    if (id === undefined || past >= pastMax) return undefined
    this.#past.set(id, past + 1)
    return id
  }

  wentPast(brokerId: number): void {
    const left = (this.#past.get(brokerId) ?? 1) - 1
    if (left === 0) this.#past.delete(brokerId)
    else this.#past.set(brokerId, left)
  }

  #brokerOf(frame: Uint8Array, remoteAddress: string): number | undefined {
    const id = /^(?:broker|raft-client)-(\d+)(?:-|$)/.exec(clientIdOf(frame) ?? '')?.[1]
    if (id === undefined) return undefined
    const { brokers, controllers } = this.#options.layers.image()
    const endpoints = [brokers, controllers].flatMap(nodes => nodes.get(Number(id))?.endpoints ?? [])
    return endpoints.some(({ host }) => host === ipOf(remoteAddress) || !isAddress(host)) ? Number(id) : undefined
  }

  #current(): Limits {
    const { layers, listener } = this.#options
    const { configs } = layers.image()
    if (this.#limits?.configs === configs) return this.#limits
    const prefix = `listener.name.${listener.toLowerCase()}.`
    const least = (name: string) => Math.min(numberOf(brokerValue(layers, name)), numberOf(brokerValue(layers, prefix + name)))
    this.#limits = {
      configs,
      connections: least('max.connections'),
      perSecond: least('max.connection.creation.rate'),
      perAddress: numberOf(brokerValue(layers, 'max.connections.per.ip')),
      overrides: parseOverrides(brokerValue(layers, 'max.connections.per.ip.overrides') ?? ''),
    }
    return this.#limits
  }
}

const numberOf = (text: string | null): number => (text === null || text === '' ? unlimitedFrom : Number(text))

/** `address:count,…`; what is none is left out. */
export function parseOverrides(text: string): Map<string, number> {
  const overrides = new Map<string, number>()
  for (const item of text.split(',')) {
    const match = /^\s*(.+):(\d+)\s*$/.exec(item)
    if (match?.[1] !== undefined) overrides.set(match[1], Number(match[2]))
  }
  return overrides
}

/** A name could be any address. */
const isAddress = (host: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':')

function clientIdOf(frame: Uint8Array): string | null {
  try {
    // Whatever it asks, the client id stands at the same place.
    return readRequestHeader(new Reader(frame), key => (key === apiVersions.key ? apiVersions : undefined)).clientId
  } catch {
    return null
  }
}
