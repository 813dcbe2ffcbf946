import type { Env } from '../env/env.ts'
import { createDispatch, type Dispatch } from '../server/dispatch.ts'
import { brokerFailure } from './broker-failure.ts'
import { ConnectionLimits } from '../server/quotas/connection-limits.ts'
import type { BrokerConfig } from './broker-config.ts'
import type { RunningBroker } from './broker.ts'
import { controllerDoorHandlers } from './handlers-list.ts'
import { openControllerListener } from './listener-pair.ts'
import { metadataNode } from './metadata-node.ts'
import { openStorage } from './open-storage.ts'

const readyPollMs = 10

/**
 * A node with `process.roles=controller`: votes, and decides when it leads, but holds no partitions, registers as no broker and serves no
 * clients. Ready when it knows a leader of the quorum.
 */
export async function startControllerOnly(config: BrokerConfig, env: Env): Promise<RunningBroker> {
  const failure = brokerFailure()
  const storage = openStorage(config, env, { configOf: () => ({}), onFailure: error => failure.fail(error) })
  const listener = await openControllerListener(config, env).catch((error: unknown) => {
    for (const directory of storage.directories.all) directory.abandon()
    throw error
  })
  const node = metadataNode({ config, env, storage, listeners: { client: listener, controller: listener }, bug: failure.fail })
  const dispatch: Dispatch = createDispatch({
    handlers: controllerDoorHandlers({ config, env, node, served: () => dispatch.served, dispatch: () => dispatch }),
    door: 'controller',
    log: env.log,
    bug: failure.fail,
  })
  const layers = { nodeId: config.nodeId, given: config.given, image: () => node.metadata.image() }
  listener.serve(dispatch, new ConnectionLimits({ layers, nowMs: () => env.clock.monotonicMs(), listener: listener.name }))
  node.join()

  let ending: Promise<void> | undefined
  async function stop(): Promise<void> {
    await node.stop()
    await listener.close()
    for (const directory of storage.directories.online) directory.close(-1)
    env.log.write('info', 'controller.stopped', { node: config.nodeId })
  }
  async function kill(): Promise<void> {
    node.kill()
    await listener.close()
    for (const directory of storage.directories.all) directory.abandon()
  }
  failure.onFail(error => {
    env.log.write('error', 'controller.failed', { node: config.nodeId, error: error.stack ?? error.message })
    ending ??= kill()
  })
  return {
    nodeId: config.nodeId,
    port: -1,
    controllerPort: listener.port,
    clusterId: storage.clusterId,
    ready: whenLed(() => node.raft.leaderAndEpoch().leaderId !== undefined || ending !== undefined, env),
    failed: failure.failed,
    stop: () => (ending ??= stop()),
    kill: () => (ending ??= kill()),
  }
}

async function whenLed(isLed: () => boolean, env: Env): Promise<void> {
  while (!isLed()) await new Promise<void>(resolve => env.timers.after(readyPollMs, resolve))
}
