import type { ClusterHost } from '../cluster-host/cluster-host.ts'
import type { AppInfo, Notice } from '../contract/views/app.ts'
import type { LocalClusterView } from '../contract/views/cluster.ts'
import type { Notices } from '../notices.ts'
import type { Settings } from '../settings/settings.ts'
import type { AuditLog } from './audit/audit-log.ts'
import type { Clusters } from './clusters.ts'
import { clientSecurity, mergeSecrets, noSecrets } from './connection-secrets.ts'
import { localConnection, openedConnection } from './connections.ts'
import type { Connections } from './connections.ts'
import type { SchemaFolder } from './decoders/schema-folder.ts'
import { badInput, refused } from './failures.ts'
import type { Handlers } from './handlers.ts'
import type { LocalHandlers } from './local-handlers.ts'
import { testConnection } from './test-connection.ts'

/** A killed thread is gone at once; a stopped one hands its leaderships over first. */
const stopBrokerWithinMs = 10_000
const delaysEveryMs = 2_000

export type AppHandlers = Pick<
  Handlers,
  | 'app.info'
  | 'app.notices'
  | 'settings.read'
  | 'settings.write'
  | 'schemas.watch'
  | Exclude<Extract<keyof Handlers, `connections.${string}` | `local.${string}`>, keyof LocalHandlers>
>

export interface AppSources {
  readonly info: AppInfo
  readonly notices: Notices
  readonly settings: Settings
  readonly connections: Connections
  readonly clusters: Clusters
  readonly audit: AuditLog
  readonly folder: SchemaFolder
  readonly host: ClusterHost | undefined
}

/** The app itself: its settings, its connections, the embedded cluster. */
export function appHandlers(sources: AppSources): AppHandlers {
  const { info, notices, settings, connections, clusters } = sources
  const host = () => {
    if (sources.host === undefined) throw refused('there is no embedded cluster in this run', 'Start without `open` to have one.')
    return sources.host
  }
  return {
    'app.info': () => Promise.resolve(info),
    'app.notices': (_input, { signal }) => readNotices(notices, signal),
    'settings.read': () => Promise.resolve(settings.preferences()),
    async 'settings.write'(patch) {
      const next = changeSettings(settings, patch)
      if (patch.schemaFolder !== undefined) await sources.folder.use(next.schemaFolder)
      return next
    },
    'schemas.watch': (_input, { signal }) => sources.folder.view.read(signal),
    'connections.watch': (_input, { signal }) => connections.list.read(signal),
    'connections.add': ({ secrets, ...profile }) => Promise.resolve(connections.add(profile, secrets)),
    async 'connections.update'({ connection, secrets, ...patch }) {
      const view = connections.update(connection, definedOf(patch), secrets)
      // What says how brokers are reached takes effect with the next question.
      const isNewWay = secrets !== undefined || [patch.bootstrap, patch.security, patch.registry].some(it => it !== undefined)
      if (isNewWay) await clusters.forget(connection)
      return view
    },
    async 'connections.remove'({ connection }) {
      connections.remove(connection)
      await clusters.forget(connection)
      return null
    },
    'connections.audit': ({ connection }, { signal }) => sources.audit.read(connection, signal),
    'connections.test': ({ bootstrap, security, secrets, connection }, { signal }) => {
      const kept = connection === null ? noSecrets : connections.secrets(connection)
      return testConnection(bootstrap, signal, clientSecurity(security, mergeSecrets(kept, secrets ?? undefined)))
    },
    'local.watch': (_input, { signal }) => watchLocal(sources.host, signal),
    async 'local.start'() {
      await host().start()
      return null
    },
    async 'local.stop'() {
      await host().stop()
      return null
    },
    async 'local.startBroker'({ brokerId }) {
      await host().broker(brokerId).start()
      return null
    },
    async 'local.stopBroker'({ brokerId }) {
      await host().broker(brokerId).stop(stopBrokerWithinMs)
      return null
    },
    async 'local.killBroker'({ brokerId }) {
      await host().broker(brokerId).kill()
      return null
    },
    async 'local.restartBroker'({ brokerId }) {
      await host().restartBroker(brokerId)
      return null
    },
  }
}

export const firstConnection = (connections: Connections): string | null =>
  connections.list.value.find(it => it.id === localConnection || it.id === openedConnection)?.id ??
  connections.list.value[0]?.id ??
  null

async function* readNotices(notices: Notices, signal: AbortSignal): AsyncGenerator<Notice, void> {
  yield* notices.read(signal)
}

function changeSettings(settings: Settings, patch: Parameters<Settings['change']>[0]) {
  try {
    return settings.change(patch)
  } catch (error) {
    if (error instanceof RangeError) throw badInput(error.message)
    throw error
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

const definedOf = <T extends object>(patch: T): Defined<T> =>
  Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Defined<T>

const noCluster: LocalClusterView = {
  state: 'stopped',
  bootstrap: '',
  dataDirectory: '',
  brokers: [],
  readyAfterMs: null,
  failure: null,
}

/** While anybody looks, every event loop is asked how late it is. */
async function* watchLocal(host: ClusterHost | undefined, signal: AbortSignal): AsyncGenerator<LocalClusterView, void> {
  if (host === undefined) {
    yield noCluster
    return
  }
  const timer = setInterval(() => void host.measureDelays(), delaysEveryMs)
  try {
    yield* host.view.read(signal)
  } finally {
    clearInterval(timer)
  }
}
