import type {
  BrokerRate,
  BrokerView,
  ClusterOverview,
  LocalBrokerState,
  LocalBrokerView,
  LocalClusterView,
  QuorumView,
} from '../../../src-main/contract/views/cluster.ts'
import { formatDuration } from '../../widgets/format.ts'
import { recoveryPercent, recoveryText } from '../../widgets/storage-troubles.ts'
import type { Tone } from '../../widgets/tone.ts'

/** One broker as the table shows it: what the cluster says of it, what its host says, and how fast it takes records. */
export interface BrokerRow {
  readonly brokerId: number
  /** `host:port`; null when nobody knows it. */
  readonly address: string | null
  readonly rack: string | null
  readonly roles: readonly string[]
  readonly state: BrokerState
  /** Null for brokers that are not ours, and for those that do not run. */
  readonly startedAtMs: number | null
  readonly eventLoopDelayMs: number | null
  readonly leaderCount: number | null
  readonly replicaCount: number | null
  readonly inSyncCount: number | null
  readonly logBytes: number | null
  readonly volumeFreeBytes: number | null
  readonly failedDirectories: readonly string[]
  readonly recordsInPerSecond: number | null
  readonly bytesInPerSecond: number | null
  /** Null: a broker of a foreign cluster. */
  readonly local: LocalBrokerView | null
}

export interface BrokerState {
  readonly word: string
  readonly tone: Tone
  readonly reason: string | null
}

export interface RowSources {
  readonly overview: ClusterOverview | undefined
  readonly local: LocalClusterView | undefined
  readonly rates: readonly BrokerRate[]
  /** Addresses seen before: a broker that is gone tells none. */
  readonly addresses: ReadonlyMap<number, string>
}

/** Every broker that anybody knows of, by id. */
export function brokerRows({ overview, local, rates, addresses }: RowSources): BrokerRow[] {
  const told = new Map(overview?.brokers.map(broker => [broker.brokerId, broker]))
  const own = new Map(local?.brokers.map(broker => [broker.brokerId, broker]))
  const ids = [...new Set([...told.keys(), ...own.keys()])].sort((a, b) => a - b)
  return ids.map(brokerId => {
    const broker = told.get(brokerId)
    const host = own.get(brokerId)
    const isDown = host === undefined ? broker?.up !== true : host.state !== 'running'
    const rate = isDown ? undefined : rates.find(one => one.brokerId === brokerId)
    return {
      brokerId,
      address: addressOf(broker) ?? addressOf(host) ?? addresses.get(brokerId) ?? null,
      rack: broker?.rack ?? null,
      roles: rolesOf(brokerId, overview, isDown),
      state: stateOf(broker, host),
      startedAtMs: host?.startedAtMs ?? null,
      eventLoopDelayMs: host?.eventLoopDelayMs ?? null,
      leaderCount: broker?.leaderCount ?? null,
      replicaCount: broker?.replicaCount ?? null,
      inSyncCount: broker?.inSyncCount ?? null,
      logBytes: broker?.logBytes ?? null,
      volumeFreeBytes: broker?.volumeFreeBytes ?? null,
      failedDirectories: broker?.failedDirectories ?? [],
      recordsInPerSecond: rate?.recordsInPerSecond ?? null,
      bytesInPerSecond: rate?.bytesInPerSecond ?? null,
      local: host ?? null,
    }
  })
}

export function addressOf(broker: Pick<BrokerView, 'host' | 'port'> | undefined): string | undefined {
  if (broker === undefined || broker.host === '') return undefined
  return broker.host.includes(':') ? `[${broker.host}]:${broker.port}` : `${broker.host}:${broker.port}`
}

/** The quorum's answer may be older than the broker's end: one that is down leads nothing. */
function rolesOf(brokerId: number, overview: ClusterOverview | undefined, isDown: boolean): string[] {
  const isController = overview?.controllerId === brokerId && !isDown
  return [...(isController ? ['controller'] : []), ...quorumRole(brokerId, overview?.quorum ?? null)]
}

function quorumRole(brokerId: number, quorum: QuorumView | null): string[] {
  if (quorum === null) return []
  if (quorum.voters.some(voter => voter.nodeId === brokerId)) return ['voter']
  return quorum.observers.some(observer => observer.nodeId === brokerId) ? ['observer'] : []
}

const localStates: Readonly<Record<Exclude<LocalBrokerState, 'running'>, Tone>> = {
  stopped: 'bad',
  failed: 'bad',
  starting: 'info',
  stopping: 'warn',
}

/** What its host says counts for more than what the controller has not noticed yet. */
function stateOf(broker: BrokerView | undefined, host: LocalBrokerView | undefined): BrokerState {
  if (host !== undefined && host.state !== 'running') return notRunning(host)
  if (broker?.up === true && broker.failedDirectories.length > 0)
    return { word: 'disk failed', tone: 'bad', reason: `offline: ${broker.failedDirectories.join(', ')}` }
  if (broker?.up === true) return { word: host === undefined ? 'up' : 'running', tone: 'good', reason: null }
  if (host === undefined) return { word: 'down', tone: 'bad', reason: 'the cluster does not list it' }
  const reason = 'it runs, and the controller does not count on it yet'
  return broker === undefined ? { word: 'running', tone: 'good', reason: null } : { word: 'fenced', tone: 'warn', reason }
}

function notRunning({ state, failure, recovery }: LocalBrokerView): BrokerState {
  const tone = state === 'running' ? 'good' : localStates[state]
  if (recovery === null) return { word: state, tone, reason: failure }
  return { word: `${state} ${recoveryPercent(recovery)} %`, tone, reason: recoveryText(recovery) }
}

/** With those of this answer added: at most as many as there are broker ids in the cluster's life. */
export function rememberAddresses(
  known: ReadonlyMap<number, string>,
  brokers: readonly BrokerView[],
): ReadonlyMap<number, string> {
  const fresh = brokers.flatMap(broker => {
    const address = addressOf(broker)
    return address === undefined || known.get(broker.brokerId) === address ? [] : [[broker.brokerId, address] as const]
  })
  return fresh.length === 0 ? known : new Map([...known, ...fresh])
}

/** Of an event loop: tenths matter below 100 ms, and beyond it the column has no room for them. */
export const delayText = (ms: number | null): string => (ms === null || ms >= 99.95 ? formatDuration(ms) : `${ms.toFixed(1)} ms`)
