import { report, shortened } from './shorten.ts'
import { runScenario, type Outcome, type ScenarioOptions } from './scenario.ts'
import { workloadNames, workloadOf, workloads, type WorkloadName } from './workloads.ts'

/** Enough to see that something is wrong. */
const failuresMax = 20
const linesEvery = 100
/** Faults begin during so much of each seed's time, unless `--faults-seconds` says otherwise. */
const usualFaultsSeconds = 30

interface Tally {
  seeds: number
  virtualMs: number
  acknowledged: number
  events: number
  readonly failed: number[]
}

/**
 * `npm run sim -- --seeds N --from S`: prints failures, shortened, and how fast it went; `--journal`, `--churn`, `--ledger`, `--old-ledger`,
 * `--groups`, `--relay`:
 * with this workload only, else the seeds take turns; `--faults-seconds N`; `--trace`: everything that brokers log; `--first`: only the
 * first failure, as JSON, with `--about TEXT` the first one that says so; `--each`: a line of JSON per seed. Exit status 1 when a seed failed.
 */
async function main(): Promise<number> {
  const count = argument('seeds', 100)
  const from = argument('from', 1)
  const tally: Tally = { seeds: 0, virtualMs: 0, acknowledged: 0, events: 0, failed: [] }
  const startedMs = performance.now()
  for (let seed = from; seed < from + count && tally.failed.length < failuresMax; seed++) {
    const name = workloadNames.find(isAsked) ?? workloadOf(seed)
    const outcome = await cheaply(() => runScenario(seed, optionsOf(name)))
    note(tally, outcome)
    const violation = outcome.violations.find(it => it.includes(text('about')))
    if (violation !== undefined && isAsked('first')) return say(JSON.stringify({ seed, violation })) ?? 1
    // Another one than is asked about.
    if (isAsked('about')) continue
    const failure = outcome.violations.length === 0 ? undefined : await reportOf(outcome, name)
    if (isAsked('each')) say(JSON.stringify({ seed, workload: name, acknowledged: outcome.acknowledged, report: failure }))
    else if (failure !== undefined) say(`${failure}\n`)
    else if (tally.seeds % linesEvery === 0 && tally.seeds < count) say(summary(tally, from, startedMs))
  }
  say(summary(tally, from, startedMs))
  return tally.failed.length === 0 ? 0 : 1
}

/** Clients meet many errors, and nobody reads where they came from. What is reported runs once more. */
async function cheaply(run: () => Promise<Outcome>): Promise<Outcome> {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return await run()
  } finally {
    Error.stackTraceLimit = limit
  }
}

async function reportOf(outcome: Outcome, name: WorkloadName): Promise<string> {
  const shortest = await shortened(outcome, optionsOf(name))
  return [...(isAsked('trace') ? shortest.trace : []), report(shortest, wayOf(name))].join('\n')
}

const wayOf = (name: WorkloadName): string =>
  isAsked('faults-seconds') ? `${name} --faults-seconds ${text('faults-seconds')}` : name

const optionsOf = (name: WorkloadName): ScenarioOptions => ({
  workload: workloads[name],
  faultsMs: argument('faults-seconds', usualFaultsSeconds) * 1_000,
  ...(isAsked('trace') ? { cluster: { logLevel: 'debug' } } : {}),
})

function note(tally: Tally, outcome: Outcome): void {
  tally.seeds++
  tally.virtualMs += outcome.virtualMs
  tally.acknowledged += outcome.acknowledged
  tally.events += outcome.events
  if (outcome.violations.length > 0) tally.failed.push(outcome.seed)
}

function summary(tally: Tally, from: number, startedMs: number): string {
  const { acknowledged, events, failed, seeds, virtualMs } = tally
  const seconds = (performance.now() - startedMs) / 1000
  const cpuSeconds = process.cpuUsage().user / 1e6
  return (
    `${seeds} seeds from ${from}: ${failed.length} failed${failed.length > 0 ? ` (${failed.join(', ')})` : ''}; ` +
    `${(seeds / seconds).toFixed(1)} seeds per second, ${(seeds / cpuSeconds).toFixed(1)} per second of processor time, ` +
    `${(virtualMs / 1000 / seconds).toFixed(0)} simulated seconds per second, ` +
    `${(events / 1000 / seconds).toFixed(0)} thousand events per second, ${acknowledged} promises to clients checked`
  )
}

function say(text: string): undefined {
  process.stdout.write(`${text}\n`)
}

function isAsked(name: string): boolean {
  return process.argv.includes(`--${name}`)
}

function argument(name: string, fallback: number): number {
  const given = text(name)
  return given === '' ? fallback : Number(given)
}

function text(name: string): string {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? '' : (process.argv[at + 1] ?? '')
}

process.exitCode = await main()
