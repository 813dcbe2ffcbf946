import type { Fault } from './faults.ts'
import { runScenario, type Outcome, type ScenarioOptions } from './scenario.ts'

/**
 * Leaves faults out, larger parts first, as long as the run still fails; the failure may be another one on the way. Bounded by `runsMax`
 * runs. Returns the shortest failing run that was found.
 */
export async function shortened(failed: Outcome, options: ScenarioOptions = {}, runsMax = 60): Promise<Outcome> {
  let best = failed
  let runs = 0
  for (let size = Math.ceil(best.plan.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.plan.length && runs < runsMax; ) {
      const plan: Fault[] = [...best.plan.slice(0, at), ...best.plan.slice(at + size)]
      runs++
      const outcome = await runScenario(failed.seed, { ...options, plan })
      if (outcome.violations.length > 0) best = outcome
      else at += size
    }
  }
  return best
}

/** What a person needs to see and to repeat a failure. */
export function report(outcome: Outcome, way = 'journal'): string {
  return [
    `seed ${outcome.seed} fails; again with: npm run sim -- --${way} --from ${outcome.seed} --seeds 1`,
    ...outcome.violations.slice(0, 5).map(violation => `  ${violation}`),
    'faults:',
    ...outcome.plan.map(fault => `  ${JSON.stringify(fault)}`),
    'last words of the brokers:',
    ...outcome.trace.slice(-25).map(line => `  ${line.slice(0, 300)}`),
  ].join('\n')
}
