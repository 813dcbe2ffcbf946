import { describe, expect, it } from 'vitest'
import { runScenario } from './scenario.ts'
import { report } from './shorten.ts'
import { workloads, type WorkloadName } from './workloads.ts'

/** Each found something once, and stays. */
const failedSeeds: readonly { readonly seed: number; readonly workload: WorkloadName; readonly found: string }[] = [
  {
    seed: 1_001_009,
    workload: 'churn',
    found:
      'a replica that was taken away and made anew leads with the watermark it had heard of (REPL-08): the history took it for the old one',
  },
]

describe('seeds that once failed', () => {
  it.each(failedSeeds)('$workload $seed: $found', { timeout: 600_000 }, async ({ seed, workload }) => {
    const outcome = await runScenario(seed, { workload: workloads[workload] })
    if (outcome.violations.length > 0) expect.fail(report(outcome, workload))
    expect(outcome.acknowledged).toBeGreaterThan(0)
  })
})
