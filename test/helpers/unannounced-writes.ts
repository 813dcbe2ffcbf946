import { zeroUuid } from '../../broker-core/base/bytes/uuid.ts'
import { listOffsets } from '../../broker-core/client/admin/offsets.ts'
import { throwOnError } from '../../broker-core/client/client-error.ts'
import type { Destination, KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import type { TopicPartition } from '../../broker-core/model/ids.ts'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { produce } from '../../broker-core/protocol/messages/00-produce.ts'
import { initProducerId } from '../../broker-core/protocol/messages/22-init-producer-id.ts'
import { batchOf, text } from './broker-conversation.ts'

/** A producer made by hand, which does not tell its coordinator what it writes to. */
export interface Forgetful {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
}

/** `isKnown`: its coordinator has the transactional id; else the producer id is one without any. */
export async function forgetfulProducer(client: KafkaClient, transactionalId: string, isKnown = true): Promise<Forgetful> {
  const to: Destination = isKnown ? { to: 'coordinator', of: 'transaction', key: transactionalId } : { to: 'any' }
  const body = {
    ...initProducerId.request.zero,
    transactionalId: isKnown ? transactionalId : null,
    transactionTimeoutMs: 60_000,
  }
  return await client.retry(async () => {
    const { errorCode, producerEpoch, producerId } = await client.send(initProducerId, body, to, { versionMax: 4 })
    throwOnError(errorCode, { api: initProducerId.name })
    return { transactionalId, producerEpoch, producerId }
  })
}

/** A transactional batch of a partition that was never added, as a client of before KIP-890 would send it. What the broker says. */
export async function writeUnannounced(
  client: KafkaClient,
  at: TopicPartition,
  { transactionalId, ...producer }: Forgetful,
  value: string,
): Promise<string> {
  const bytes = batchOf([value], { ...producer, baseSequence: 0, transactional: true })
  const partitionData = [{ index: at.partition, records: { chunks: [bytes], sizeBytes: bytes.length } }]
  const body = {
    transactionalId,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: at.topic, topicId: zeroUuid, partitionData }],
  }
  const { responses } = await client.send(produce, body, { to: 'leader', ...at }, { versionMax: 10 })
  return errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1)
}

/** A transaction of a producer that does everything right, with one record in it. */
export async function openTransaction(client: KafkaClient, at: TopicPartition, value: string, transactionalId: string) {
  const producer = createTransactionalProducer(client, { transactionalId, lingerMs: 0 })
  producer.begin()
  await producer.send({ ...at, key: null, value: text(value) })
  return producer
}

/** The last stable offset and the high watermark. */
export async function endsOf(
  client: KafkaClient,
  at: TopicPartition,
): Promise<{ readonly stable: number; readonly end: number }> {
  const [stable] = await listOffsets(client, [{ ...at, at: 'latest' }], { isolation: 'read_committed' })
  const [end] = await listOffsets(client, [{ ...at, at: 'latest' }], { isolation: 'read_uncommitted' })
  return { stable: stable?.offset ?? -1, end: end?.offset ?? -1 }
}
