import { brokerValue, type BrokerLayers } from '../config-layers.ts'
import { Rate } from './rate.ts'

/** `replica.alter.log.dirs.io.max.bytes.per.second` as it is now: what all moves between directories of this broker may copy (KIP-113). */
export class MoveThrottle {
  readonly #layers: BrokerLayers
  readonly #nowMs: () => number
  readonly #rate = new Rate('since-first')

  constructor(layers: BrokerLayers, nowMs: () => number) {
    this.#layers = layers
    this.#nowMs = nowMs
  }

  /** At most a second's worth at once. 0 or less: not now. */
  roomBytes(): number {
    const perSecond = Number(
      brokerValue(this.#layers, 'replica.alter.log.dirs.io.max.bytes.per.second') ?? Number.MAX_SAFE_INTEGER,
    )
    return Math.min(this.#rate.room(perSecond, this.#nowMs()), perSecond)
  }

  took(bytes: number): void {
    if (bytes > 0) this.#rate.record(bytes, this.#nowMs())
  }
}
