import { alterGroupOffsets, committedOffsets } from '../../broker-core/client/admin/group-offsets.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { batchesOf } from '../../broker-core/client/reading/fetched-batch.ts'
import { fetchPartitions } from '../../broker-core/client/reading/fetch-partitions.ts'
import { batchIsControl, batchProducerId } from '../../broker-core/records/batch-header.ts'
import { recordsOf } from '../../broker-core/records/record-reader.ts'
import type { Ledger } from './ledger.ts'
import type { MarkerWatch } from './marker-watch.ts'
import { onlyKafkaErrors, pause, type ClientContext } from './sim-clients.ts'

export interface LedgerContext extends ClientContext {
  readonly ledger: Ledger
  readonly partitions: number
  readonly markers: MarkerWatch
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const callTimeoutMs = 8_000

/** One transactional id: transactions over all partitions, ended one way or the other; a producer that failed is followed by a new one. */
export async function transactLoop(
  client: KafkaClient,
  context: LedgerContext,
  transactionalId: string,
  progress: GroupProgress,
): Promise<void> {
  let count = 0
  while (!context.isOver()) {
    const options = { transactionalId, lingerMs: 1, deliveryTimeoutMs: callTimeoutMs, transactionTimeoutMs: 10_000 }
    const producer = createTransactionalProducer(client, options)
    const reader = { client, positions: startPositions(context) }
    try {
      while (!context.isOver())
        await transactOnce(producer, context, { name: transactionalId, number: count++, progress, reader })
    } catch (error) {
      onlyKafkaErrors(error)
    }
    await producer.close().catch(onlyKafkaErrors)
    await pause(context.env, context.random.between(10, 300))
  }
}

interface TransactionOf {
  /** Of the producer, in its values. */
  readonly name: string
  readonly number: number
  /** Of the group whose offset the transaction commits (KIP-447); without it none. */
  readonly progress?: GroupProgress
  readonly reader: InnerReader
  /** Somebody else has its transactional id by now: nothing that it begins from here on may succeed (TXN-05). */
  isFenced?(): boolean
}

/** What a producer reads of committed data inside its transactions, and how far it has come by partition. */
export interface InnerReader {
  readonly client: KafkaClient
  readonly positions: number[]
}

export const startPositions = ({ partitions }: LedgerContext): number[] => Array.from({ length: partitions }, () => 0)

/** The group that follows a producer's transactions. */
export const groupOf = (transactionalId: string): string => `group-of-${transactionalId}`

type Producer = ReturnType<typeof createTransactionalProducer>

/** Throws when the producer is of no more use. What became of the transaction is then unknown, unless its end was never asked for. */
export async function transactOnce(producer: Producer, context: LedgerContext, of: TransactionOf): Promise<void> {
  const { ledger, random } = context
  const id = `${of.name}.${of.number}`
  producer.begin()
  ledger.begin(id)
  const { deliveries, offset } = await fill(producer, context, of, id)
  const isDelivered = (await Promise.allSettled(deliveries)).every(({ status }) => status === 'fulfilled')
  if (isDelivered) await readInside(context, of.reader, id)
  const isCommit = isDelivered && random.chance(0.7)
  const wasFenced = of.isFenced?.() === true
  if (offset !== undefined && !isCommit) of.progress?.never.add(offset)
  try {
    await (isCommit ? producer.commit() : producer.abort())
    if (wasFenced && isDelivered) context.history.violated(`${id} was ended although its producer was fenced before`)
    ledger.ended(id, isCommit ? 'committed' : 'aborted')
    if (isCommit && offset !== undefined && of.progress !== undefined) of.progress.told = offset
  } catch (error) {
    ledger.ended(id, isCommit && !wasFenced ? 'unknown' : 'aborted')
    throw error
  }
  await pause(context.env, random.between(1, 200))
}

/** Now and then some of the committed data, before the transaction ends: so whoever wrote that has ended before it. */
export async function readInside(context: LedgerContext, { client, positions }: InnerReader, id: string): Promise<void> {
  if (!context.random.chance(0.3)) return
  const partition = context.random.integer(context.partitions)
  if (context.random.chance(0.1)) positions[partition] = 0
  await readCommitted(client, context, partition, positions, id).catch(onlyKafkaErrors)
}

/** Sends what the transaction consists of, and gives what becomes of that; perhaps with an offset. */
async function fill(producer: Producer, context: LedgerContext, of: TransactionOf, id: string) {
  const { history, ledger, random } = context
  const deliveries: Promise<unknown>[] = []
  for (let number = 0; number < 1 + random.integer(6); number++) {
    const value = `${id}:${number}`
    ledger.sent(id, value)
    const partition = random.integer(context.partitions)
    const wasFenced = of.isFenced?.() === true
    const delivery = producer.send({ topic: context.topic, partition, key: null, value: encoder.encode(value) })
    // A failure is looked at later; until then it is not unheard of.
    delivery.then(
      ({ offset }) => wasFenced && history.violated(`${value} was taken, at ${offset}, although its producer was fenced before`),
      () => {},
    )
    deliveries.push(delivery)
    if (random.chance(0.3)) await pause(context.env, random.between(1, 30))
  }
  const offset = of.progress !== undefined && random.chance(0.4) ? of.number + 1 : undefined
  if (offset !== undefined && of.progress !== undefined) {
    of.progress.asked = offset
    const offsets = [{ topic: context.topic, partition: 0, offset }]
    const sending = producer.sendOffsets({ groupId: groupOf(of.name), offsets })
    sending.catch(() => {})
    deliveries.push(sending)
  }
  return { deliveries, offset }
}

/** Reads what is committed, for ever; `positions` are how far. */
export async function readCommittedLoop(client: KafkaClient, context: LedgerContext, positions: number[]): Promise<void> {
  for (;;) {
    for (let partition = 0; partition < context.partitions; partition++) {
      await readCommitted(client, context, partition, positions).catch(onlyKafkaErrors)
    }
    await pause(context.env, 60)
  }
}

/**
 * One fetch; returns how far committed data may be read (the last stable offset) and the high watermark, undefined without an answer.
 * `inside`: the transaction that reads.
 */
export async function readCommitted(
  client: KafkaClient,
  context: LedgerContext,
  partition: number,
  positions: number[],
  inside?: string,
): Promise<{ readonly stable: number; readonly watermark: number } | undefined> {
  const { env, topic } = context
  const known = (await client.topic(topic, { timeoutMs: 1_000 })).partitions[partition]
  if (known === undefined || known.leaderId < 0) return undefined
  const offset = positions[partition] ?? 0
  const options = { isolation: 'read_committed', waitMs: 100, bytesMax: 100_000, lane: 'committed' } as const
  const position = { topic, partition, offset, bytesMax: 100_000, leaderEpoch: known.leaderEpoch }
  const [answer] = await fetchPartitions(client, known.leaderId, [position], options)
  if (answer === undefined || answer.error !== 'NONE') {
    await client.refresh([topic], { timeoutMs: 1_000 }).catch(() => {})
    return undefined
  }
  const values: string[] = []
  let end = offset
  for (const batch of batchesOf(answer, offset, env, answer)) {
    end = batch.lastOffset + 1
    const shown = { partition, producerId: batchProducerId(batch.bytes, 0), offset: batch.lastOffset }
    if (batchIsControl(batch.bytes, 0)) context.markers.marker(shown)
    else context.markers.data({ ...shown, highWatermark: answer.highWatermark })
    if (batchIsControl(batch.bytes, 0) || batch.outcome === 'aborted') continue
    for (const record of recordsOf(batch.bytes, env.compression)) {
      if (record.offset < offset) continue
      const [value, key] = [record.value, record.key].map(bytes => decoder.decode(bytes ?? new Uint8Array(0)))
      values.push(value ?? '')
      context.ledger.saw(partition, record.offset, value ?? '', key ?? '')
    }
  }
  positions[partition] = Math.max(positions[partition] ?? 0, end)
  if (inside !== undefined) context.ledger.read(inside, { partition, from: offset, end }, values)
  return { stable: answer.lastStableOffset, watermark: answer.highWatermark }
}

/** What a group's committer was told and asked for. */
export interface GroupProgress {
  told: number
  asked: number
  /** Offsets of transactions that were aborted. */
  readonly never: Set<number>
  /** Commits without a member of which nothing was heard: a broker that was held up may still carry one out, behind later ones. */
  readonly perhaps: Set<number>
}

export const noProgress = (): GroupProgress => ({ told: -1, asked: -1, never: new Set(), perhaps: new Set() })

/**
 * A group without members commits ever larger offsets (OFF-01). A coordinator that does not know yet that it is none any more may show an
 * older one meanwhile, as with Kafka, but never one that nobody asked for.
 */
export async function commitLoop(
  client: KafkaClient,
  context: LedgerContext,
  groupId: string,
  progress: GroupProgress,
): Promise<void> {
  const at = { topic: context.topic, partition: 0 }
  for (let offset = 1; !context.isOver(); offset++) {
    try {
      progress.asked = offset
      progress.perhaps.add(offset)
      const [outcome] = await alterGroupOffsets(client, groupId, [{ ...at, offset }], { timeoutMs: callTimeoutMs })
      if (outcome?.error === 'NONE') {
        progress.told = offset
        progress.perhaps.delete(offset)
      }
      const found = await committedOffset(client, context, groupId)
      if (found !== undefined && found > offset) {
        context.history.violated(`group ${groupId}: ${found} is committed, where ${offset} was the last that anybody asked for`)
      }
    } catch (error) {
      onlyKafkaErrors(error)
    }
    await pause(context.env, context.random.between(5, 200))
  }
}

/** Undefined: no answer. -1: nothing is committed. */
export async function committedOffset(client: KafkaClient, context: LedgerContext, groupId: string): Promise<number | undefined> {
  const partitions = [{ topic: context.topic, partition: 0 }]
  const [found] = await committedOffsets(client, groupId, { partitions, timeoutMs: callTimeoutMs })
  return found?.error === 'NONE' ? found.offset : undefined
}

/** Whether a group's offset may stand where it was found when all has healed. */
export function isPossible(found: number, { told, asked, never, perhaps }: GroupProgress): boolean {
  return (found >= told && found <= asked && !never.has(found)) || perhaps.has(found)
}
