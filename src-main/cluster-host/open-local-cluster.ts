import { existsSync } from 'node:fs'
import { brokerConfig } from '../../broker-core/cluster/broker-config.ts'
import { formatDirectories, parseInitialControllers } from '../../broker-core/cluster/format-directories.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { FailureError } from '../contract/failure.ts'
import { brokerFiles } from './broker-files.ts'
import type { BrokerEvent, RunBroker } from './broker-runner.ts'
import { clusterHost } from './cluster-host.ts'
import type { ClusterHost } from './cluster-host.ts'
import { brokerDirectory, freeBrokerId, membersOf, nodeProperties, ownProperties } from './cluster-shape.ts'
import type { AddedBroker, ClusterShape } from './cluster-shape.ts'
import { DataDirectoryError, openDataDirectory } from './data-directory.ts'
import type { DataDirectory, Lock } from './data-directory.ts'
import { serverPropertiesProblem } from './server-properties.ts'
import { resetDirectory } from './reset-directory.ts'
import { chooseAddedPorts, chooseClientPorts, chooseControllerPorts, isPortFree } from './port-choice.ts'
import type { IsPortFree } from './port-choice.ts'

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
    if (directory.file.isResetting) await finishReset(directory)
    const shape = await decideShape(wish, directory, ports)
    judgeProperties(shape, ports)
    directory.remember({ ports: [...shape.ports], controllerPorts: [...shape.controllerPorts], added: [...shape.added] })
    if (!directory.file.isFormatted) formatVoters(shape, directory)
    const cluster = clusterHost({
      shape,
      run: ports.run,
      told: ports.told,
      nowMs: ports.nowMs,
      files: brokerFiles(shape.dataDirectory),
      remember: added => directory.remember({ added: [...added] }),
      freePort: portForOneMore,
      renew: shape => renewed(shape, directory),
      keepChosen: shape => keepChosen(shape, directory),
    })
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

async function decideShape(wish: LocalClusterWish, directory: DataDirectory, ports: LocalClusterPorts): Promise<ClusterShape> {
  const { clusterId, brokers: count, ports: remembered, voterDirectoryIds } = directory.file
  const { overrides, dataDirectory } = wish
  const clientPorts = await takeClientPorts(wish, remembered, count, ports)
  const added = await decideAdded(wish, directory, clientPorts, ports)
  const taken = [...clientPorts, ...added.map(broker => broker.port)]
  const isOurs: IsPortFree = async (address, port) => !taken.includes(port) && (await isPortFree(address, port))
  const controllerPorts = await takeControllerPorts(directory.file.controllerPorts, count, isOurs)
  const chosen = directory.file.properties
  return { clusterId, host, ports: clientPorts, controllerPorts, voterDirectoryIds, added, dataDirectory, chosen, overrides }
}

/** Those of the last run, when all of them are free. */
async function takeControllerPorts(remembered: readonly number[], count: number, isOurs: IsPortFree) {
  const free = await Promise.all(remembered.map(port => isOurs(host, port)))
  if (remembered.length === count && free.every(Boolean)) return remembered
  return await chooseControllerPorts(host, count, isOurs, process.pid)
}

async function finishReset(directory: DataDirectory): Promise<void> {
  try {
    await resetDirectory(directory)
  } catch (error) {
    throw new ClusterRefusal(`the reset of ${directory.path} cannot be finished: ${(error as Error).message}`, { cause: error })
  }
}

/** The same brokers at the same ports, with nothing in them. */
async function renewed(shape: ClusterShape, directory: DataDirectory): Promise<ClusterShape> {
  await resetDirectory(directory)
  const { clusterId, voterDirectoryIds, added } = directory.file
  const next = { ...shape, clusterId, voterDirectoryIds, added }
  formatVoters(next, directory)
  return next
}

/** What no broker could start with is not kept. */
function keepChosen(shape: ClusterShape, directory: DataDirectory): void {
  const refuse = (message: string) => new FailureError({ code: 'BAD_INPUT', message })
  const problem = serverPropertiesProblem(shape.chosen ?? {})
  if (problem !== undefined) throw refuse(problem)
  try {
    brokerConfig(nodeProperties(shape, 1), () => undefined)
  } catch (error) {
    throw refuse((error as Error).message)
  }
  directory.remember({ properties: { ...shape.chosen } })
}

/** As `kafka-storage format --initial-controllers` does at each of them. */
function formatVoters(shape: ClusterShape, directory: DataDirectory): void {
  const { clusterId, controllerPorts, dataDirectory, voterDirectoryIds = [] } = shape
  const list = voterDirectoryIds.map((id, index) => `${index + 1}@${host}:${controllerPorts[index]}:${id}`).join(',')
  const initialControllers = parseInitialControllers(list, 'CONTROLLER')
  for (const { id } of initialControllers) {
    // Of an interrupted format; or of another cluster, which its broker will say.
    if (existsSync(`${brokerDirectory(dataDirectory, id)}/meta.properties`)) continue
    const config = brokerConfig(nodeProperties(shape, id), () => undefined)
    formatDirectories(config, { clusterId, initialControllers }, nodeEnv({ log: { write: () => undefined } }))
  }
  directory.remember({ isFormatted: true })
}

async function portForOneMore(shape: ClusterShape): Promise<number> {
  const present = membersOf(shape).map(member => member.port)
  const [chosen] = await chooseAddedPorts(host, present, [undefined], async (address, port) =>
    shape.controllerPorts.includes(port) ? false : await isPortFree(address, port),
  )
  return chosen as number
}

/** Those that were added before, and those that are missing to what `--brokers` asks for. */
async function decideAdded(
  wish: LocalClusterWish,
  { file }: DataDirectory,
  clientPorts: readonly number[],
  ports: LocalClusterPorts,
): Promise<AddedBroker[]> {
  const files = brokerFiles(wish.dataDirectory)
  const wanted: { brokerId: number; port: number | undefined }[] = [...file.added]
  while (file.brokers + wanted.length < (wish.brokers ?? 0)) {
    const added = wanted.map(({ brokerId }) => ({ brokerId, port: 0 }))
    wanted.push({ brokerId: freeBrokerId({ ports: clientPorts, added }, files.has), port: undefined })
  }
  const remembered = wanted.map(broker => broker.port)
  const chosen = await chooseAddedPorts(host, clientPorts, remembered, isPortFree)
  const added = wanted.map(({ brokerId }, index) => ({ brokerId, port: chosen[index] as number }))
  for (const [index, { brokerId, port }] of added.entries()) {
    const before = wanted[index]?.port
    if (before !== undefined && before !== port)
      ports.notice('warning', 'Ports moved', `port ${before} is taken: broker ${brokerId} listens on ${port} instead`)
  }
  return added.sort((a, b) => a.brokerId - b.brokerId)
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
