import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { startBroker, type RunningBroker } from '../../broker-core/cluster/broker.ts'
import type { Env } from '../../broker-core/env/env.ts'
import type { LogSink } from '../../broker-core/env/log-sink.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { freePorts } from './free-ports.ts'

/** Brokers of one cluster in this thread, each with its own ports and directory: what runs in worker threads otherwise. */
export interface InProcessCluster {
  readonly bootstrap: readonly { readonly host: string; readonly port: number }[]
  readonly dataFolder: string
  broker(nodeId: number): RunningBroker | undefined
  start(nodeId: number): Promise<RunningBroker>
  stop(nodeId: number): Promise<void>
  kill(nodeId: number): Promise<void>
  /** Stops what runs and removes the data. */
  close(): Promise<void>
  /** Warnings and errors of all brokers so far. */
  readonly complaints: readonly string[]
}

export interface ClusterOptions {
  readonly brokers?: number
  /** Further nodes, ids after those of `brokers`, that are brokers only and wait for `start`. */
  readonly observers?: number
  readonly properties?: Readonly<Record<string, string>>
  /** What differs from node to node. */
  readonly propertiesOf?: (nodeId: number) => Readonly<Record<string, string>>
  /** The world as this node sees it, for one that has faults. */
  readonly envOf?: (nodeId: number, env: Env) => Env
}

export async function startCluster(options: ClusterOptions = {}): Promise<InProcessCluster> {
  const count = options.brokers ?? 3
  const ports = await freePorts(count * 2 + (options.observers ?? 0))
  const dataFolder = mkdtempSync(join(tmpdir(), 'brokerbench-test-'))
  const running = new Map<number, RunningBroker>()
  const complaints: string[] = []
  const voters = Array.from({ length: count }, (_, index) => `${index + 1}@127.0.0.1:${ports[count + index]}`).join(',')

  const portOf = (nodeId: number) => (nodeId <= count ? ports[nodeId - 1] : ports[count + nodeId - 1])
  const isController = (nodeId: number) => nodeId <= count
  const propertiesOf = (nodeId: number) =>
    new Map<string, string>(
      Object.entries({
        'node.id': String(nodeId),
        'process.roles': isController(nodeId) ? 'broker,controller' : 'broker',
        listeners: [
          `PLAINTEXT://127.0.0.1:${portOf(nodeId)}`,
          ...(isController(nodeId) ? [`CONTROLLER://127.0.0.1:${ports[count + nodeId - 1]}`] : []),
        ].join(),
        'controller.listener.names': 'CONTROLLER',
        'controller.quorum.voters': voters,
        'log.dirs': join(dataFolder, `broker-${nodeId}`),
        'default.replication.factor': String(Math.min(3, count)),
        'offsets.topic.replication.factor': String(Math.min(3, count)),
        'transaction.state.log.replication.factor': String(Math.min(3, count)),
        'transaction.state.log.min.isr': String(Math.min(2, count)),
        'group.initial.rebalance.delay.ms': '0',
        ...options.properties,
        ...options.propertiesOf?.(nodeId),
      }),
    )

  async function start(nodeId: number): Promise<RunningBroker> {
    const log: LogSink = {
      write(level, event, fields) {
        if (process.env.BROKER_LOG !== undefined) console.error(`[${nodeId}] ${level} ${event}`, JSON.stringify(fields ?? {}))
        if (level === 'warn' || level === 'error')
          complaints.push(`[${nodeId}] ${level} ${event} ${JSON.stringify(fields ?? {})}`)
      },
    }
    const broker = await startBroker(
      brokerConfig(propertiesOf(nodeId), () => {}),
      options.envOf?.(nodeId, nodeEnv({ log })) ?? nodeEnv({ log }),
    )
    running.set(nodeId, broker)
    void broker.failed.then(error => complaints.push(`[${nodeId}] failed: ${error.stack ?? error.message}`))
    return broker
  }
  async function end(nodeId: number, how: 'stop' | 'kill'): Promise<void> {
    const broker = running.get(nodeId)
    running.delete(nodeId)
    await broker?.[how]()
  }

  try {
    const started = await Promise.all(Array.from({ length: count }, (_, index) => start(index + 1)))
    await Promise.all(started.map(broker => broker.ready))
  } catch (error) {
    await Promise.all([...running.values()].map(broker => broker.kill()))
    rmSync(dataFolder, { recursive: true, force: true })
    throw error
  }
  return {
    bootstrap: Array.from({ length: count + (options.observers ?? 0) }, (_, index) => ({
      host: '127.0.0.1',
      port: portOf(index + 1) ?? 0,
    })),
    dataFolder,
    complaints,
    broker: nodeId => running.get(nodeId),
    start,
    stop: nodeId => end(nodeId, 'stop'),
    kill: nodeId => end(nodeId, 'kill'),
    async close() {
      await Promise.all([...running.keys()].map(nodeId => end(nodeId, 'kill')))
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}
