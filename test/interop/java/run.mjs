// `npm run interop:java [-- part of a name]`: Kafka's own programs on the JVM against our cluster of three brokers: verifiable and console
// clients in both group protocols, the tools for groups and transactions, a Kafka Streams program. Ends with one line of counts.
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
const cluster = await startBrokerProcesses({ properties: groupProperties })
try {
  const isChosen = check => chosen.length === 0 || chosen.some(word => check.name.includes(word))
  const { failed, passed, skipped } = await runChecks(cluster.bootstrap, isChosen, say)
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  process.exitCode = failed === 0 ? 0 : 1
} finally {
  await cluster.stop()
}
