/** Orders per second that the slider offers; main takes any from 0.1 to 5,000. */
export const shopRates = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000] as const

/** Position of the slider for a rate: the nearest by ratio, because the steps grow by factors. */
export function rateStep(ordersPerSecond: number): number {
  const distance = (rate: number) => Math.abs(Math.log(rate / Math.max(0.1, ordersPerSecond)))
  return shopRates.reduce((best, rate, at) => (distance(rate) < distance(shopRates[best] ?? 1) ? at : best), 0)
}

export const rateAt = (step: number): number => shopRates[Math.max(0, Math.min(shopRates.length - 1, Math.round(step)))] ?? 20
