import { quotaEntityKey } from '../../controller/image-draft.ts'
import type { MetadataImage, QuotaEntityPart } from '../../controller/image.ts'
import { Rate, rateWindowMs } from './rate.ts'

export type BandwidthQuota = 'producer_byte_rate' | 'consumer_byte_rate'
/** Of users and clients. Request time is counted in percent of this broker's one thread. */
export type ClientQuota = BandwidthQuota | 'request_percentage' | 'controller_mutation_rate'

/** Who is counted: the authenticated user and what the client calls itself. */
export interface QuotaClient {
  readonly user: string
  readonly clientId: string
}

/** Rates kept; the one unused for longest goes first. */
const ratesMax = 10_000

/**
 * QUO-01 to QUO-03 on this broker (QUO-05): the quota of a client, and how long it has to wait after what it moved. Clients that a quota
 * takes together (all of a user, say) share one rate.
 */
export class ClientQuotas {
  readonly #image: () => MetadataImage
  readonly #rates = new Map<string, Rate>()

  constructor(image: () => MetadataImage) {
    this.#image = image
  }

  /** Nobody has a quota: nothing needs to be counted. */
  areNone(): boolean {
    return this.#image().quotas.size === 0
  }

  /** Bytes that a client may move within the window of the rates; Infinity without a quota. */
  windowBytes(quota: BandwidthQuota, client: QuotaClient): number {
    const found = this.limitOf(quota, client)
    return found === undefined ? Number.POSITIVE_INFINITY : found.perSecond * (rateWindowMs / 1000)
  }

  /** Counts what was used; the time to wait, 0 while the client is within its quota. */
  record(quota: ClientQuota, client: QuotaClient, used: number, nowMs: number): number {
    const found = this.limitOf(quota, client)
    if (found === undefined) return 0
    const rate = this.#rate(`${quota}\u0000${found.share}`)
    rate.record(used, nowMs)
    return rate.throttleMs(found.perSecond, nowMs)
  }

  /** Takes back what was counted and then not sent. */
  unrecord(quota: BandwidthQuota, client: QuotaClient, bytes: number, nowMs: number): void {
    const found = this.limitOf(quota, client)
    if (found !== undefined) this.#rate(`${quota}\u0000${found.share}`).record(-bytes, nowMs)
  }

  /** The quota in force, and who uses it up together. */
  limitOf(quota: ClientQuota, client: QuotaClient): { readonly perSecond: number; readonly share: string } | undefined {
    const { quotas } = this.#image()
    if (quotas.size === 0) return undefined
    for (const { key, share } of levels(client)) {
      const perSecond = quotas.get(key)?.values.get(quota)
      if (perSecond !== undefined) return { perSecond, share }
    }
    return undefined
  }

  #rate(share: string): Rate {
    const rate = this.#rates.get(share) ?? new Rate()
    this.#rates.delete(share)
    this.#rates.set(share, rate)
    const [oldest] = this.#rates.keys()
    if (this.#rates.size > ratesMax && oldest !== undefined) this.#rates.delete(oldest)
    return rate
  }
}

/** QUO-02, most particular first. `share`: who has a rate of their own at this level. */
function* levels({ user, clientId }: QuotaClient): Generator<{ readonly key: string; readonly share: string }> {
  for (const userName of [user, null]) {
    for (const clientName of [clientId, null]) {
      yield { key: quotaEntityKey([part('user', userName), part('client-id', clientName)]), share: `${user}\u0000${clientId}` }
    }
    yield { key: quotaEntityKey([part('user', userName)]), share: `user\u0000${user}` }
  }
  for (const clientName of [clientId, null])
    yield { key: quotaEntityKey([part('client-id', clientName)]), share: `client\u0000${clientId}` }
}

const part = (entityType: string, entityName: string | null): QuotaEntityPart => ({ entityType, entityName })
