import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import type { BrokerEvent, RunBroker } from './broker-runner.ts'
import { clusterHost } from './cluster-host.ts'
import type { ClusterHost } from './cluster-host.ts'
import { nodeProperties, ownProperties } from './cluster-shape.ts'
import type { ClusterShape } from './cluster-shape.ts'
import { DataDirectoryError, openDataDirectory } from './data-directory.ts'
import type { Lock } from './data-directory.ts'
import { chooseClientPorts, chooseControllerPorts, isPortFree } from './port-choice.ts'

/** Why no cluster can be started; one line for a person. */
export class ClusterRefusal extends Error {
  override readonly name = 'ClusterRefusal'
}

export interface LocalClusterWish {
  readonly dataDirectory: string
  readonly brokers: number | undefined
  readonly port: number | undefined
  readonly overrides: Readonly<Record<string, string>>
}

export interface LocalClusterPorts {
  readonly run: RunBroker
  readonly lock: (path: string) => Lock | undefined
  readonly notice: (level: 'info' | 'warning', title: string, detail: string) => void
  readonly told: (brokerId: number, event: BrokerEvent) => void
  readonly nowMs: () => number
}

export interface LocalCluster {
  readonly host: ClusterHost
  /** Stops the brokers, then gives up the directory. Safe to call again. */
  close(): Promise<void>
}

const host = '127.0.0.1'

/** Takes the directory and the ports, and hands back a cluster that is ready to be started. Throws ClusterRefusal. */
export async function openLocalCluster(wish: LocalClusterWish, ports: LocalClusterPorts): Promise<LocalCluster> {
  const own = Object.keys(wish.overrides).find(name => ownProperties.includes(name))
  if (own !== undefined) throw new ClusterRefusal(`--override ${own} is not possible here: each broker gets its own`)
  const directory = openDirectory(wish, ports)
  try {
    const count = directory.file.brokers
    const clientPorts = await takeClientPorts(wish, directory.file.ports, count, ports)
    const controllerPorts = await chooseControllerPorts(host, count, async (address, port) =>
      clientPorts.includes(port) ? false : await isPortFree(address, port),
    )
    directory.remember(clientPorts)
    const { clusterId } = directory.file
    const { overrides, dataDirectory } = wish
    const shape: ClusterShape = { clusterId, host, ports: clientPorts, controllerPorts, dataDirectory, overrides }
    judgeProperties(shape, ports)
    const cluster = clusterHost({ shape, run: ports.run, told: ports.told, nowMs: ports.nowMs })
    return {
      host: cluster,
      async close() {
        await cluster.stop()
        directory.release()
      },
    }
  } catch (error) {
    directory.release()
    throw error
  }
}

/** Every broker would say the same of a bad property: it is said once, before any of them starts. */
function judgeProperties(shape: ClusterShape, ports: LocalClusterPorts): void {
  try {
    brokerConfig(nodeProperties(shape, 1), warning => ports.notice('warning', 'Configuration', warning))
  } catch (error) {
    throw new ClusterRefusal((error as Error).message, { cause: error })
  }
}

function openDirectory(wish: LocalClusterWish, ports: LocalClusterPorts) {
  try {
    const told = (problem: string) => ports.notice('warning', 'Data directory', problem)
    return openDataDirectory(wish.dataDirectory, { brokers: wish.brokers }, ports.lock, told)
  } catch (error) {
    throw error instanceof DataDirectoryError ? new ClusterRefusal(error.message) : error
  }
}

async function takeClientPorts(wish: LocalClusterWish, remembered: readonly number[], count: number, ports: LocalClusterPorts) {
  const choice = await chooseClientPorts({ host, count, port: wish.port, remembered }, isPortFree)
  if (!choice.ok) throw new ClusterRefusal(`port ${choice.taken.join(', ')} on ${host} is taken by another program`)
  if (choice.movedFrom.length > 0)
    ports.notice(
      'warning',
      'Ports moved',
      `port ${choice.movedFrom.join(', ')} is taken by another program: the brokers listen on ${choice.ports.join(', ')} instead`,
    )
  return choice.ports
}
