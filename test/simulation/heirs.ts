import { alterConfigs } from '../../broker-core/client/admin/configs.ts'
import { committedOffsets } from '../../broker-core/client/admin/group-offsets.ts'
import { KafkaClientError } from '../../broker-core/client/client-error.ts'
import type { GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { noDisk } from '../compliance/no-disk.ts'
import { type Claim, firstGhostOffset, ghostPartitions, haunt } from './ghost-commits.ts'
import { type GroupProgress, type LedgerContext } from './ledger-clients.ts'
import { onlyKafkaErrors, pause, simClient, until } from './sim-clients.ts'
import type { SimProcess } from './sim-clock.ts'
import type { Run } from './workload.ts'

type Protocol = 'classic' | 'consumer'

export const heirsGroupOf = (protocol: Protocol): string => `heirs-${protocol}`

/** What the heirs of one group have in common. */
interface Heritage {
  readonly run: Run
  readonly context: LedgerContext
  readonly progress: GroupProgress
  readonly protocol: Protocol
}

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
 * with an epoch or a generation that is over, never counts (TXN-05, TXN-09, OFF-08).
 */
export async function heirsLoop(heritage: Heritage): Promise<void> {
  const { env, isOver, random } = heritage.context
  if (heritage.protocol === 'consumer') await shortenSessions(heritage)
  let present = startHeir(heritage, 0)
  for (let number = 1; !isOver(); number++) {
    await until(env, () => present.claim() !== undefined || isOver())
    await pause(env, random.between(500, 3_000))
    await until(env, () => present.claim() !== undefined || isOver())
    const own = present.claim()
    // A consumer group gives the place of a member away only when nothing was heard of it.
    if (heritage.protocol === 'consumer' || random.chance(0.8)) present.process.pause()
    const next = startHeir(heritage, number)
    await until(env, () => isLater(next.claim(), own) || isOver())
    present.process.resume()
    const successor = next.claim()
    if (own !== undefined && successor !== undefined && isLater(successor, own)) await present.haunt(own, successor)
    present.process.die()
    present = next
    await checkOffsets(heritage)
  }
  present.process.die()
  await checkOffsets(heritage)
}

/** The broker, not the member, says how long a member of a consumer group may be silent (CG-13). */
async function shortenSessions({ context, protocol, run }: Heritage): Promise<void> {
  const client = await simClient(run.cluster.bootstrap, 'heirs', context)
  const resource = { type: 'group', name: heirsGroupOf(protocol) } as const
  const wanted = { 'consumer.session.timeout.ms': '2000', 'consumer.heartbeat.interval.ms': '500' }
  const changes = Object.entries(wanted).map(([name, value]) => ({ name, value, operation: 'set' as const }))
  while (!context.isOver()) {
    const outcome = await alterConfigs(client, resource, changes, { timeoutMs: 8_000 }).catch(onlyKafkaErrors)
    if (outcome?.error === 'NONE') break
    await pause(context.env, 100)
  }
  await client.close()
}

const isLater = (claim: Claim | undefined, before: Claim | undefined): boolean =>
  claim !== undefined &&
  (before === undefined || (claim.generation > before.generation && claim.producerEpoch > before.producerEpoch))

/** Whatever else is committed: nothing of a ghost's. */
async function checkOffsets({ context, protocol, run }: Heritage): Promise<void> {
  const heirsGroup = heirsGroupOf(protocol)
  const client = await simClient(run.cluster.bootstrap, 'heirs', context)
  const partitions = ghostPartitions.map(partition => ({ topic: context.topic, partition }))
  const found = await committedOffsets(client, heirsGroup, { partitions, timeoutMs: 8_000 }).catch(onlyKafkaErrors)
  for (const { offset, partition } of found ?? []) {
    if (offset < firstGhostOffset) continue
    const text = `${offset} of partition ${partition} is committed`
    context.history.violated(`group ${heirsGroup}: ${text}, which only a member that had been replaced asked for`)
  }
  await client.close()
}

function startHeir(heritage: Heritage, number: number): Heir {
  const { context, protocol, run } = heritage
  const name = `heir-${protocol}-${number}`
  const transactionalId = `heir-${protocol}`
  const { env, process } = run.world.start({ name, disk: noDisk })
  const own: LedgerContext = { ...context, env }
  let claim: () => Claim | undefined = () => undefined
  let haunting: Heir['haunt'] = () => Promise.resolve()
  const live = async (): Promise<void> => {
    const client = await simClient(run.cluster.bootstrap, name, own)
    const consumer = joined(client, own, protocol)
    const times = { deliveryTimeoutMs: 8_000, transactionTimeoutMs: 10_000 }
    const producer = createTransactionalProducer(client, { transactionalId, ...times })
    claim = () => {
      const { assignment, generation, memberId, state } = consumer.status()
      const { producerEpoch, producerId } = producer.status()
      // Of a consumer group: with all of it nobody else is a member any more.
      const isWhole = protocol === 'classic' ? assignment.length > 0 : assignment.length === context.partitions
      if (state !== 'stable' || !isWhole || producerEpoch < 0) return undefined
      return { transactionalId, memberId, generation, producerId, producerEpoch }
    }
    haunting = (stale, successor) => haunt(client, own, heirsGroupOf(protocol), stale, successor)
    while (!context.isOver()) {
      await inherit(producer, consumer, { ...heritage, context: own })
      await pause(env, context.random.between(100, 1_500))
    }
    consumer.crash()
  }
  live().catch((error: unknown) => {
    if (!(error instanceof KafkaClientError)) context.history.violated(`${name} failed: ${String(error)}`)
  })
  return { process, claim: () => claim(), haunt: (stale, successor) => haunting(stale, successor) }
}

function joined(client: KafkaClient, { topic }: LedgerContext, protocol: Protocol): GroupConsumer {
  const timing = { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 500, rebalanceTimeoutMs: 3_000, fetchWaitMs: 500 }
  const rules = { protocol, isolation: 'read_committed', commit: 'manual', offsetReset: 'latest' } as const
  const consumer = consumeAsGroup(
    client,
    { groupId: heirsGroupOf(protocol), topics: [topic], ...timing, ...rules },
    { receive: () => {} },
  )
  consumer.stopped.catch(() => {})
  // Its place in the group is what matters, not the records.
  consumer.pause()
  return consumer
}

/** One transaction with one offset, larger than all before. Ends with the producer: one that was fenced says so for ever. */
async function inherit(
  producer: ReturnType<typeof createTransactionalProducer>,
  consumer: GroupConsumer,
  { context, progress, protocol }: Heritage,
): Promise<void> {
  const { random, topic } = context
  const { generation: generationOrEpoch, memberId, state } = consumer.status()
  if (state !== 'stable') return
  producer.begin()
  const offset = ++progress.asked
  try {
    const offsets = [{ topic, partition: 0, offset }]
    await producer.sendOffsets({ groupId: heirsGroupOf(protocol), offsets, member: { memberId, generationOrEpoch } })
    if (random.chance(0.7)) {
      await producer.commit()
      progress.told = offset
      return
    }
    progress.never.add(offset)
  } catch (error) {
    onlyKafkaErrors(error)
  }
  // Also where the end was asked for and nothing was heard of it: then the producer says that it cannot.
  await producer.abort()
}
