// `npm run interop:java [-- part of a name]`: Kafka's own programs on the JVM against our cluster of three brokers: verifiable and console
// clients in both group protocols, the tools for groups and transactions, a Kafka Streams program. Without a name also the tests beside
// this file: tools that move voters and directories, a real broker that takes our place. Ends with one line of counts.
import { ensureBuild, ensureDependencies } from '../../../src-main/setup/steps.mjs'
import { startBrokerProcesses } from '../../helpers/broker-processes.mjs'
import { kafkaToolsMissing } from './kafka-jars.mjs'

const say = text => process.stdout.write(`${text}\n`)
const chosen = process.argv.slice(2)
const missing = kafkaToolsMissing()
if (missing !== undefined) {
  say(`did not run: ${missing}`)
  process.exit(0)
}
ensureDependencies(say)
ensureBuild(say)
const { runChecks } = await import('./checks.mjs')
const { groupProperties } = await import('./properties.mjs')
const { runVitest } = await import('../../setup/suites.mjs')
const counts = []
const cluster = await startBrokerProcesses({ properties: groupProperties })
try {
  const isChosen = check => chosen.length === 0 || chosen.some(word => check.name.includes(word))
  counts.push(await runChecks(cluster.bootstrap, isChosen, say))
} finally {
  await cluster.stop()
}
if (chosen.length === 0) counts.push(await runVitest('java', 'inherit', {}))
const sum = key => counts.reduce((total, count) => total + count[key], 0)
say(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`)
process.exitCode = sum('failed') === 0 ? 0 : 1
