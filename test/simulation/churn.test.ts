import { describe } from 'vitest'
import { startChurn } from './churn-workload.ts'
import { seedTests } from './seed-tests.ts'

/**
 * As cluster.test.ts, while topics are made and deleted, partitions added, replicas and leaders moved (LEAD-09). Checked besides: a topic
 * that was made stays, and the journal comes back to all its replicas.
 */
describe('changing clusters in simulated worlds', () => {
  seedTests(1, 32, { workload: startChurn })
})
