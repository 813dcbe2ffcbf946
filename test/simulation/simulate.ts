import { startChurn } from './churn-workload.ts'
import { startGroups } from './group-workload.ts'
import { startLedger } from './ledger-workload.ts'
import { report, shortened } from './shorten.ts'
import { runScenario, type ScenarioOptions } from './scenario.ts'

/** Enough to see that something is wrong. */
const failuresMax = 20

/** `npm run simulate -- --seeds N --from S`: prints failures, shortened, and how fast it went; `--ledger`: transactions and
 * group offsets instead of the journal; `--groups`: groups read the journal; `--churn`: topics and replicas change meanwhile; with `--trace` everything that brokers log; with `--first` only
 * the first failure, as JSON. Exit status 1 when a seed failed. */
async function main(): Promise<number> {
  const count = argument('seeds', 100)
  const from = argument('from', 1)
  const isTracing = process.argv.includes('--trace')
  const options: ScenarioOptions = {
    ...(isTracing ? { cluster: { logLevel: 'debug' } } : {}),
    ...(process.argv.includes('--ledger') ? { workload: startLedger } : {}),
    ...(process.argv.includes('--churn') ? { workload: startChurn } : {}),
    ...(process.argv.includes('--groups') ? { workload: startGroups } : {}),
  }
  const startedMs = performance.now()
  const failed: number[] = []
  let virtualMs = 0
  let acknowledged = 0
  let events = 0
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await runScenario(seed, options)
    virtualMs += outcome.virtualMs
    acknowledged += outcome.acknowledged
    events += outcome.events
    if (outcome.violations.length === 0) continue
    failed.push(seed)
    if (process.argv.includes('--first')) {
      process.stdout.write(`${JSON.stringify({ seed, violation: outcome.violations[0] })}\n`)
      return 1
    }
    const shortest = await shortened(outcome, options)
    if (isTracing) process.stdout.write(`${shortest.trace.join('\n')}\n`)
    process.stdout.write(`${report(shortest)}\n\n`)
    if (failed.length >= failuresMax) break
  }
  const seconds = (performance.now() - startedMs) / 1000
  process.stdout.write(
    `${count} seeds from ${from}: ${failed.length} failed${failed.length > 0 ? ` (${failed.join(', ')})` : ''}; ` +
      `${(count / seconds).toFixed(1)} seeds/s, ${(virtualMs / 1000 / seconds).toFixed(0)} simulated seconds per second, ` +
      `${(events / 1000 / seconds).toFixed(0)} thousand events per second, ${acknowledged} promises to clients checked\n`,
  )
  return failed.length === 0 ? 0 : 1
}

function argument(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

process.exitCode = await main()
