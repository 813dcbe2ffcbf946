import { zeroUuid } from '../../base/bytes/uuid.ts'
import { partitionName } from '../../model/ids.ts'
import { errorName } from '../../model/kafka-errors.ts'
import { produce } from '../../protocol/messages/00-produce.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { encodeBatch } from '../../records/batch-writer.ts'
import { groupByTopic } from '../admin/group-by-topic.ts'
import { atPlace, KafkaClientError } from '../client-error.ts'
import type { KafkaClient, SendOptions } from '../kafka-client.ts'
import type { PartitionQueue, PendingBatch } from './partition-queue.ts'
import type { ProducerIdentity } from './producer-identity.ts'
import type { ProducerSettings } from './producer-options.ts'

export interface BatchToSend {
  readonly queue: PartitionQueue
  readonly batch: PendingBatch
}

export type BatchResult =
  /** Offset -1 and time -1: not told. */
  | { readonly baseOffset: number; readonly appendTimeMs: number }
  /** `hasNewLeader`: the refusal named another leader, of a later epoch: there is nothing to wait for (KIP-951). */
  | { readonly error: KafkaClientError; readonly hasNewLeader?: boolean }

type Settle = (item: BatchToSend, result: BatchResult) => void

/** Batches of one request to one broker. */
const requestBytesMax = 4 * 1024 * 1024

/** Versions with topic ids (KIP-516) need one for every topic. */
const lastVersionWithNames = 12
/** TXN-22, TXN-26: with version 12 partitions join the transaction on their own, up to 11 the producer has asked for it by AddPartitionsToTxn. */
const versionsOfTransactions = { 1: { versionMax: 11 }, 2: { versionMin: 12, versionMax: lastVersionWithNames } } as const

/**
 * Sends each batch to the leader of its partition, one request per broker, and settles each. Rejects when no identity can be had; the
 * batches not settled by then are the caller's.
 */
export async function produceBatches(
  client: KafkaClient,
  settings: ProducerSettings,
  identity: ProducerIdentity,
  items: readonly BatchToSend[],
  settle: Settle,
): Promise<void> {
  const self = await identity.get()
  for (const { queue, batch } of items) {
    batch.stamp ??= {
      ...self,
      baseSequence: identity.takeSequence(partitionName(queue.topic, queue.partition), batch.records.length),
    }
    batch.encoded ??= encodeBatch(
      {
        records: batch.records,
        ...batch.stamp,
        compression: settings.compression,
        transactional: settings.transactionalId !== null,
      },
      client.env,
    )
  }
  const requests = await requestsByLeader(client, items, settle)
  const versions = settings.transactionalId === null ? undefined : versionsOfTransactions[identity.transactionVersion()]
  await Promise.all(requests.map(({ nodeId, some }) => sendRequest(client, { settings, nodeId, versions }, some, settle)))
}

interface ProduceRequest {
  readonly nodeId: number
  readonly some: BatchToSend[]
}

async function requestsByLeader(
  client: KafkaClient,
  items: readonly BatchToSend[],
  settle: Settle,
): Promise<readonly ProduceRequest[]> {
  const requests: (ProduceRequest & { bytes: number })[] = []
  for (const item of items) {
    const leaderId = await leaderOf(client, item.queue)
    if (typeof leaderId !== 'number') {
      settle(item, { error: leaderId })
      continue
    }
    const bytes = item.batch.encoded?.length ?? 0
    const open = requests.find(it => it.nodeId === leaderId && it.bytes + bytes <= requestBytesMax)
    if (open === undefined) requests.push({ nodeId: leaderId, some: [item], bytes })
    else {
      open.some.push(item)
      open.bytes += bytes
    }
  }
  return requests
}

async function leaderOf(
  client: KafkaClient,
  at: { readonly topic: string; readonly partition: number },
): Promise<number | KafkaClientError> {
  const place = { topic: at.topic, partition: at.partition }
  try {
    const topic = await client.topic(at.topic)
    const leaderId = topic.partitions[at.partition]?.leaderId
    if (leaderId === undefined) return new KafkaClientError('UNKNOWN_TOPIC_OR_PARTITION', place)
    if (leaderId >= 0) return leaderId
    const failure = new KafkaClientError('LEADER_NOT_AVAILABLE', place)
    client.noteFailure(failure)
    return failure
  } catch (error) {
    if (error instanceof KafkaClientError) return atPlace(error, place)
    throw error
  }
}

interface RequestTo {
  readonly settings: ProducerSettings
  readonly nodeId: number
  /** Inside transactions. */
  readonly versions: Pick<SendOptions, 'versionMin' | 'versionMax'> | undefined
}

async function sendRequest(
  client: KafkaClient,
  { settings, nodeId, versions }: RequestTo,
  items: readonly BatchToSend[],
  settle: Settle,
): Promise<void> {
  const ids = new Map(items.map(({ queue }) => [queue.topic, client.cluster().topics.get(queue.topic)?.topicId ?? zeroUuid]))
  const withIds = settings.transactionalId === null && ![...ids.values()].includes(zeroUuid)
  const options: SendOptions = {
    lane: 'produce',
    timeoutMs: client.settings.requestTimeoutMs + 5_000,
    ...(versions ?? { versionMax: withIds ? produce.versions[1] : lastVersionWithNames }),
  }
  const body = produceRequest(client, settings, items, ids)
  try {
    if (settings.acks === 0) {
      await client.tell(produce, body, { to: 'broker', nodeId }, options)
      for (const item of items) settle(item, { baseOffset: -1, appendTimeMs: -1 })
      return
    }
    settleReply(client, await client.send(produce, body, { to: 'broker', nodeId }, options), { nodeId, items, ids }, settle)
  } catch (error) {
    if (!(error instanceof KafkaClientError)) throw error
    for (const item of items) {
      const { topic, partition } = item.queue
      const failure = atPlace(error, { topic, partition })
      if (failure.retriable) client.noteFailure(failure)
      settle(item, { error: failure })
    }
  }
}

function produceRequest(
  client: KafkaClient,
  settings: ProducerSettings,
  items: readonly BatchToSend[],
  ids: ReadonlyMap<string, string>,
): RequestOf<typeof produce> {
  const flat = items.map(({ queue, batch }) => ({
    topic: queue.topic,
    partition: queue.partition,
    bytes: batch.encoded as Uint8Array,
  }))
  return {
    transactionalId: settings.transactionalId,
    acks: settings.acks,
    timeoutMs: client.settings.requestTimeoutMs,
    topicData: groupByTopic(flat).map(([name, some]) => ({
      name,
      topicId: ids.get(name) ?? zeroUuid,
      partitionData: some.map(it => ({ index: it.partition, records: { chunks: [it.bytes], sizeBytes: it.bytes.length } })),
    })),
  }
}

type Reply = ResponseOf<typeof produce>
type PartitionReply = Reply['responses'][number]['partitionResponses'][number]

function settleReply(
  client: KafkaClient,
  reply: Reply,
  asked: { readonly nodeId: number; readonly items: readonly BatchToSend[]; readonly ids: ReadonlyMap<string, string> },
  settle: Settle,
): void {
  const { items, ids, nodeId } = asked
  const names = new Map([...ids].map(([name, id]) => [id, name]))
  const found = new Map<string, PartitionReply>()
  for (const topic of reply.responses) {
    const name = topic.name === '' ? (names.get(topic.topicId) ?? '') : topic.name
    for (const it of topic.partitionResponses) found.set(partitionName(name, it.index), it)
  }
  for (const item of items) {
    const { topic, partition } = item.queue
    const result = found.get(partitionName(topic, partition))
    const before = knownLeader(client, item.queue)
    if (result !== undefined) client.noteLeader({ topic, partition }, result.currentLeader, reply.nodeEndpoints)
    const after = knownLeader(client, item.queue)
    const hasNewLeader = after.leaderId >= 0 && after.leaderId !== nodeId && after.leaderEpoch > before.leaderEpoch
    const settled = resultOf(client, nodeId, { topic, partition }, result)
    settle(item, 'error' in settled ? { ...settled, hasNewLeader } : settled)
  }
}

function knownLeader(client: KafkaClient, at: { readonly topic: string; readonly partition: number }) {
  return client.cluster().topics.get(at.topic)?.partitions[at.partition] ?? { leaderId: -1, leaderEpoch: -1 }
}

function resultOf(
  client: KafkaClient,
  nodeId: number,
  place: { readonly topic: string; readonly partition: number },
  result: PartitionReply | undefined,
): BatchResult {
  const error = errorName(result?.errorCode ?? -1)
  if (result !== undefined && error === 'NONE') return { baseOffset: result.baseOffset, appendTimeMs: result.logAppendTimeMs }
  // The broker had it already and no longer remembers where.
  if (error === 'DUPLICATE_SEQUENCE_NUMBER') return { baseOffset: -1, appendTimeMs: -1 }
  const failure = new KafkaClientError(error, { api: produce.name, ...place }, detailOf(result))
  // Where the refusal named the leader it is known already, and older metadata would take that away again.
  const { leaderId } = knownLeader(client, place)
  if (failure.retriable && (leaderId === nodeId || leaderId < 0)) client.noteFailure(failure)
  return { error: failure }
}

function detailOf(result: PartitionReply | undefined): string | null {
  const [first] = result?.recordErrors ?? []
  const which = first?.batchIndexErrorMessage ? `record ${first.batchIndex}: ${first.batchIndexErrorMessage}` : null
  return which ?? result?.errorMessage ?? null
}
