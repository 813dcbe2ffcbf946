import type { ClusterHost } from '../cluster-host/cluster-host.ts'
import type { RetireProgress } from '../contract/views/cluster.ts'
import type { Clusters } from './clusters.ts'
import { localConnection } from './connections.ts'
import type { Connections } from './connections.ts'
import { badInput, refused } from './failures.ts'
import { chosenAfter, propertiesOf } from './local/server-properties.ts'
import type { Handlers } from './handlers.ts'
import { dataDirectorySize } from './local/data-size.ts'
import { emptyBroker } from './local/empty-broker.ts'
import { retireBroker } from './local/retire-broker.ts'
import type { ReplicationThrottles } from './topics/replication-throttles.ts'
import { watched } from './watch.ts'

export type LocalHandlers = Pick<
  Handlers,
  | 'local.addBroker'
  | 'local.retireBroker'
  | 'local.emptyBroker'
  | 'local.dataSize'
  | 'local.reset'
  | 'local.properties'
  | 'local.setProperties'
>

export interface LocalSources {
  readonly host: ClusterHost | undefined
  readonly clusters: Clusters
  readonly connections: Connections
  readonly throttles: ReplicationThrottles
  /** What is remembered of the embedded cluster beside its own files: goes when it goes. */
  readonly forgetCluster: () => Promise<void>
}

/** Members of the embedded cluster: brokers come and go, and lose their disks. */
export function localHandlers(sources: LocalSources): LocalHandlers {
  const { clusters, connections, throttles } = sources
  const host = () => {
    if (sources.host === undefined) throw refused('there is no embedded cluster in this run', 'Start without `open` to have one.')
    return sources.host
  }
  const client = () => clusters.client(localConnection)
  const once = oneAtATime()
  return {
    'local.dataSize': (_input, { signal }) =>
      sources.host === undefined ? Promise.resolve(null) : dataDirectorySize(sources.host.shape.dataDirectory, signal),
    async 'local.addBroker'({ brokerId }) {
      const view = await host().members.add(brokerId)
      connections.localMoved(host().bootstrap)
      return view
    },
    'local.retireBroker': (order, { signal }) =>
      progressOf(order.brokerId, told =>
        once(`broker ${order.brokerId} is being retired`, async () => {
          await retireBroker({ host: host(), client: client(), throttles, told }, order, signal)
          connections.localMoved(host().bootstrap)
        }),
      ),
    'local.emptyBroker': ({ brokerId }, { signal }) =>
      once(`broker ${brokerId} is being emptied`, () => emptyBroker(host(), client(), brokerId, signal)),
    'local.properties': () => Promise.resolve(sources.host === undefined ? null : propertiesOf(sources.host)),
    'local.setProperties': async ({ set, reset }) => {
      host().choose(chosenAfter(host().shape, set, reset))
      return null
    },
    'local.reset': ({ confirm }) =>
      once('the data directory is being reset', async () => {
        if (confirm !== host().shape.dataDirectory)
          throw badInput('confirm: is not the path of the data directory', 'Nothing was removed.')
        await sources.forgetCluster()
        // Once begun it is not cancelled: half of a cluster is none.
        await host().reset()
        connections.localMoved(host().bootstrap)
        // What was asked meanwhile knows the old cluster.
        await sources.forgetCluster()
        return null
      }),
  }
}

/** Two at once could take each other's last copy. */
function oneAtATime() {
  let underWay: string | undefined
  return async <T>(what: string, action: () => Promise<T>): Promise<T> => {
    if (underWay !== undefined) throw refused(`${underWay}: one thing after the other`)
    underWay = what
    try {
      return await action()
    } finally {
      underWay = undefined
    }
  }
}

/** The newest progress at once, then as it changes; ends with the work, whatever the reader does. */
async function* progressOf(
  brokerId: number,
  work: (told: (progress: RetireProgress) => void) => Promise<void>,
): AsyncGenerator<RetireProgress, void> {
  const first: RetireProgress = { brokerId, phase: 'planning', doneBytes: null, totalBytes: null, partitionsLeft: 0 }
  const progress = watched(first)
  const over = new AbortController()
  const worked = work(progress.set).finally(() => over.abort())
  worked.catch(() => undefined)
  try {
    let last: RetireProgress | undefined
    for await (const item of progress.read(over.signal)) {
      last = item
      yield item
    }
    await worked
    if (last !== progress.value) yield progress.value
  } finally {
    await worked.catch(() => undefined)
  }
}
