import { KafkaClientError } from '../../../broker-core/client/client-error.ts'
import { readyProducer } from '../../../broker-core/client/producing/producer.ts'
import type { Producer } from '../../../broker-core/client/producing/producer-options.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import type { ParsedOf } from '../../contract/contract.ts'
import type { Produced } from '../../contract/views/records.ts'
import { badInput } from '../failures.ts'
import { typedBytes } from '../typed-bytes.ts'
import type { PartEncoders } from './part-encoders.ts'

const acksCodes = { all: -1, 1: 1, 0: 0 } as const

/** Sends one record and waits for what the cluster says of it. */
export async function produceOne(
  client: KafkaClient,
  order: ParsedOf<'records.produce'>,
  about: { readonly nowMs: () => number; readonly signal: AbortSignal; readonly encoders?: PartEncoders | undefined },
): Promise<Produced> {
  const { topic } = order
  const record = {
    topic,
    key: typedBytes(order.key, 'key', about.encoders),
    value: typedBytes(order.value, 'value', about.encoders),
    headers: order.headers.map(({ name, value }, index) => ({
      key: name,
      value: typedBytes(value, `headers.${index}.value`, about.encoders),
    })),
    timestampMs: order.timestampMs ?? about.nowMs(),
  }
  const { partitions } = await client.topic(topic, { signal: about.signal })
  if (order.partition !== null && order.partition >= partitions.length)
    throw badInput(`partition: there is no partition ${order.partition}`, `The topic has ${partitions.length}.`)
  const producer = await producerFor(client, order)
  try {
    const startMs = performance.now()
    const delivery = await producer.send(order.partition === null ? record : { ...record, partition: order.partition })
    return { ...delivery, topic, latencyMs: performance.now() - startMs }
  } finally {
    await producer.close()
  }
}

/** Idempotent where it can be: when the answer is lost the record goes again, and a person who sent one wants to see one. */
async function producerFor(client: KafkaClient, { acks, compression }: ParsedOf<'records.produce'>): Promise<Producer> {
  const options = { acks: acksCodes[acks], compression, lingerMs: 0, deliveryTimeoutMs: 15_000 }
  try {
    return await readyProducer(client, options)
  } catch (error) {
    // Before Kafka 2.8 it takes a permission of its own; nothing was sent yet.
    if (!(error instanceof KafkaClientError) || error.code !== 'CLUSTER_AUTHORIZATION_FAILED') throw error
    return await readyProducer(client, { ...options, idempotent: false })
  }
}
