// `npm run torture:copy [-- --kills 20] [-- --seed N]`: a transactional copy on librdkafka from one topic to another, killed (kill -9) and
// restarted that often, with a broker killed at every fourth time. Ends with one line; exit status 1 when the topics differ.
import { ensureBuild, ensureDependencies } from '../../src-main/setup/steps.mjs'
import { findLibrdkafka } from '../setup/requirements.mjs'

const say = text => process.stdout.write(`${text}\n`)
const argument = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(process.argv[at + 1])
}
ensureDependencies(say)
ensureBuild(say)
const { path: python, reason } = findLibrdkafka(say)
if (python === undefined) {
  say(`did not run: ${reason}`)
  process.exit(process.env.CI === 'true' ? 1 : 0)
}
const { tortureCopy } = await import('./copy.mjs')
const { generator } = await import('./random.mjs')
const seed = argument('seed', Date.now() % 1_000_000)
say(`seed ${seed}`)
const startedAt = performance.now()
const kills = argument('kills', 20)
const result = await tortureCopy({ python, kills, killsPerBroker: 4, random: generator(seed), say })
for (const difference of result.differences) say(`  ${difference}`)
const { again, brokerKills, differences, fenced, records, transactions } = result
const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
say(
  `${records} records copied in ${transactions} transactions (${again} done again, ${fenced} processes that gave up), ${kills} kills, ` +
    `${brokerKills} brokers killed, ${differences.length} differences, ${seconds} s`,
)
process.exit(differences.length === 0 ? 0 : 1)
