/** QUO-03: `quota.window.num` samples of `quota.window.size.seconds`, at Kafka's defaults. */
const samplesMax = 11
const sampleMs = 1000
/** A rate is never taken over less than this, so that the first requests of a client are no burst. */
export const rateWindowMs = (samplesMax - 1) * sampleMs

interface Sample {
  readonly startMs: number
  value: number
}

/** What was counted lately, in samples that grow old one by one. */
export class Rate {
  readonly #over: 'whole-window' | 'since-first'
  #samples: Sample[] = []

  /** Taken over the whole window from the beginning (clients), or over the time since the first sample (replication). */
  constructor(over: 'whole-window' | 'since-first' = 'whole-window') {
    this.#over = over
  }

  record(value: number, nowMs: number): void {
    this.#forgetOld(nowMs)
    let sample = this.#samples.at(-1)
    if (sample === undefined || nowMs - sample.startMs >= sampleMs) {
      sample = { startMs: nowMs, value: 0 }
      this.#samples.push(sample)
    }
    sample.value += value
  }

  /** Per second. */
  perSecond(nowMs: number): number {
    this.#forgetOld(nowMs)
    const total = this.#samples.reduce((sum, sample) => sum + sample.value, 0)
    return total / (this.#elapsedMs(nowMs) / 1000)
  }

  /** QUO-03: how long nothing may be added until the rate is `quotaPerSecond` again; 0 when it is not above. */
  throttleMs(quotaPerSecond: number, nowMs: number): number {
    const rate = this.perSecond(nowMs)
    if (rate <= quotaPerSecond) return 0
    return Math.ceil(((rate - quotaPerSecond) / quotaPerSecond) * this.#elapsedMs(nowMs))
  }

  /** What may be added until the rate is `quotaPerSecond`; below 0 when it is above. */
  room(quotaPerSecond: number, nowMs: number): number {
    return (quotaPerSecond - this.perSecond(nowMs)) * (this.#elapsedMs(nowMs) / 1000)
  }

  #elapsedMs(nowMs: number): number {
    const elapsedMs = nowMs - (this.#samples[0]?.startMs ?? nowMs)
    if (this.#over === 'since-first') return Math.max(elapsedMs, sampleMs)
    const missing = Math.max(0, samplesMax - 1 - Math.floor(elapsedMs / sampleMs))
    return elapsedMs + missing * sampleMs
  }

  #forgetOld(nowMs: number): void {
    const oldest = nowMs - samplesMax * sampleMs
    if ((this.#samples[0]?.startMs ?? nowMs) > oldest) return
    this.#samples = this.#samples.filter(sample => sample.startMs > oldest)
  }
}
