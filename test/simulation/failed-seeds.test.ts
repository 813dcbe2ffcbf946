import { describe, expect, it } from 'vitest'
import { runScenario } from './scenario.ts'
import { report } from './shorten.ts'
import { workloads, type WorkloadName } from './workloads.ts'

interface FailedSeed {
  readonly seed: number
  readonly workload: WorkloadName
  readonly found: string
  /** As it was played; without it the usual ones. */
  readonly faultsMs?: number
}

/** Each found something once, and stays. */
const failedSeeds: readonly FailedSeed[] = [
  {
    seed: 1_001_009,
    workload: 'churn',
    found:
      'a replica that was taken away and made anew leads with the watermark it had heard of (REPL-08): the history took it for the old one',
  },
  {
    seed: 4_700_662,
    workload: 'ledger',
    faultsMs: 10_000,
    found:
      'a broker that became leader while the coordinator was asked about other partitions of a request wrote a batch that nobody was asked about (TXN-20)',
  },
  {
    seed: 4_201_994,
    workload: 'ledger',
    faultsMs: 10_000,
    found:
      'a late repetition of the end of one transaction committed the next one of a producer whose epoch stayed the same (TXN-23)',
  },
  {
    seed: 4_001_673,
    workload: 'churn',
    faultsMs: 10_000,
    found:
      'the end of a move made an eligible replica leader that had lost its disk cache meanwhile, in place of one in sync (LEAD-05)',
  },
  {
    seed: 3_010_667,
    workload: 'groups',
    faultsMs: 10_000,
    found:
      'a member that missed the answer with its assignment told the broker only what changed, and never heard of it again (CG-08)',
  },
  {
    seed: 3_011_637,
    workload: 'churn',
    faultsMs: 10_000,
    found: 'a move that a slow controller carried out when all were restored: the admin had given it up, and looked only once',
  },
]

describe('seeds that once failed', () => {
  it.each(failedSeeds)('$workload $seed: $found', { timeout: 600_000 }, async ({ seed, workload, faultsMs }) => {
    const times = faultsMs === undefined ? {} : { faultsMs }
    const outcome = await runScenario(seed, { workload: workloads[workload], ...times })
    if (outcome.violations.length > 0) expect.fail(report(outcome, workload))
    expect(outcome.acknowledged).toBeGreaterThan(0)
  })
})
