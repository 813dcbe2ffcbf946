import { createTopics } from '../../broker-core/client/admin/topics.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../broker-core/client/producing/producer.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { firstMs } from '../helpers/recorded-directories.ts'

const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
const bytes = (value: string) => new TextEncoder().encode(value)
const patienceMs = 90_000

/** Times a minute apart, so that segments roll by age: neither side takes segments of a few kilobytes by size. */
const rolling = {
  'retention.ms': '-1',
  'segment.ms': '30000',
  'index.interval.bytes': '200',
  'message.timestamp.before.max.ms': '9223372036854775807',
}

/**
 * The same life of a cluster on both sides: every codec over several segments, transactions of both ends, offsets of a group, deleted
 * records, a compacted topic with tombstones. `cleanedTo`: how far the cleaner has come with it.
 */
export async function writeRecording(client: KafkaClient, cleanedTo: () => number): Promise<void> {
  await createTopics(client, [
    { name: 'orders', partitions: 2, configs: rolling },
    {
      name: 'profiles',
      partitions: 1,
      configs: { ...rolling, 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01', 'delete.retention.ms': '0' },
    },
  ])
  await writeOrders(client)
  await writeTransactions(client)
  await writeProfiles(client, cleanedTo)
}

async function writeOrders(client: KafkaClient): Promise<void> {
  for (const [round, compression] of codecs.entries()) {
    const producer = createProducer(client, { compression, lingerMs: 20 })
    const sent = Array.from({ length: 40 }, (_, index) =>
      producer.send({
        topic: 'orders',
        partition: index % 2,
        key: bytes(`A-${index}`),
        value: bytes(`${compression} ${index} ${'.'.repeat(index)}`),
        headers: [{ key: 'codec', value: bytes(compression) }],
        timestampMs: firstMs + round * 60_000 + index * 500,
      }),
    )
    await Promise.all(sent)
    await producer.close()
  }
}

async function writeTransactions(client: KafkaClient): Promise<void> {
  const producer = createTransactionalProducer(client, { transactionalId: 'writer' })
  for (const [round, fate] of (['commit', 'abort', 'abort', 'commit'] as const).entries()) {
    producer.begin()
    for (const partition of [0, 1]) {
      const timestampMs = firstMs + (round + 6) * 60_000
      await producer.send({ topic: 'orders', partition, key: bytes(fate), value: bytes(`${fate} ${round}`), timestampMs })
    }
    if (fate === 'commit') {
      await producer.sendOffsets({ groupId: 'readers', offsets: [{ topic: 'orders', partition: 0, offset: 40 + round }] })
    }
    await producer[fate]()
  }
  await producer.close()
}

async function writeProfiles(client: KafkaClient, cleanedTo: () => number): Promise<void> {
  const producer = createProducer(client, { lingerMs: 0 })
  const send = (index: number, key: string, value: string | null) =>
    producer.send({
      topic: 'profiles',
      key: bytes(key),
      value: value === null ? null : bytes(value),
      timestampMs: firstMs + index * 20_000,
    })
  for (let index = 0; index < 40; index++)
    await send(index, `customer-${index % 7}`, index % 11 === 3 ? null : `profile ${index}`)
  const end = Date.now() + patienceMs
  while (cleanedTo() < 30) {
    if (Date.now() > end) throw new Error('the compacted topic was never compacted')
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  for (let index = 40; index < 44; index++) await send(index, `late-${index}`, `profile ${index}`)
  await producer.close()
}
