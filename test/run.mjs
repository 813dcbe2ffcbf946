// `npm test`: sets up what is missing, runs every suite, and closes with one line of counts. A suite whose needs cannot be met is
// named with its reason; with CI=true or --strict that is a failure. `npm test -- unit protocol` runs only these.
import { ensureBuild, ensureDependencies, requireNode } from '../src-main/setup/steps.mjs'

const say = text => process.stdout.write(`${text}\n`)
requireNode()
ensureDependencies(say)
ensureBuild(say)
const { findChromium, findDisplay, findElectronForTests, findKcat, findLibrdkafka } = await import('./setup/requirements.mjs')
const { runCheck, runPlaywright, runVitest, startDisplay } = await import('./setup/suites.mjs')

const needs = {
  chromium: findChromium,
  display: findDisplay,
  electron: findElectronForTests,
  kcat: findKcat,
  librdkafka: findLibrdkafka,
}
const suites = [
  { name: 'types', run: () => runCheck({ file: 'test/typecheck.mjs' }) },
  { name: 'lint', run: () => runCheck({ file: 'node_modules/oxlint/bin/oxlint', args: ['--deny-warnings', '--quiet'] }) },
  { name: 'format', run: () => runCheck({ file: 'node_modules/@biomejs/biome/bin/biome', args: ['format', '.'] }) },
  ...['tidy', 'unit', 'protocol', 'compliance', 'simulation', 'integration'].map(name => ({ name, run: () => runVitest(name) })),
  { name: 'interop', needs: ['kcat'], run: found => runVitest('interop', { BROKERBENCH_KCAT: found.kcat.path }) },
  {
    name: 'librdkafka',
    needs: ['librdkafka'],
    run: found => runVitest('librdkafka', { BROKERBENCH_LIBRDKAFKA: found.librdkafka.path }),
  },
  { name: 'browser', needs: ['chromium'], run: found => runPlaywright('browser', { CHROME_PATH: found.chromium.path }) },
  { name: 'window', needs: ['electron', 'display'], run: runWindowTests },
]

const arguments_ = process.argv.slice(2)
const strict = arguments_.includes('--strict') || process.env.CI === 'true'
const chosen = arguments_.filter(argument => !argument.startsWith('--'))
const total = { passed: 0, failed: 0, skipped: 0 }
const notRun = []
const found = {}
const summary = []

for (const suite of suites) {
  if (chosen.length > 0 && !chosen.includes(suite.name)) continue
  const missing = (suite.needs ?? []).map(need => (found[need] ??= needs[need](say))).find(answer => answer.reason)
  if (missing) notRun.push(`${suite.name}: ${missing.reason}`)
  else await runSuite(suite)
}
for (const line of summary) say(line)
for (const line of notRun) say(`did not run: ${line}`)
if (strict) total.failed += notRun.length
say(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 ? 0 : 1)

async function runSuite(suite) {
  say(`\n== ${suite.name}`)
  const startedAt = performance.now()
  const result = await suite.run(found)
  for (const key of Object.keys(total)) total[key] += result[key]
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  summary.push(`${suite.name}: ${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped, ${seconds} s`)
}

async function runWindowTests({ electron, display }) {
  const virtual = display.path ? await startDisplay(display.path) : undefined
  const env = { BROKERBENCH_ELECTRON: electron.path, ...(virtual && { DISPLAY: virtual.display }) }
  try {
    return runPlaywright('window', env)
  } finally {
    virtual?.stop()
  }
}
