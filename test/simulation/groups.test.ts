import { describe } from 'vitest'
import { startGroups } from './group-workload.ts'
import { seedTests } from './seed-tests.ts'

/**
 * As cluster.test.ts, the journal being read by groups of both protocols whose members come, leave and die. Checked: a group receives all
 * that was acknowledged and skips nothing; seed 6 once hung a member whose partition moved to another leader.
 */
describe('groups in simulated worlds', () => {
  seedTests(1, 12, { workload: startGroups })
})
