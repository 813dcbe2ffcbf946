import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import type { GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import type { TailBatches } from '../../broker-core/client/reading/topic-tail.ts'
import { batchIsControl } from '../../broker-core/records/batch-header.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { cycleText, dependencyCycles, type Read, type Write } from './dependency-cycles.ts'
import { startJournal } from './journal-workload.ts'
import type { Ledger } from './ledger.ts'
import { type InnerReader, type LedgerContext, readCommittedLoop, readInside, startPositions } from './ledger-clients.ts'
import { createMarkerWatch } from './marker-watch.ts'
import { leaveGroup, pause, simClient } from './sim-clients.ts'
import type { RunningProcess } from './sim-env.ts'
import type { SeededRandom } from './sim-random.ts'
import type { Run, StartWorkload } from './workload.ts'

const [source, target, groupId] = ['journal', 'copies', 'copiers']

const encoder = new TextEncoder()

/** By partition: what readers of committed data find in the target, in order. */
type Copies = readonly string[][]

/**
 * Read-process-write: two members of a group copy the journal in transactions that hold their offsets as well (KIP-447), and come, leave
 * and die meanwhile. Every record is copied exactly once, in its order: no aborted read, nothing lost, doubled, skipped or inverted.
 */
export const startRelay: StartWorkload = async run => {
  const journal = await startJournal(run)
  if (journal === undefined) return undefined
  const { cluster, history, world } = run
  const scene = world.start({ name: 'relay', disk: noDisk })
  const copies: Copies = Array.from({ length: run.partitions }, () => [])
  const escape = (error: unknown): void =>
    history.violated(`a copier failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  const ledger = ledgerOf(run, copies)
  const context: LedgerContext = {
    ...{ env: scene.env, history, topic: target, random: world.random.fork('relay'), partitions: run.partitions },
    ...{ isOver: () => false, ledger, markers: createMarkerWatch(history.violated) },
  }
  let isRotating = true
  const work = async (): Promise<void> => {
    const client = await simClient(cluster.bootstrap, 'relay', context)
    await makeTarget(client, run, context)
    for (const slot of [0, 1]) copierLoop(run, slot, context, () => isRotating).catch(escape)
    await readCommittedLoop(client, context, startPositions(context))
  }
  work().catch(escape)
  const isCopied = () => copies.every((values, partition) => values.length >= history.observed(partition).length)
  return {
    ...journal,
    stopProducing() {
      isRotating = false
      journal.stopProducing()
    },
    isConverged: () => journal.isConverged() && isCopied(),
    checkComplete() {
      journal.checkComplete()
      for (const contradiction of ledger.contradictions()) history.violated(contradiction)
    },
    describe: () => `${journal.describe()} copied ${copies.map(values => values.length).join('/')}`,
  }
}

async function makeTarget(client: KafkaClient, run: Run, context: LedgerContext): Promise<void> {
  for (;;) {
    const wanted = { name: target, partitions: run.partitions, replicationFactor: 3 }
    const [created] = await createTopics(client, [wanted]).catch((error: unknown) => {
      if (!(error instanceof KafkaClientError)) throw error
      return [undefined]
    })
    if (created?.error === 'NONE' || created?.error === 'TOPIC_ALREADY_EXISTS') return
    await pause(context.env, 200)
  }
}

/** What is copied must be the journal so far, record by record; more than that nobody may see. Keys are the transactions of the copies. */
function ledgerOf({ history }: Run, copies: Copies): Ledger {
  const nothing = () => undefined
  const writes = new Map<string, Write>()
  const reads: Read[] = []
  return {
    ...{ begin: nothing, sent: nothing, ended: nothing, committedCount: () => 0 },
    read: (transaction, stretch) => reads.push({ transaction, ...stretch }),
    contradictions() {
      const committed = new Set([...writes.values()].map(({ transaction }) => transaction))
      const committedReads = reads.filter(({ transaction }) => committed.has(transaction))
      return dependencyCycles([...writes.values()], committedReads).map(cycleText)
    },
    saw(partition, offset, value, transaction) {
      const place = `${partition}@${offset}`
      const isNew = !writes.has(place)
      writes.set(place, { transaction, partition, offset })
      // Read again by a transaction; the reader that goes through all of it once is another one.
      if (!isNew) return
      const values = copies[partition] ?? []
      const wanted = history.observed(partition)[values.length]
      // The journal's own reader may be behind; then the record is compared once it has come.
      const isKnown = wanted !== undefined
      if (isKnown && wanted !== value) {
        history.violated(
          `partition ${partition}: record ${values.length} is ${wanted}, and was copied as ${value} (at ${offset})`,
        )
      }
      if (values.includes(value)) history.violated(`partition ${partition}: ${value} was copied twice (again at ${offset})`)
      values.push(value)
    },
  }
}

/** One transactional id: a member lives for a while, leaves, dies, or fails, and is followed by another, which fences it. */
async function copierLoop(run: Run, slot: number, context: LedgerContext, isRotating: () => boolean): Promise<void> {
  const random: SeededRandom = run.world.random.fork(`copier-${slot}`)
  for (;;) {
    const member = run.world.start({ name: `copier-${slot}-${random.integer(1e9)}`, disk: noDisk })
    const life = startCopier(run, slot, member, context)
    const endMs = run.world.time.nowMs() + random.between(3_000, 15_000)
    while (!life.hasEnded() && (isRotating() ? run.world.time.nowMs() < endMs : true)) await pause(context.env, 200)
    if (random.chance(0.3)) await Promise.race([life.leave(), pause(context.env, 3_000)])
    member.process.die()
    await pause(context.env, random.between(50, 1_000))
  }
}

function startCopier(run: Run, slot: number, member: RunningProcess, context: LedgerContext) {
  let consumer: GroupConsumer | undefined
  let hasEnded = false
  let copying: Promise<void> = Promise.resolve()
  const live = async (): Promise<void> => {
    const own = { ...context, env: member.env }
    const client = await simClient(run.cluster.bootstrap, member.process.name, own)
    const transactionalId = `copier-${slot}`
    const times = { deliveryTimeoutMs: 8_000, transactionTimeoutMs: 10_000 }
    const producer = createTransactionalProducer(client, { transactionalId, lingerMs: 1, ...times })
    const timing = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 1_000, rebalanceTimeoutMs: 8_000, fetchWaitMs: 250 }
    const reader = { client, positions: startPositions(own) }
    let count = 0
    const rules = { protocol: 'classic', isolation: 'read_committed', commit: 'manual', offsetReset: 'earliest' } as const
    consumer = consumeAsGroup(
      client,
      { groupId, topics: [source], ...timing, ...rules },
      {
        // Partitions of several leaders come at once, and a producer has one transaction at a time.
        receive: batches => {
          copying = copying.then(() => {
            const { generation, memberId } = consumer?.status() ?? { generation: -1, memberId: '' }
            const transaction = { id: `${member.process.name}.${count++}`, producer, reader, context: own }
            return copy(transaction, batches, { memberId, generationOrEpoch: generation })
          })
          copying.catch(() => (hasEnded = true))
          return copying
        },
      },
    )
    await consumer.stopped
  }
  live()
    .catch((error: unknown) => {
      if (!(error instanceof KafkaClientError)) run.history.violated(`a copier failed: ${String(error)}`)
    })
    .finally(() => (hasEnded = true))
  return { hasEnded: () => hasEnded, leave: () => leaveGroup(consumer) }
}

interface CopyTransaction {
  readonly id: string
  readonly producer: ReturnType<typeof createTransactionalProducer>
  readonly reader: InnerReader
  readonly context: LedgerContext
}

/** One transaction. Throws where it did not commit for certain: the member ends then, and the next one asks what is committed. */
async function copy(
  { id, producer, reader, context }: CopyTransaction,
  { batches, fromOffset, partition }: TailBatches,
  as: { readonly memberId: string; readonly generationOrEpoch: number },
): Promise<void> {
  const { env } = context
  const records = batches.flatMap(({ bytes }) => (batchIsControl(bytes, 0) ? [] : [...recordsOf(bytes, env.compression)]))
  const fresh = records.filter(record => record.offset >= fromOffset)
  const last = fresh.at(-1)
  if (last === undefined) return
  producer.begin()
  const sends: Promise<unknown>[] = fresh.map(record =>
    producer.send({ topic: target, partition, key: encoder.encode(id), value: record.value?.slice() ?? null }),
  )
  sends.push(producer.sendOffsets({ groupId, offsets: [{ topic: source, partition, offset: last.offset + 1 }], member: as }))
  const failed = (await Promise.allSettled(sends)).find(result => result.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  await readInside(context, reader, id)
  await producer.commit()
}
