import { quotaEntityKey } from '../../controller/image-draft.ts'
import type { MetadataImage } from '../../controller/image.ts'
import { Rate } from './rate.ts'

/** Addresses whose connections are counted; the one unused for longest goes first. */
const addressesMax = 10_000

/** QUO-01: connections per second that one address may open (`connection_creation_rate` of an ip, or of the default for all others). */
export class ConnectionQuotas {
  readonly #image: () => MetadataImage
  readonly #nowMs: () => number
  readonly #rates = new Map<string, Rate>()

  constructor(image: () => MetadataImage, nowMs: () => number) {
    this.#image = image
    this.#nowMs = nowMs
  }

  /** Counts a connection from `address:port`; how long it would have had to wait, 0 when it is welcome. One that is not does not count. */
  waitMs(remoteAddress: string): number {
    const { quotas } = this.#image()
    if (quotas.size === 0) return 0
    const address = ipOf(remoteAddress)
    const perSecond = [address, null]
      .map(entityName => quotas.get(quotaEntityKey([{ entityType: 'ip', entityName }]))?.values.get('connection_creation_rate'))
      .find(rate => rate !== undefined)
    if (perSecond === undefined) return 0
    const nowMs = this.#nowMs()
    const rate = this.#rate(address)
    rate.record(1, nowMs)
    const waitMs = rate.throttleMs(perSecond, nowMs)
    if (waitMs > 0) rate.record(-1, nowMs)
    return waitMs
  }

  #rate(address: string): Rate {
    const rate = this.#rates.get(address) ?? new Rate()
    this.#rates.delete(address)
    this.#rates.set(address, rate)
    const [oldest] = this.#rates.keys()
    if (this.#rates.size > addressesMax && oldest !== undefined) this.#rates.delete(oldest)
    return rate
  }
}

/** An IPv4 address that came in by a socket of both families is itself. */
export const ipOf = (remoteAddress: string): string =>
  remoteAddress.slice(0, remoteAddress.lastIndexOf(':')).replace(/^::ffff:/i, '')
