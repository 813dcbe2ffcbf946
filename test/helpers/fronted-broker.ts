import { newDataFolder, removeDataFolder } from './serve-process.ts'
import { type BrokerFront, type FrontOptions, openBrokerFront } from './broker-front.ts'
import { startBrokerProcess, type BrokerProcess } from './broker-process.ts'
import { freePorts } from './free-ports.ts'

/** A cluster of others: one broker as a process, that is only reached through its front. */
export interface FrontedBroker {
  readonly bootstrap: string
  readonly front: BrokerFront
  /** As a machine that lost its power. */
  kill(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

export async function startFrontedBroker({
  properties = {},
  ...options
}: Pick<FrontOptions, 'asks'> & { readonly properties?: Readonly<Record<string, string>> }): Promise<FrontedBroker> {
  const folder = newDataFolder()
  const [port = 0, controllerPort = 0] = await freePorts(2)
  const front = await openBrokerFront({ brokerPort: port, ...options })
  let broker: BrokerProcess | undefined
  const start = async () => {
    broker = startBrokerProcess(folder, 1, {
      'process.roles': 'broker,controller',
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${front.port}`,
      'controller.listener.names': 'CONTROLLER',
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'offsets.topic.replication.factor': '1',
      'offsets.topic.num.partitions': '4',
      'default.replication.factor': '1',
      'transaction.state.log.replication.factor': '1',
      'transaction.state.log.min.isr': '1',
      ...properties,
    })
    await broker.ready
  }
  await start()
  return {
    bootstrap: `127.0.0.1:${front.port}`,
    front,
    kill: async () => void (await broker?.stop('SIGKILL')),
    start,
    async close() {
      await broker?.stop()
      await front.close()
      removeDataFolder(folder)
    },
  }
}
