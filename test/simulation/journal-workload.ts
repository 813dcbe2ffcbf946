import { createTopics } from '../../broker-core/client/admin/topics.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { isWholeView, viewsOf, viewText } from './cluster-views.ts'
import { compareReplicas } from './replica-files.ts'
import { consumeLoop, consumeOnce, pause, produceLoop, simClient, type ClientContext } from './sim-clients.ts'
import type { Run, StartWorkload } from './workload.ts'

const topic = 'journal'

interface ClientState {
  isConverged: boolean
  /** Counts what makes an earlier look worthless. */
  round: number
  /** All brokers said so a moment ago. */
  wholeUntilMs: number
  text: string
}

/** A journal: idempotent producers with acks=all, several per partition, and a consumer that never sees anything change. */
export const startJournal: StartWorkload = async run => {
  const { cluster, history, world } = run
  const { env } = world.start({ name: 'clients', disk: noDisk })
  let isProducing = true
  const state: ClientState = { isConverged: false, round: 0, wholeUntilMs: 0, text: 'nothing is known' }
  const context: ClientContext = { env, history, topic, random: world.random.fork('clients'), isOver: () => false }
  const producing: ClientContext = { ...context, isOver: () => !isProducing }
  const seerOf = (nodeId: number): string => cluster.running(nodeId)?.incarnation ?? 'nobody'
  let isSetUp = false
  let busyLoops = 0
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
        busyLoops++
        produceLoop(client, producing, partition, `p${partition}.${producer}`)
          .catch(escape)
          .finally(() => {
            busyLoops--
            state.round++
            state.isConverged = false
          })
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
    isConverged: () => state.isConverged && busyLoops === 0,
    describe: () => state.text,
    acknowledged: () => history.acknowledgedCount(),
    checkComplete: () => history.checkComplete(),
    differences: () => compareReplicas(cluster, topic, run.partitions),
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
    const { round } = state
    await client.refresh([topic], { timeoutMs: 500 }).catch(() => {})
    const views = await viewsOf(client, cluster.ids, [topic])
    for (const { partition, leaderId, leaderEpoch } of views.flatMap(view => view ?? [])) {
      if (leaderId >= 0) history.sawLeader(`partition ${partition}`, leaderEpoch, leaderId)
    }
    const areAllWhole = views.every(view => isWholeView(view, partitions))
    state.wholeUntilMs = areAllWhole ? world.time.nowMs() + 700 : 0
    const before = ends
    ends = areAllWhole ? await endsOf(client, run, context, seerOf) : []
    state.text = `${views.map(viewText).join(' | ')} ends ${ends.join('/')}`
    const isQuiet =
      ends.length === partitions && ends.every((end, index) => end === before[index] && end === history.observed(index).length)
    state.isConverged = round === state.round && isQuiet && cluster.ids.every(id => cluster.running(id)?.isReady === true)
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
