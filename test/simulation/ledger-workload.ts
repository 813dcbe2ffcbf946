import { createTopics } from '../../broker-core/client/admin/topics.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { isWholeView, viewsOf, viewText } from './cluster-views.ts'
import { heirsGroupOf, heirsLoop } from './heirs.ts'
import { createLedger } from './ledger.ts'
import {
  commitLoop,
  committedOffset,
  groupOf,
  type GroupProgress,
  isPossible,
  type LedgerContext,
  noProgress,
  readCommitted,
  readCommittedLoop,
  startPositions,
  transactLoop,
} from './ledger-clients.ts'
import { createMarkerWatch } from './marker-watch.ts'
import { compareReplicas } from './replica-files.ts'
import { rivalsLoop } from './rival-clients.ts'
import { pause, simClient } from './sim-clients.ts'
import { setTransactionLevel } from './transaction-level.ts'
import type { Run, StartWorkload, Workload } from './workload.ts'

const topic = 'ledger'
const internalTopics = ['__transaction_state', '__consumer_offsets']

interface State {
  wholeUntilMs: number
  isConverged: boolean
  /** Counts what makes an earlier look worthless. */
  round: number
  text: string
}

/** Transactions over several partitions, a reader of committed data, and groups that commit offsets. */
export const startLedger: StartWorkload = run => start(run, 2)

/**
 * The same where the cluster begins with transaction.version 1, so that producers speak as those of before KIP-890 do; in every other world
 * it is raised while they do.
 */
export const startOldLedger: StartWorkload = run => start(run, 1)

async function start(run: Run, transactionLevel: 1 | 2): Promise<Workload | undefined> {
  const { cluster, history, world } = run
  const { env } = world.start({ name: 'clients', disk: noDisk })
  const ledger = createLedger(world.time, history.violated)
  const state: State = { wholeUntilMs: 0, isConverged: false, round: 0, text: 'nothing is known' }
  let isProducing = true
  const random = world.random.fork('clients')
  const context: LedgerContext = {
    ...{ env, history, topic, random, ledger, partitions: run.partitions, isOver: () => !isProducing },
    markers: createMarkerWatch(history.violated),
  }
  const escape = (error: unknown) =>
    history.violated(`a client failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const groups = new Map<string, GroupProgress>(['g1', 'g2'].map(id => [id, noProgress()]))
  let isSetUp = false
  let busyLoops = 0
  const busy = (loop: Promise<void>): void => {
    busyLoops++
    loop.catch(escape).finally(() => {
      busyLoops--
      state.round++
      state.isConverged = false
    })
  }
  const work = async (): Promise<void> => {
    const client = await simClient(cluster.bootstrap, 'simulation', context)
    if (transactionLevel === 1) await setTransactionLevel(client, context, 1)
    const [created] = await createTopics(client, [{ name: topic, partitions: run.partitions, replicationFactor: 3 }])
    if (created?.error !== 'NONE') throw new Error(`no topic: ${created?.error}`)
    isSetUp = true
    if (transactionLevel === 1) raiseLevelOnce(client, context).catch(escape)
    for (const [groupId, progress] of groups) busy(commitLoop(client, context, groupId, progress))
    for (let producer = 0; producer < run.producers; producer++) {
      const progress = noProgress()
      groups.set(groupOf(`t${producer}`), progress)
      busy(transactLoop(client, context, `t${producer}`, progress))
    }
    for (const protocol of ['classic', 'consumer'] as const) {
      const progress = noProgress()
      groups.set(heirsGroupOf(protocol), progress)
      busy(heirsLoop({ run, context: { ...context, random: random.fork(heirsGroupOf(protocol)) }, progress, protocol }))
    }
    busy(rivalsLoop(run, { ...context, random: random.fork('rivals') }))
    const positions = startPositions(context)
    readCommittedLoop(client, context, positions).catch(escape)
    await watch(client, run, context, state, { positions, groups })
  }
  work().catch(escape)
  await world.time.run(30_000, () => isSetUp || history.violations.length > 0)
  if (!isSetUp) {
    history.violated('no topic could be created')
    return undefined
  }
  return {
    stopProducing: () => (isProducing = false),
    areInSync: () => state.wholeUntilMs > world.time.nowMs() && cluster.ids.every(id => cluster.running(id)?.isReady === true),
    isConverged: () => state.isConverged && busyLoops === 0,
    describe: () => state.text,
    acknowledged: () => ledger.committedCount(),
    checkComplete() {
      for (const contradiction of ledger.contradictions()) history.violated(contradiction)
    },
    differences: () => compareReplicas(cluster, topic, run.partitions),
  }
}

const raisedAfterMsMax = 10_000

async function raiseLevelOnce(client: KafkaClient, context: LedgerContext): Promise<void> {
  const random = context.random.fork('transaction level')
  if (random.chance(0.5)) return
  await pause(context.env, random.between(0, raisedAfterMsMax))
  await setTransactionLevel(client, context, 2)
}

interface Seen {
  /** By partition: how far committed data was read. */
  readonly positions: number[]
  readonly groups: ReadonlyMap<string, GroupProgress>
}

/** Converged: all replicas in sync, no transaction open any more, everything committed was read, and no committed offset is lost. */
async function watch(
  client: KafkaClient,
  run: Run,
  context: LedgerContext,
  state: State,
  { positions, groups }: Seen,
): Promise<void> {
  const { cluster, history, partitions, world } = run
  for (;;) {
    await pause(context.env, 250)
    const { round } = state
    await client.refresh([topic], { timeoutMs: 500 }).catch(() => {})
    const views = await viewsOf(client, cluster.ids, [topic, ...internalTopics])
    for (const { topic: name, partition, leaderId, leaderEpoch } of views.flatMap(view => view ?? [])) {
      if (leaderId >= 0) history.sawLeader(`${name}-${partition}`, leaderEpoch, leaderId)
    }
    const areAllWhole = views.every(view => isWholeView(view, partitions))
    state.wholeUntilMs = areAllWhole ? world.time.nowMs() + 700 : 0
    let isRead = areAllWhole
    let text = views.map(viewText).join(' | ')
    for (let partition = 0; isRead && partition < partitions; partition++) {
      const ends = await readCommitted(client, context, partition, positions).catch(() => undefined)
      isRead = ends !== undefined && ends.stable === ends.watermark && positions[partition] === ends.watermark
      text += ` partition ${partition}: ${JSON.stringify(ends)} read to ${positions[partition]}`
    }
    for (const [groupId, progress] of isRead ? groups : []) {
      const found = await committedOffset(client, context, groupId).catch(() => undefined)
      isRead &&= found !== undefined && isPossible(found, progress)
      text += ` group ${groupId}: ${found} is committed, told ${progress.told}, asked ${progress.asked}`
    }
    state.text = text
    state.isConverged = round === state.round && isRead && cluster.ids.every(id => cluster.running(id)?.isReady === true)
  }
}
