import { describe, expect, it } from 'vitest'
import { runScenario } from './scenario.ts'
import { report, shortened } from './shorten.ts'

/** More with `npm run simulate -- --seeds N --from S`. */
const seedCount = 100
const batchSize = 20

/**
 * Each seed: three brokers, idempotent producers with acks=all and consumers, crashes, stops, pauses, partitions, cut and slow links and
 * clock jumps; then everything heals. Checked: nothing acknowledged is lost or doubled (PROD-09), what a consumer saw never changes,
 * offsets are dense, the high watermark of a broker's run never goes back (REPL-06), one leader per partition epoch (LEAD-01), and in the
 * end all replicas hold the same bytes.
 */
describe('whole clusters in simulated worlds', () => {
  for (let from = 1; from <= seedCount; from += batchSize) {
    it(`seeds ${from} to ${from + batchSize - 1} keep what they acknowledged`, async () => {
      for (let seed = from; seed < from + batchSize; seed++) {
        const outcome = await runScenario(seed)
        if (outcome.violations.length > 0) expect.fail(report(await shortened(outcome, {}, 15)))
        expect(outcome.acknowledged).toBeGreaterThan(0)
      }
    })
  }

  it('the same seed gives the same trace, byte for byte', async () => {
    const cluster = { logLevel: 'debug' } as const
    const one = await runScenario(4, { cluster })
    const other = await runScenario(4, { cluster })
    expect(other.trace.join('\n')).toBe(one.trace.join('\n'))
    expect([other.events, other.virtualMs, other.acknowledged]).toEqual([one.events, one.virtualMs, one.acknowledged])
  })
})
