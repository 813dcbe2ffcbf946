import { readFileSync } from 'node:fs'
import { brokerConfig } from '../broker-core/cluster/broker-config.ts'
import { startBroker } from '../broker-core/cluster/broker.ts'
import type { RunningBroker } from '../broker-core/cluster/broker.ts'
import { nodeEnv } from '../broker-core/env/node/node-env.ts'
import { followRecovery } from './cluster-host/recovery-told.ts'
import { parseJavaProperties } from './contract/java-properties.ts'
import { CommandLineError, parseBrokerOptions } from './command-line.ts'
import { complain, endWith, messageOf } from './process-end.ts'

/**
 * `brokerbench broker`: one broker as a process. Prints `ready node.id=N bootstrap=HOST:P` when it serves, which a member of a quorum
 * does only with a majority.
 */
let broker: RunningBroker | undefined
const ending = endWith(async () => await broker?.stop())

try {
  const config = brokerConfig(readProperties(process.argv.slice(2)), complain)
  const recovery = followRecovery(performance.now.bind(performance), line => complain(`broker ${config.nodeId}: ${line}`))
  broker = await startBroker(config, nodeEnv(), { recovering: recovery.note })
  void broker.failed.then(error => {
    complain(`broker ${config.nodeId} failed: ${error.message}`)
    ending.end(1)
  })
  await broker.ready
  process.stdout.write(`ready node.id=${config.nodeId} bootstrap=${config.advertised.host}:${broker.port}\n`)
} catch (error) {
  if (!ending.isEnding) complain(messageOf(error))
  ending.end(error instanceof CommandLineError ? 2 : 1)
}

function readProperties(args: readonly string[]): Map<string, string> {
  const options = parseBrokerOptions(args)
  try {
    return new Map([...parseJavaProperties(readFileSync(options.configFile, 'utf8')), ...Object.entries(options.overrides)])
  } catch (error) {
    throw new CommandLineError(`cannot read ${options.configFile}: ${messageOf(error)}`)
  }
}
