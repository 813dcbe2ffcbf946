import { committedOffsets } from '../../broker-core/client/admin/group-offsets.ts'
import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { type Claim, firstGhostOffset, ghostPartitions, haunt } from './ghost-commits.ts'
import { type GroupProgress, type LedgerContext } from './ledger-clients.ts'
import { pause, simClient } from './sim-clients.ts'
import type { SimProcess } from './sim-clock.ts'
import type { Run } from './workload.ts'

export const heirsGroup = 'heirs'
const transactionalId = 'heir'

/** A member of the group with a transactional producer, from its start until it may do nothing more. */
interface Heir {
  readonly process: SimProcess
  /** As it stands in the group and at the coordinator of its transactions; undefined until it is in both. */
  claim(): Claim | undefined
  /** Says with every claim that it no longer has what a zombie would say. Never rejects. */
  haunt(own: Claim, successor: Claim): Promise<void>
}

/**
 * A group of one member, which commits its offsets in transactions; one after the other has the place and the transactional id. The one
 * before is most often paused in the middle of whatever it does, and comes back when the next one is in its place: what it commits then,
 * with an epoch or a generation that is over, never counts (TXN-05, TXN-09).
 */
export async function heirsLoop(run: Run, context: LedgerContext, progress: GroupProgress): Promise<void> {
  const { env, isOver, random } = context
  let present = startHeir(run, context, progress, 0)
  for (let number = 1; !isOver(); number++) {
    await until(env, () => present.claim() !== undefined || isOver())
    await pause(env, random.between(500, 3_000))
    const own = present.claim()
    if (random.chance(0.8)) present.process.pause()
    const next = startHeir(run, context, progress, number)
    await until(env, () => isLater(next.claim(), own) || isOver())
    present.process.resume()
    const successor = next.claim()
    if (own !== undefined && successor !== undefined && isLater(successor, own)) await present.haunt(own, successor)
    present.process.die()
    present = next
    await checkOffsets(context, run)
  }
  present.process.die()
  await checkOffsets(context, run)
}

const isLater = (claim: Claim | undefined, before: Claim | undefined): boolean =>
  claim !== undefined &&
  (before === undefined || (claim.generation > before.generation && claim.producerEpoch > before.producerEpoch))

async function until(env: LedgerContext['env'], isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(env, 20)
}

/** Whatever else is committed: nothing of a ghost's. */
async function checkOffsets(context: LedgerContext, run: Run): Promise<void> {
  const client = await simClient(run.cluster.bootstrap, 'heirs', context)
  const partitions = ghostPartitions.map(partition => ({ topic: context.topic, partition }))
  const found = await committedOffsets(client, heirsGroup, { partitions, timeoutMs: 8_000 }).catch((error: unknown) => {
    if (!(error instanceof KafkaClientError)) throw error
    return []
  })
  for (const { offset, partition } of found) {
    if (offset < firstGhostOffset) continue
    const text = `${offset} of partition ${partition} is committed`
    context.history.violated(`group ${heirsGroup}: ${text}, which only a member that had been replaced asked for`)
  }
  await client.close()
}

function startHeir(run: Run, context: LedgerContext, progress: GroupProgress, number: number): Heir {
  const name = `heir${number}`
  const { env, process } = run.world.start({ name, disk: noDisk })
  const own: LedgerContext = { ...context, env }
  let claim: () => Claim | undefined = () => undefined
  let haunting: Heir['haunt'] = () => Promise.resolve()
  const live = async (): Promise<void> => {
    const client = await simClient(run.cluster.bootstrap, name, own)
    const consumer = joined(client, own)
    const times = { deliveryTimeoutMs: 8_000, transactionTimeoutMs: 10_000 }
    const producer = createTransactionalProducer(client, { transactionalId, ...times })
    claim = () => {
      const { assignment, generation, memberId, state } = consumer.status()
      const { producerEpoch, producerId } = producer.status()
      if (state !== 'stable' || assignment.length === 0 || producerEpoch < 0) return undefined
      return { transactionalId, memberId, generation, producerId, producerEpoch }
    }
    haunting = (stale, successor) => haunt(client, own, heirsGroup, stale, successor)
    while (!context.isOver()) {
      await inherit(producer, consumer, own, progress)
      await pause(env, context.random.between(100, 1_500))
    }
    consumer.crash()
  }
  live().catch((error: unknown) => {
    if (!(error instanceof KafkaClientError)) context.history.violated(`${name} failed: ${String(error)}`)
  })
  return { process, claim: () => claim(), haunt: (stale, successor) => haunting(stale, successor) }
}

function joined(client: KafkaClient, { topic }: LedgerContext): GroupConsumer {
  const timing = { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 500, rebalanceTimeoutMs: 3_000, fetchWaitMs: 500 }
  const rules = { protocol: 'classic', isolation: 'read_committed', commit: 'manual', offsetReset: 'latest' } as const
  const consumer = consumeAsGroup(client, { groupId: heirsGroup, topics: [topic], ...timing, ...rules }, { receive: () => {} })
  consumer.stopped.catch(() => {})
  // Its place in the group is what matters, not the records.
  consumer.pause()
  return consumer
}

/** One transaction with one offset, larger than all before. Ends with the producer: one that was fenced says so for ever. */
async function inherit(
  producer: ReturnType<typeof createTransactionalProducer>,
  consumer: GroupConsumer,
  { random, topic }: LedgerContext,
  progress: GroupProgress,
): Promise<void> {
  const { generation: generationOrEpoch, memberId, state } = consumer.status()
  if (state !== 'stable') return
  producer.begin()
  const offset = ++progress.asked
  try {
    const offsets = [{ topic, partition: 0, offset }]
    await producer.sendOffsets({ groupId: heirsGroup, offsets, member: { memberId, generationOrEpoch } })
    if (random.chance(0.7)) {
      await producer.commit()
      progress.told = offset
      return
    }
    progress.never.add(offset)
  } catch (error) {
    if (!(error instanceof KafkaClientError)) throw error
  }
  // Also where the end was asked for and nothing was heard of it: then the producer says that it cannot.
  await producer.abort()
}
