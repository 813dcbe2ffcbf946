import { expect, it } from 'vitest'
import { runScenario, type ScenarioOptions } from './scenario.ts'
import { report, shortened } from './shorten.ts'

const batchSize = 4

/** Tests for the seeds from `from` on, some per test, so that a failure names few. */
export function seedTests(from: number, count: number, options: ScenarioOptions = {}): void {
  for (let first = from; first < from + count; first += batchSize) {
    it(`seeds ${first} to ${first + batchSize - 1} keep what they acknowledged`, async () => {
      for (let seed = first; seed < first + batchSize; seed++) {
        const outcome = await runScenario(seed, options)
        if (outcome.violations.length > 0) expect.fail(report(await shortened(outcome, options, 15)))
        expect(outcome.acknowledged).toBeGreaterThan(0)
      }
    })
  }
}
