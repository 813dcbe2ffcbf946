import { alterReassignments, electLeaders } from '../../broker-core/client/admin/reassignments.ts'
import { createPartitions, createTopics, deleteTopics } from '../../broker-core/client/admin/topics.ts'
import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { startJournal } from './journal-workload.ts'
import { pause, simClient, type ClientContext } from './sim-clients.ts'
import type { Run, StartWorkload } from './workload.ts'

const topic = 'journal'
const callTimeoutMs = 5_000

/**
 * The journal, while somebody makes and deletes topics, adds partitions, moves replicas and leaders. In the end the journal has all its
 * replicas again, and the other topics are those that were made and not deleted.
 */
export const startChurn: StartWorkload = async run => {
  const journal = await startJournal(run)
  if (journal === undefined) return undefined
  const { cluster, history, world } = run
  const { env } = world.start({ name: 'admin', disk: noDisk })
  const context: ClientContext = { env, history, topic, random: world.random.fork('admin'), isOver: () => false }
  const topics: Topics = { made: new Set(), perhapsDeleted: new Set() }
  const state = { isOver: false, isRestored: false }
  const work = async (): Promise<void> => {
    const client = await simClient(cluster.bootstrap, 'admin', context)
    for (let number = 0; !state.isOver; number++) {
      await attempt(() => change(client, run, context, topics, number))
      await pause(env, context.random.between(100, 1_500))
    }
    while ((await attempt(() => restore(client, run))) !== true) await pause(env, 500)
    const known = await client.refresh(null)
    for (const name of topics.made) {
      if (!topics.perhapsDeleted.has(name) && !known.topics.has(name)) history.violated(`topic ${name} was made and is gone`)
    }
    // For good: a controller that was held up may carry out a move of long ago, of which the admin heard nothing, after this one.
    for (;;) {
      state.isRestored = (await attempt(() => restore(client, run))) === true
      await pause(env, 500)
    }
  }
  work().catch((error: unknown) => history.violated(`the admin failed: ${error instanceof Error ? error.stack : String(error)}`))
  return {
    ...journal,
    stopProducing() {
      state.isOver = true
      journal.stopProducing()
    },
    isConverged: () => state.isRestored && journal.isConverged(),
    describe: () => `${journal.describe()}; ${state.isRestored ? 'all replicas back' : 'replicas still away'}`,
  }
}

/** What the cluster refuses, or is too broken to do, is tried another time. */
async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof KafkaClientError) return undefined
    throw error
  }
}

interface Topics {
  /** The cluster said that they are there. */
  readonly made: Set<string>
  readonly perhapsDeleted: Set<string>
}

async function change(client: KafkaClient, run: Run, { random }: ClientContext, topics: Topics, number: number): Promise<void> {
  const options = { timeoutMs: callTimeoutMs }
  const partition = random.integer(run.partitions)
  switch (random.integer(6)) {
    case 0: {
      const spec = { name: `t${number}`, partitions: 1 + random.integer(3), replicationFactor: 1 + random.integer(3) }
      const [created] = await createTopics(client, [spec], options)
      if (created?.error === 'NONE') topics.made.add(spec.name)
      return
    }
    case 1: {
      const name = `t${random.integer(number + 1)}`
      topics.perhapsDeleted.add(name)
      await deleteTopics(client, [name], options)
      return
    }
    case 2:
      await createPartitions(client, `t${random.integer(number + 1)}`, 4 + random.integer(3), options)
      return
    case 3:
      await electLeaders(client, [{ topic, partition }], options)
      return
    default: {
      const replicas = someReplicas(run.cluster.ids, random)
      run.history.replicasMove(partition)
      await alterReassignments(client, [{ topic, partition, replicas }], options)
    }
  }
}

/** Two or all three of the brokers, in any order: fewer could not promise anything with min.insync.replicas=2. */
function someReplicas(ids: readonly number[], random: ClientContext['random']): number[] {
  const rest = [...ids]
  const chosen: number[] = []
  while (rest.length > 0) chosen.push(...rest.splice(random.integer(rest.length), 1))
  return chosen.slice(0, 2 + random.integer(2))
}

/** True once every partition of the journal has all its replicas. */
async function restore(client: KafkaClient, { cluster, history, partitions }: Run): Promise<boolean> {
  const found = (await client.refresh([topic], { timeoutMs: callTimeoutMs })).topics.get(topic)
  const isWhole = found?.partitions.length === partitions && found.partitions.every(it => it.isr.length === cluster.ids.length)
  if (isWhole) return true
  const all = Array.from({ length: partitions }, (_, partition) => ({ topic, partition, replicas: cluster.ids }))
  for (const { partition } of all) history.replicasMove(partition)
  await alterReassignments(client, all, { timeoutMs: callTimeoutMs })
  return false
}
