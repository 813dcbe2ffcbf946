import { readFileSync } from 'node:fs'
import { uuidFromRandom } from '../broker-core/base/bytes/uuid.ts'
import { brokerConfig, ConfigError, type BrokerConfig } from '../broker-core/cluster/broker-config.ts'
import { formatDirectories, parseInitialControllers } from '../broker-core/cluster/format-directories.ts'
import { nodeEnv } from '../broker-core/env/node/node-env.ts'
import { parseJavaProperties } from './contract/java-properties.ts'
import { CommandLineError, parseFormatOptions } from './command-line.ts'
import { complain, messageOf } from './process-end.ts'

/**
 * `brokerbench format`: what `kafka-storage format` does. Prints `formatted node.id=N cluster.id=C` when the directories are ready to be
 * started with.
 */
try {
  const options = parseFormatOptions(process.argv.slice(2))
  const properties = new Map([...readProperties(options.configFile), ...Object.entries(options.overrides)])
  const config = brokerConfig(properties, complain)
  const env = nodeEnv()
  const clusterId = options.clusterId ?? config.clusterId
  if (clusterId === undefined) throw new CommandLineError('format needs --cluster-id ID, or cluster.id among the properties')
  const listenerName = config.controllerListener?.name ?? 'CONTROLLER'
  const list = options.isStandalone
    ? standalone(config, uuidFromRandom(env.random.bytes(16)))
    : (options.initialControllers ?? '')
  formatDirectories(
    config,
    {
      clusterId,
      initialControllers: list === '' ? [] : parseInitialControllers(list, listenerName),
      features: options.features,
    },
    env,
  )
  process.stdout.write(`formatted node.id=${config.nodeId} cluster.id=${clusterId}\n`)
} catch (error) {
  complain(messageOf(error))
  process.exitCode = error instanceof CommandLineError ? 2 : 1
}

/** The list of a quorum of one. */
function standalone({ controllerListener, nodeId }: BrokerConfig, directoryId: string): string {
  if (controllerListener === undefined) throw new ConfigError('--standalone is for a controller')
  return `${nodeId}@${controllerListener.host}:${controllerListener.port}:${directoryId}`
}

function readProperties(path: string): Map<string, string> {
  try {
    return new Map(parseJavaProperties(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new CommandLineError(`cannot read ${path}: ${messageOf(error)}`)
  }
}
