import { createFaultInjector, planOf, type Fault, type PlanOptions } from './faults.ts'
import { flavourOf } from './flavour.ts'
import { createHistory } from './history.ts'
import { startJournal } from './journal-workload.ts'
import { compareMetadataLogs } from './replica-files.ts'
import { createSimCluster, type SimCluster, type SimClusterOptions } from './sim-cluster.ts'
import { createSimWorld } from './sim-env.ts'
import type { Run, StartWorkload, Workload } from './workload.ts'

export interface ScenarioOptions extends PlanOptions {
  readonly partitions?: number
  readonly cluster?: SimClusterOptions
  /** Who uses the cluster meanwhile. Default: the journal. */
  readonly workload?: StartWorkload
  /** In the place of the seed's own faults: to replay a part of them. */
  readonly plan?: readonly Fault[]
}

export interface Outcome {
  readonly seed: number
  readonly violations: readonly string[]
  readonly acknowledged: number
  readonly events: number
  /** Of everything that happened, and of all bytes between processes. */
  readonly digest: number
  readonly virtualMs: number
  readonly plan: readonly Fault[]
  /** Log lines of the brokers; the same for the same seed. */
  readonly trace: readonly string[]
}

const startMs = 60_000
const convergeMs = 120_000

/**
 * One world from one seed: three brokers and their clients, faults as planned; then everything heals, and the cluster must agree with
 * all that it ever told. Never throws for what the brokers did wrong: that stands in `violations`.
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
  let acknowledged = 0
  const escaped: unknown[] = []
  const onEscape = (error: unknown) => escaped.push(error)
  process.on('unhandledRejection', onEscape)
  try {
    acknowledged = await play(run, plan, options.workload ?? startJournal)
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
    acknowledged,
    events: world.time.eventCount(),
    digest: world.time.digest(),
    virtualMs: world.time.nowMs(),
    trace: run.cluster.log,
  }
}

/** Returns how much was promised to clients. */
async function play(run: Run, plan: readonly Fault[], startWorkload: StartWorkload): Promise<number> {
  const { cluster, history, world } = run
  for (const id of cluster.ids) cluster.start(id)
  if (!(await world.time.run(startMs, () => allReady(cluster)))) history.violated('the cluster did not start')
  const clients = history.violations.length > 0 ? undefined : await startWorkload(run)
  if (clients === undefined) return 0
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
  if (history.violations.length === 0) await judge(run, clients)
  return clients.acknowledged()
}

/** Everything has healed: all must come to agree, and hold what was promised. */
async function judge({ cluster, history, world }: Run, clients: Workload): Promise<void> {
  const isConverged = await world.time.run(convergeMs, () => cluster.failures.length > 0 || clients.isConverged())
  if (!isConverged) return history.violated(`no agreement within ${convergeMs} ms after healing: ${clients.describe()}`)
  clients.checkComplete()
  // What no producer was told about may still be on its way to a follower that is in sync by the clock.
  const differences = (): string[] => [...clients.differences(), ...compareMetadataLogs(cluster)]
  for (let round = 0; round < 60 && differences().length > 0; round++) await world.time.run(500)
  for (const difference of differences()) history.violated(difference)
}

/** Runs on, and stops at the first contradiction. */
async function runWatched({ cluster, history, world }: Run, forMs: number): Promise<void> {
  await world.time.run(forMs, () => history.violations.length > 0 || cluster.failures.length > 0)
}

const allReady = (cluster: SimCluster): boolean =>
  cluster.failures.length > 0 || cluster.ids.every(id => cluster.running(id)?.isReady === true)
