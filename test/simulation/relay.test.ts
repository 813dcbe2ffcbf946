import { describe, expect, it } from 'vitest'
import { startRelay } from './relay-workload.ts'
import { runScenario } from './scenario.ts'
import { report } from './shorten.ts'

describe('read-process-write in simulated worlds', () => {
  it.each([1, 2, 3])('TXN-08, TXN-09, OFF-04: seed %i copies every record exactly once', { timeout: 600_000 }, async seed => {
    const outcome = await runScenario(seed, { workload: startRelay })
    if (outcome.violations.length > 0) expect.fail(report(outcome))
    expect(outcome.acknowledged).toBeGreaterThan(0)
  })
})
