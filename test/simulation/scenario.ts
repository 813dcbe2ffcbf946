import { createTopics } from '../../broker-core/client/admin/topics.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { createFaultInjector, planOf, type Fault, type PlanOptions } from './faults.ts'
import { isWholeView, viewsOf, viewText } from './cluster-views.ts'
import { flavourOf } from './flavour.ts'
import { createHistory, type History } from './history.ts'
import { compareMetadataLogs, compareReplicas } from './replica-files.ts'
import { consumeLoop, consumeOnce, pause, produceLoop, simClient, type ClientContext } from './sim-clients.ts'
import { createSimCluster, type SimCluster, type SimClusterOptions } from './sim-cluster.ts'
import { createSimWorld, type SimWorld } from './sim-env.ts'

export interface ScenarioOptions extends PlanOptions {
  readonly partitions?: number
  readonly cluster?: SimClusterOptions
  /** In the place of the seed's own faults: to replay a part of them. */
  readonly plan?: readonly Fault[]
}

export interface Outcome {
  readonly seed: number
  readonly violations: readonly string[]
  readonly acknowledged: number
  readonly events: number
  readonly virtualMs: number
  readonly plan: readonly Fault[]
  /** Log lines of the brokers; the same for the same seed. */
  readonly trace: readonly string[]
}

const topic = 'journal'
const startMs = 60_000
const convergeMs = 120_000

interface Run {
  readonly world: SimWorld
  readonly cluster: SimCluster
  readonly history: History
  readonly partitions: number
  /** Per partition. */
  readonly producers: number
}

/**
 * One world from one seed: three brokers, a producer and a consumer per partition, faults as planned; then everything heals, and the
 * cluster must agree with all that it ever told. Never throws for what the brokers did wrong: that stands in `violations`.
 */
export async function runScenario(seed: number, options: ScenarioOptions = {}): Promise<Outcome> {
  const flavour = flavourOf(seed)
  const world = createSimWorld(seed, flavour.network)
  const history = createHistory(world.time)
  const watch: SimClusterOptions['watch'] = (id, event, { role, epoch }) => {
    if (event === 'raft.role' && role === 'leader') history.sawLeader('the quorum', Number(epoch), id)
  }
  const cluster = createSimCluster(world, { logLevel: 'info', watch, properties: flavour.properties, ...options.cluster })
  const run: Run = { world, cluster, history, partitions: options.partitions ?? 2, producers: flavour.producersPerPartition }
  const plan = options.plan ?? planOf(world.random.fork('faults'), run.cluster.ids, options)
  const escaped: unknown[] = []
  const onEscape = (error: unknown) => escaped.push(error)
  process.on('unhandledRejection', onEscape)
  try {
    await play(run, plan)
  } catch (error) {
    escaped.push(error)
  } finally {
    process.off('unhandledRejection', onEscape)
  }
  for (const error of escaped)
    run.history.violated(`an error escaped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  for (const failure of run.cluster.failures) run.history.violated(`a broker failed: ${failure}`)
  return {
    seed,
    plan,
    violations: run.history.violations,
    acknowledged: run.history.acknowledgedCount(),
    events: world.time.eventCount(),
    virtualMs: world.time.nowMs(),
    trace: run.cluster.log,
  }
}

async function play(run: Run, plan: readonly Fault[]): Promise<void> {
  const { cluster, history, world } = run
  for (const id of cluster.ids) cluster.start(id)
  if (!(await world.time.run(startMs, () => allReady(cluster)))) return history.violated('the cluster did not start')
  const clients = await startClients(run)
  if (clients === undefined) return
  const beginMs = world.time.nowMs()
  const faults = createFaultInjector(world, cluster, clients.areInSync)
  for (const fault of plan) world.time.after(fault.atMs, undefined, () => faults.apply(fault))
  const lastMs = Math.max(0, ...plan.map(fault => fault.atMs + fault.forMs))
  await runWatched(run, lastMs + 2_000)
  clients.stopProducing()
  world.network.heal()
  for (const id of cluster.ids) {
    cluster.running(id)?.node.process.resume()
    if (!cluster.isRunning(id)) cluster.start(id)
  }
  if (history.violations.length > 0) return
  const isConverged = await world.time.run(convergeMs, () => cluster.failures.length > 0 || clients.isConverged())
  if (!isConverged)
    return history.violated(
      `no agreement within ${convergeMs} ms after healing at ${(world.time.nowMs() - beginMs).toFixed(0)}: ${clients.describe()}`,
    )
  history.checkComplete()
  // What no producer was told about may still be on its way to a follower that is in sync by the clock.
  const differences = (): string[] => [...compareReplicas(cluster, topic, run.partitions), ...compareMetadataLogs(cluster)]
  for (let round = 0; round < 60 && differences().length > 0; round++) await world.time.run(500)
  for (const difference of differences()) history.violated(difference)
}

/** Runs on, and stops at the first contradiction. */
async function runWatched({ cluster, history, world }: Run, forMs: number): Promise<void> {
  await world.time.run(forMs, () => history.violations.length > 0 || cluster.failures.length > 0)
}

const allReady = (cluster: SimCluster): boolean =>
  cluster.failures.length > 0 || cluster.ids.every(id => cluster.running(id)?.isReady === true)

interface Clients {
  stopProducing(): void
  /** All replicas in sync by the word of all brokers, a moment ago. */
  areInSync(): boolean
  /** The same, and everything read to the end. */
  isConverged(): boolean
  describe(): string
}

interface ClientState {
  isConverged: boolean
  /** All brokers said so a moment ago. */
  wholeUntilMs: number
  text: string
}

async function startClients(run: Run): Promise<Clients | undefined> {
  const { cluster, history, world } = run
  const { env } = world.start({ name: 'clients', disk: noDisk })
  let isProducing = true
  const state: ClientState = { isConverged: false, wholeUntilMs: 0, text: 'nothing is known' }
  const context: ClientContext = { env, history, topic, random: world.random.fork('clients'), isOver: () => false }
  const producing: ClientContext = { ...context, isOver: () => !isProducing }
  const seerOf = (nodeId: number): string => cluster.running(nodeId)?.incarnation ?? 'nobody'
  let isSetUp = false
  const escape = (error: unknown) =>
    history.violated(`a client failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const partitions = Array.from({ length: run.partitions }, (_, index) => index)
  const work = async (): Promise<void> => {
    const client = await simClient(cluster.bootstrap, 'simulation', context)
    const [created] = await createTopics(client, [{ name: topic, partitions: run.partitions, replicationFactor: 3 }])
    if (created?.error !== undefined && created.error !== 'NONE') throw new Error(`no topic: ${created.error}`)
    isSetUp = true
    for (const partition of partitions) {
      for (let producer = 0; producer < run.producers; producer++) {
        produceLoop(client, producing, partition, `p${partition}.${producer}`).catch(escape)
      }
      consumeLoop(client, context, partition, seerOf).catch(escape)
    }
    await watchMetadata(client, run, context, state, seerOf)
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
    isConverged: () => state.isConverged && !isProducing,
    describe: () => state.text,
  }
}

/** Asks every broker for its view again and again: leaders by epoch, and at the end whether all are in sync. */
async function watchMetadata(
  client: KafkaClient,
  run: Run,
  context: ClientContext,
  state: ClientState,
  seerOf: (nodeId: number) => string,
): Promise<void> {
  const { cluster, history, partitions, world } = run
  let ends: number[] = []
  for (;;) {
    await pause(context.env, 250)
    await client.refresh([topic], { timeoutMs: 500 }).catch(() => {})
    const views = await viewsOf(client, cluster.ids, topic)
    for (const { partition, leaderId, leaderEpoch } of views.flatMap(view => view ?? [])) {
      if (leaderId >= 0) history.sawLeader(`partition ${partition}`, leaderEpoch, leaderId)
    }
    const areAllWhole = views.every(view => isWholeView(view, partitions, cluster.ids.length))
    state.wholeUntilMs = areAllWhole ? world.time.nowMs() + 700 : 0
    const before = ends
    ends = areAllWhole ? await endsOf(client, run, context, seerOf) : []
    state.text = `${views.map(viewText).join(' | ')} ends ${ends.join('/')}`
    const isQuiet =
      ends.length === partitions && ends.every((end, index) => end === before[index] && end === history.observed(index).length)
    state.isConverged = isQuiet && cluster.ids.every(id => cluster.running(id)?.isReady === true)
  }
}

async function endsOf(
  client: KafkaClient,
  run: Run,
  context: ClientContext,
  seerOf: (nodeId: number) => string,
): Promise<number[]> {
  const ends: number[] = []
  for (let partition = 0; partition < run.partitions; partition++) {
    const from = run.history.observed(partition).length
    const end = await consumeOnce(client, context, partition, from, seerOf).catch(() => undefined)
    if (end === undefined) return []
    ends.push(end)
  }
  return ends
}
