import { describe } from 'vitest'
import { startLedger } from './ledger-workload.ts'
import { seedTests } from './seed-tests.ts'

/**
 * As cluster.test.ts, with transactions over several partitions, a reader of committed data and groups that commit offsets. Checked: what a
 * transaction wrote is read as a whole or not at all, as its producer was told (TXN-30), nothing twice, no transaction stays open, and
 * a committed offset is not lost (OFF-01).
 */
describe('coordinators in simulated worlds', () => {
  seedTests(1, 12, { workload: startLedger })
})
