import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBrokerProcess, type BrokerProcess } from './broker-process.ts'
import { freePorts } from './free-ports.ts'
import { newDataFolder, projectFolder, removeDataFolder } from './serve-process.ts'

/** Combined nodes as processes, formatted as Kafka's are: the voters of the first ones are in the log (kraft.version 1). */
export interface DynamicQuorum {
  readonly folder: string
  port(nodeId: number): number
  controllerPort(nodeId: number): number
  /** Of the directory that the node has now. */
  directoryId(nodeId: number): string
  configFile(nodeId: number): string
  /** For one that is no first voter, or lost its disk. */
  format(nodeId: number): void
  /** `more` is added to its properties. */
  start(nodeId: number, more?: Readonly<Record<string, string>>): Promise<void>
  process(nodeId: number): BrokerProcess | undefined
  close(): Promise<void>
}

const clusterId = 'dynamic-quorum-of-test'

export async function dynamicQuorum(options: { readonly voters: number; readonly spares: number }): Promise<DynamicQuorum> {
  const count = options.voters + options.spares
  const folder = newDataFolder()
  const ports = await freePorts(count * 2)
  const port = (nodeId: number) => ports[nodeId - 1] as number
  const controllerPort = (nodeId: number) => ports[count + nodeId - 1] as number
  const running = new Map<number, BrokerProcess>()
  const configFile = (nodeId: number) => join(folder, `broker-${nodeId}.properties`)
  const propertiesOf = (nodeId: number) => ({
    'process.roles': 'broker,controller',
    listeners: `PLAINTEXT://127.0.0.1:${port(nodeId)},CONTROLLER://127.0.0.1:${controllerPort(nodeId)}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.quorum.bootstrap.servers': Array.from({ length: count }, (_, at) => `127.0.0.1:${controllerPort(at + 1)}`).join(),
    'offsets.topic.replication.factor': '3',
  })
  const format = (nodeId: number, controllers: string | undefined) => {
    const all = { 'node.id': String(nodeId), 'log.dirs': join(folder, `broker-${nodeId}`), ...propertiesOf(nodeId) }
    writeFileSync(
      configFile(nodeId),
      Object.entries(all)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    )
    const entry = join(projectFolder, 'out', 'main', 'format.js')
    const chosen = controllers === undefined ? [] : ['--initial-controllers', controllers]
    execFileSync(process.execPath, [entry, '--config', configFile(nodeId), '--cluster-id', clusterId, ...chosen])
  }
  const first = Array.from({ length: options.voters }, (_, at) => at + 1)
  const list = first.map(id => `${id}@127.0.0.1:${controllerPort(id)}:${`voter-${id}`.padEnd(21, 'x')}A`).join()
  for (const nodeId of first) format(nodeId, list)
  return {
    folder,
    port,
    controllerPort,
    configFile,
    directoryId(nodeId) {
      const text = readFileSync(join(folder, `broker-${nodeId}`, 'meta.properties'), 'utf8')
      return /directory\.id=(\S+)/.exec(text)?.[1] ?? ''
    },
    format: nodeId => format(nodeId, undefined),
    start(nodeId, more = {}) {
      const broker = startBrokerProcess(folder, nodeId, { ...propertiesOf(nodeId), ...more })
      running.set(nodeId, broker)
      return broker.ready
    },
    process: nodeId => running.get(nodeId),
    async close() {
      await Promise.all([...running.values()].map(broker => broker.stop('SIGKILL')))
      removeDataFolder(folder)
    },
  }
}
