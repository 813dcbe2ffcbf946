import type { Dispatch } from '../server/dispatch.ts'
import type { ConnectionLimits } from '../server/quotas/connection-limits.ts'
import type { Env } from '../env/env.ts'
import type { LogDirectory } from '../storage/log-directory-port.ts'
import type { StorageFailure } from '../storage/partition-log.ts'
import { configBoolean, type BrokerConfig } from './broker-config.ts'
import type { BrokerFailure } from './broker-failure.ts'
import type { BrokerLifecycle } from './broker-lifecycle.ts'
import type { RunningBroker } from './broker.ts'
import type { Coordination } from './coordination.ts'
import type { DataPlane } from './data-plane.ts'
import type { ListenerPair } from './listener-pair.ts'
import type { MetadataNode } from './metadata-node.ts'
import { maintenanceIntervals, type OpenStorage } from './open-storage.ts'

/** What one broker is made of. */
export interface BrokerParts {
  readonly config: BrokerConfig
  readonly env: Env
  readonly failure: BrokerFailure
  readonly storage: OpenStorage
  readonly listeners: ListenerPair
  readonly node: MetadataNode
  readonly data: DataPlane
  readonly coordination: Coordination
  readonly clientDispatch: Dispatch
  readonly controllerDispatch: Dispatch
  readonly clientLimits: ConnectionLimits
  readonly controllerLimits: ConnectionLimits
}

export interface BrokerLife {
  readonly broker: RunningBroker
  /** DISK-38: its partitions go offline; without any directory left, or without that of the metadata, the broker ends. */
  diskFailed(failure: StorageFailure): void
}

/** A clean stop of all brokers together must fit into 5 s: those that stop last have no quorum left to ask. */
const controlledShutdownMs = 1_500

/** Starts the parts in their order, and ends them in theirs: once, for one reason. */
export function brokerLife(parts: BrokerParts): BrokerLife {
  const { config, data, env, failure, listeners, node, storage } = parts
  let ending: Promise<void> | undefined
  listeners.controller?.serve(parts.controllerDispatch, parts.controllerLimits)
  const lifecycle = node.start()
  const ready = Promise.all([whenRegistered(node, config.nodeId, lifecycle).then(() => begin()), lifecycle.ready]).then(() => {})
  ready.catch((error: unknown) => {
    // A stop before the end of the start is no failure; a registration that was refused is.
    if (ending === undefined) failure.fail(error)
  })

  async function begin(): Promise<void> {
    if (ending !== undefined) return
    await data.start()
    if (ending !== undefined) return
    for (const directory of storage.directories.online) directory.startMaintenance(maintenanceIntervals(config))
    listeners.client.serve(parts.clientDispatch, parts.clientLimits)
  }
  failure.onFail(error => {
    env.log.write('error', 'broker.failed', { broker: config.nodeId, error: error.stack ?? error.message })
    ending ??= killLoudly(parts)
  })

  return {
    broker: {
      nodeId: config.nodeId,
      port: listeners.client.port,
      controllerPort: listeners.controller?.port ?? -1,
      clusterId: storage.clusterId,
      ready,
      failed: failure.failed,
      stop: () => (ending ??= stop(parts, lifecycle)),
      kill: () => (ending ??= kill(parts)),
    },
    diskFailed(error) {
      const [first] = storage.directories.all
      if (storage.directories.online.length === 0 || first?.failure !== undefined) return failure.fail(error)
      for (const directory of storage.directories.all) {
        if (directory.failure !== undefined) data.assignment.directoryFailed(directory.path)
      }
    },
  }
}

async function stop(parts: BrokerParts, lifecycle: BrokerLifecycle): Promise<void> {
  const { config, data, env, listeners, node, storage } = parts
  if (configBoolean(config, 'controlled.shutdown.enable') && lifecycle.state() === 'running') {
    const answer = await Promise.race([lifecycle.controlledShutdown(controlledShutdownMs), whenAlone(node, config.nodeId)])
    env.log.write('info', 'broker.controlled-shutdown', { broker: config.nodeId, answer })
  }
  data.assignment.resignAll()
  parts.coordination.close()
  data.stop()
  await listeners.client.close()
  await node.stop()
  await listeners.controller?.close()
  for (const directory of storage.directories.all) closeDirectory(parts, directory)
  env.log.write('info', 'broker.stopped', { broker: config.nodeId })
}

/** A disk that failed or fails now costs its own clean mark, not that of the others; its lock is given up all the same. */
function closeDirectory({ config, env, node }: BrokerParts, directory: LogDirectory): void {
  try {
    directory.close(node.brokerEpoch())
  } catch (error) {
    const { path } = directory
    env.log.write('error', 'log-directory.not-closed', { broker: config.nodeId, directory: path, error: String(error) })
  }
}

async function kill({ coordination, data, listeners, node, storage }: BrokerParts): Promise<void> {
  coordination.close()
  data.stop()
  node.kill()
  await Promise.all([listeners.client.close(), listeners.controller?.close()])
  for (const directory of storage.directories.all) directory.abandon()
}

/** After a failure nobody waits for the end. */
async function killLoudly(parts: BrokerParts): Promise<void> {
  try {
    await kill(parts)
  } catch (error) {
    parts.env.log.write('error', 'broker.not-ended', { broker: parts.config.nodeId, error: String(error) })
  }
}

/** Resolves when every other broker is gone or goes as well: nobody is left to hand leaderships to. */
function whenAlone(node: MetadataNode, nodeId: number): Promise<'alone'> {
  const isAlone = () =>
    [...node.metadata.image().brokers.values()].every(
      broker => broker.brokerId === nodeId || broker.fenced || broker.inControlledShutdown,
    )
  return new Promise(resolve => {
    const unsubscribe = node.metadata.subscribe(() => look())
    const look = () => {
      if (!isAlone()) return
      unsubscribe()
      resolve('alone')
    }
    look()
  })
}

/**
 * Resolves when this node's metadata holds the registration of this run: everything before it is known then, and no role of an
 * earlier run is taken up on the way there.
 */
function whenRegistered(node: MetadataNode, nodeId: number, lifecycle: BrokerLifecycle): Promise<void> {
  const isThere = () => {
    const epoch = lifecycle.brokerEpoch()
    return epoch >= 0 && node.metadata.image().brokers.get(nodeId)?.brokerEpoch === epoch
  }
  return new Promise((resolve, reject) => {
    const unsubscribe = node.metadata.subscribe(() => look())
    const look = () => {
      if (!isThere()) return
      unsubscribe()
      resolve()
    }
    lifecycle.ready.then(look, reject)
    look()
  })
}
