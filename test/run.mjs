// `npm test`: sets up what is missing, runs every suite, and closes with one line of counts. A suite whose needs cannot be met is
// named with its reason; with CI=true or --strict that is a failure. `npm test -- unit protocol` runs only these.
import { ensureBuild, ensureDependencies, requireNode } from '../src-main/setup/steps.mjs'

const say = text => process.stdout.write(`${text}\n`)
requireNode()
ensureDependencies(say)
ensureBuild(say)
const { findChromium, findDisplay, findElectronForTests, findKcat, findLibrdkafka } = await import('./setup/requirements.mjs')
const { runCheck, runPlaywright, runVitest, startDisplay } = await import('./setup/suites.mjs')
const { endSuiteProcesses, runLanes } = await import('./setup/lanes.mjs')

const needs = {
  chromium: findChromium,
  display: findDisplay,
  electron: findElectronForTests,
  kcat: findKcat,
  librdkafka: findLibrdkafka,
}
const vitest = name => ({ name, run: output => runVitest(name, output) })
/** Three side by side, the next one whenever one ends: one more than a small machine has cores, since most of them wait for clusters now and then. */
const lanes = 3
const suites = [
  vitest('simulation'),
  vitest('integration'),
  {
    name: 'interop',
    needs: ['kcat'],
    run: (output, { kcat }) => runVitest('interop', output, { BROKERBENCH_KCAT: kcat.path }),
  },
  {
    name: 'browser',
    needs: ['chromium'],
    run: (output, found) => runPlaywright('browser', output, { CHROME_PATH: found.chromium.path }),
  },
  vitest('unit'),
  {
    name: 'librdkafka',
    needs: ['librdkafka'],
    run: (output, { librdkafka }) => runVitest('librdkafka', output, { BROKERBENCH_LIBRDKAFKA: librdkafka.path }),
  },
  { name: 'window', needs: ['electron', 'display'], run: runWindowTests },
  { name: 'types', run: output => runCheck({ file: 'test/typecheck.mjs' }, output) },
  ...['protocol', 'tidy', 'compliance'].map(vitest),
  {
    name: 'lint',
    run: output => runCheck({ file: 'node_modules/oxlint/bin/oxlint', args: ['--deny-warnings', '--quiet'] }, output),
  },
  { name: 'format', run: output => runCheck({ file: 'node_modules/@biomejs/biome/bin/biome', args: ['format', '.'] }, output) },
]

const arguments_ = process.argv.slice(2)
const strict = arguments_.includes('--strict') || process.env.CI === 'true'
const chosen = arguments_.filter(argument => !argument.startsWith('--'))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => {
    endSuiteProcesses()
    process.exit(1)
  })

const wanted = suites.filter(suite => chosen.length === 0 || chosen.includes(suite.name))
const found = {}
for (const need of new Set(wanted.flatMap(suite => suite.needs ?? []))) found[need] = needs[need](say)
const missingFor = suite => (suite.needs ?? []).map(need => found[need]).find(answer => answer.reason)
const notRun = wanted.filter(missingFor)
const runnable = wanted.filter(suite => !missingFor(suite))
const results = await runLanes(lanes, runnable, found, say)

const total = { passed: 0, failed: strict ? notRun.length : 0, skipped: 0 }
for (const suite of wanted) {
  const result = results.get(suite.name)
  if (result === undefined) continue
  for (const key of Object.keys(total)) total[key] += result[key]
  say(
    `${suite.name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, ${result.seconds.toFixed(1)} s`,
  )
}
for (const suite of wanted)
  for (const failure of results.get(suite.name)?.failures ?? []) say(`failed: ${suite.name}: ${failure}`)
for (const suite of notRun) say(`did not run: ${suite.name}: ${missingFor(suite).reason}`)
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 ? 0 : 1)

async function runWindowTests(output, { electron, display }) {
  const virtual = display.path ? await startDisplay(display.path) : undefined
  const env = { BROKERBENCH_ELECTRON: electron.path, ...(virtual && { DISPLAY: virtual.display }) }
  try {
    return await runPlaywright('window', output, env)
  } finally {
    virtual?.stop()
  }
}
