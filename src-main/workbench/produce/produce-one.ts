import { createProducer } from '../../../broker-core/client/producing/producer.ts'
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
  // One record needs no idempotence: without it nothing is asked of the cluster before.
  const producer = createProducer(client, {
    acks: acksCodes[order.acks],
    compression: order.compression,
    lingerMs: 0,
    idempotent: false,
    deliveryTimeoutMs: 15_000,
  })
  try {
    const startMs = performance.now()
    const delivery = await producer.send(order.partition === null ? record : { ...record, partition: order.partition })
    return { ...delivery, topic, latencyMs: performance.now() - startMs }
  } finally {
    await producer.close()
  }
}
