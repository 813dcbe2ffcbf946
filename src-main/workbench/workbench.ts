import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ClientEnv } from '../../broker-core/client/client-options.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import type { ClusterHost } from '../cluster-host/cluster-host.ts'
import type { AppInfo, ConnectionView } from '../contract/views/app.ts'
import { directoryNetwork } from '../log-directory/directory-network.ts'
import type { Notices } from '../notices.ts'
import { readJsonFile, writeJsonFile } from '../settings/json-file.ts'
import type { SecretStore } from '../settings/secret-store.ts'
import { openSettings } from '../settings/settings.ts'
import { appHandlers, firstConnection } from './app-handlers.ts'
import { openAuditLog } from './audit/audit-log.ts'
import { auditedHandlers } from './audit/audited-handlers.ts'
import { clusterHandlers } from './cluster-handlers.ts'
import { openClusters } from './clusters.ts'
import type { Clusters } from './clusters.ts'
import { clientSecurity } from './connection-secrets.ts'
import { connectionRooms } from './connection-room.ts'
import type { ConnectionRooms } from './connection-room.ts'
import { localConnection, openConnections, openedConnection } from './connections.ts'
import type { Connections } from './connections.ts'
import { registrySchemas } from './decoders/registry.ts'
import type { RegistryAddress } from './decoders/registry.ts'
import { openSchemaFolder } from './decoders/schema-folder.ts'
import type { Schemas } from './decoders/schemas.ts'
import { groupHandlers } from './group-handlers.ts'
import type { Handlers } from './handlers.ts'
import { localHandlers } from './local-handlers.ts'
import { recordSessions } from './messages/record-sessions.ts'
import type { OpenTarget } from './open-target.ts'
import { replicaFiles } from './replica-files.ts'
import { recordHandlers } from './record-handlers.ts'
import type { ShopMemory } from './sample-shop/sample-shop.ts'
import { openLagStore } from './sampling/lag-store.ts'
import { filePath, searchHandlers } from './search/search-handlers.ts'
import { threadStore } from './search/thread-store.ts'
import { shopHandlers } from './shop-handlers.ts'
import { replicationThrottles } from './topics/replication-throttles.ts'
import type { ThrottleMemory, ThrottlePlaces } from './topics/replication-throttles.ts'

export interface WorkbenchOptions {
  readonly cluster: ClusterHost | undefined
  readonly notices: Notices
  readonly open: OpenTarget | undefined
  readonly secrets: SecretStore
  readonly version: string
  readonly door: AppInfo['door']
  readonly runtime: string
  readonly dataDirectory: string
  readonly startedAtMs: number
  /** Folder of the built entries. */
  readonly mainFolder: string
}

export interface Workbench {
  readonly handlers: Handlers
  /** Ends what runs and writes what is to be kept. */
  close(): Promise<void>
}

/** Everything behind the contract, put together. Free of Electron; both doors use it. */
export function openWorkbench(options: WorkbenchOptions): Workbench {
  const { cluster, notices, dataDirectory } = options
  const told = (problem: string) => notices.tell('warning', 'Settings', problem)
  const settings = openSettings(join(dataDirectory, 'settings.json'), told)
  const opened = options.open
  const connections = openConnections({ settings, store: options.secrets, localBootstrap: cluster?.bootstrap, opened })
  const securityOf = (id: string) => clientSecurity(connections.get(id).security, connections.secrets(id))
  const clusters = openClusters(connections, clientEnvs(opened), securityOf)
  const nowMs = Date.now
  const registryOf = registryAddresses(connections)
  const registries = schemaStores(registryOf)
  const filesOf = replicaFiles(cluster, opened)
  clusters.onClosed(registries.forget)
  const folder = openSchemaFolder(nowMs, (file, problem) => notices.tell('warning', 'Schema folder', `${file} ${problem}`.trim()))
  void folder.use(settings.preferences().schemaFolder)
  const schemasOf = (connection: string) => ({ schemas: registries(connection), local: folder.schemas })
  const rooms = connectionRooms(clusters, nowMs, connection =>
    openLagStore(join(dataDirectory, 'lag-history', lagFolder(connections.get(connection))), nowMs, told),
  )
  const sessions = recordSessions(nowMs)
  const throttles = replicationThrottles({
    client: clusters.writableClient,
    memory: throttleMemory(join(dataDirectory, 'replication-throttles.json'), told),
  })
  const shops = shopHandlers({ clusters, nowMs, memoryOf: connection => shopMemory(dataDirectory, connection, told) })
  const info = appInfo(options, firstConnection(connections))
  // Lag and its history are there from the first start, not from the first look.
  if (cluster !== undefined) rooms.of(localConnection)
  const exportsFolder = join(dataDirectory, 'exports')
  const pathOf = (path: string) => filePath(path, exportsFolder)
  const threads = threadStore(join(options.mainFolder, 'job-worker.js'))
  const audit = openAuditLog(join(dataDirectory, 'audit.jsonl'), told)
  const handlers: Handlers = {
    ...appHandlers({ info, notices, settings, connections, clusters, audit, folder, host: cluster }),
    ...localHandlers({
      host: cluster,
      clusters,
      connections,
      throttles,
      forgetCluster: () => forgetCluster(clusters, rooms, dataDirectory),
    }),
    ...clusterHandlers({ clusters, connections, rooms, throttles, nowMs }),
    ...groupHandlers({ clusters, rooms, nowMs }),
    ...recordHandlers({ clusters, sessions, nowMs, filesOf, schemasOf, registryOf, pathOf }),
    ...searchHandlers({
      clusters,
      connections,
      securityOf,
      directoryOf: id => (id === openedConnection && opened?.kind === 'directory' ? opened.path : null),
      registryOf,
      schemasOf,
      schemaFolder: () => settings.preferences().schemaFolder,
      threads,
      exportsFolder,
    }),
    ...shops.handlers,
  }
  return {
    handlers: auditedHandlers(handlers, { log: audit, nowMs, foreignName: foreignNames(connections) }),
    async close() {
      sessions.stop()
      threads.close()
      throttles.stop()
      folder.close()
      rooms.close()
      await shops.close()
      await clusters.close()
    },
  }
}

/** For another cluster in the place of ours: clients, rates and lag of the one before go, sampling begins anew. */
async function forgetCluster(clusters: Clusters, rooms: ConnectionRooms, dataDirectory: string): Promise<void> {
  await clusters.forget(localConnection)
  await rm(join(dataDirectory, 'lag-history', localConnection), { recursive: true, force: true })
  rooms.of(localConnection)
}

function appInfo(
  { cluster, dataDirectory, version, door, runtime, startedAtMs }: WorkbenchOptions,
  first: string | null,
): AppInfo {
  return {
    ...{ name: 'Brokerbench', version, door, runtime, startedAtMs },
    platform: process.platform,
    dataDirectory: cluster === undefined ? null : dataDirectory,
    hasLocalCluster: cluster !== undefined,
    firstConnection: first,
  }
}

/** A log directory is reached over a network of its own. Throws LogDirectoryError. */
function clientEnvs(opened: OpenTarget | undefined): (connection: string) => ClientEnv {
  const env = nodeEnv()
  const directory = opened?.kind === 'directory' ? { ...env, network: directoryNetwork(opened.path, env) } : env
  return connection => (connection === openedConnection ? directory : env)
}

/** An address opened by the command line has no id of its own: the same address finds its history again. */
function lagFolder({ id, bootstrap }: ConnectionView): string {
  return id === 'opened' ? createHash('sha256').update(bootstrap.join(',')).digest('hex').slice(0, 16) : id
}

const foreignNames = (connections: Connections) => (id: string) => {
  const view = connections.list.value.find(it => it.id === id)
  return view?.kind === 'foreign' ? view.name : undefined
}

const registryAddresses = (connections: Connections) => (id: string) => {
  const { registry } = connections.get(id)
  return registry === null ? null : { ...registry, password: connections.secrets(id).registryPassword }
}

/** One store of schemas per connection that names a registry. */
function schemaStores(registryOf: (connection: string) => RegistryAddress | null) {
  const stores = new Map<string, Schemas>()
  const storeOf = (connection: string): Schemas | undefined => {
    const known = stores.get(connection)
    const address = known === undefined ? registryOf(connection) : null
    if (address === null) return known
    const made = registrySchemas(address)
    stores.set(connection, made)
    return made
  }
  return Object.assign(storeOf, { forget: (connection: string) => void stores.delete(connection) })
}

const throttleFile = z.record(
  z.string().max(64),
  z.object({ topics: z.array(z.string().max(249)).max(10_000), brokers: z.array(z.number().int().min(0)).max(10_000) }),
)

/** Of every connection: a throttle that nobody removes slows replication for good. */
function throttleMemory(path: string, told: (problem: string) => void): ThrottleMemory {
  let places: ThrottlePlaces = readJsonFile(path, throttleFile, {}, told)
  return {
    read: () => places,
    write(next) {
      places = next
      writeJsonFile(path, next)
    },
  }
}

const shopFile = z.record(z.string().max(249), z.string().max(64))

/** Only the embedded cluster's is kept over restarts; that of others is forgotten with the app. */
function shopMemory(dataDirectory: string, connection: string, told: (problem: string) => void): ShopMemory {
  const path = join(dataDirectory, 'sample-shop.json')
  let topics: Readonly<Record<string, string>> = connection === localConnection ? readJsonFile(path, shopFile, {}, told) : {}
  return {
    read: () => topics,
    write(next) {
      topics = next
      if (connection === localConnection) writeJsonFile(path, next)
    },
  }
}
