import { describe } from 'vitest'
import { seedTests } from './seed-tests.ts'

/** As cluster.test.ts; a file of its own, so that two cores share the seeds. */
describe('whole clusters in more simulated worlds', () => {
  seedTests(105, 104)
})
