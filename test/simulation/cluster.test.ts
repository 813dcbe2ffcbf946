import { describe, expect, it } from 'vitest'
import { runScenario } from './scenario.ts'
import { seedTests } from './seed-tests.ts'

/**
 * Each seed: three brokers, idempotent producers with acks=all and consumers, crashes, losses of power, stops, pauses, partitions, cut and
 * slow links and clock jumps; then everything heals. Checked: nothing acknowledged is lost or doubled (PROD-09, IDEM-03), what a consumer
 * saw never changes, offsets are dense, the high watermark of a broker's run never goes back (REPL-06), one leader per epoch of a
 * partition (LEAD-01) and of the quorum, and in the end all replicas and metadata logs hold the same bytes. `cluster-more.test.ts` runs
 * beside it; more with `npm run simulate -- --seeds N --from S`.
 */
describe('whole clusters in simulated worlds', () => {
  seedTests(1, 32)

  it('the same seed gives the same trace, byte for byte', async () => {
    const cluster = { logLevel: 'debug' } as const
    const one = await runScenario(4, { cluster })
    const other = await runScenario(4, { cluster })
    expect(other.trace.join('\n')).toBe(one.trace.join('\n'))
    expect([other.events, other.virtualMs, other.acknowledged]).toEqual([one.events, one.virtualMs, one.acknowledged])
  })
})
