/** What may be used at once after a time without use: eleven samples of a second, at Kafka's defaults. */
const burstSeconds = 11

/** KIP-599: tokens come at a steady rate. Whoever finds it not in debt may take any number, and wait for it afterwards. */
export class TokenBucket {
  #tokens: number | undefined
  #atMs = 0

  isInDebt(perSecond: number, nowMs: number): boolean {
    return this.#now(perSecond, nowMs) < 0
  }

  take(tokens: number, perSecond: number, nowMs: number): void {
    this.#tokens = this.#now(perSecond, nowMs) - tokens
    this.#atMs = nowMs
  }

  /** Until it is out of debt. */
  waitMs(perSecond: number, nowMs: number): number {
    return Math.ceil((Math.max(0, -this.#now(perSecond, nowMs)) / perSecond) * 1000)
  }

  #now(perSecond: number, nowMs: number): number {
    const burst = perSecond * burstSeconds
    return this.#tokens === undefined ? burst : Math.min(burst, this.#tokens + ((nowMs - this.#atMs) / 1000) * perSecond)
  }
}
