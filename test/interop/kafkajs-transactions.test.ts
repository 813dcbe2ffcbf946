import { type Consumer, Kafka, logLevel, Partitioners, type Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'

describe('kafkajs transactions', () => {
  let cluster: InProcessCluster
  let kafka: Kafka
  beforeAll(async () => {
    cluster = await startCluster()
    const brokers = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`)
    kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  })
  afterAll(() => cluster.close())

  const producerOf = async (transactionalId: string): Promise<Producer> => {
    const createPartitioner = Partitioners.DefaultPartitioner
    const producer = kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1, createPartitioner })
    await producer.connect()
    return producer
  }
  const createTopic = async (topic: string): Promise<void> => {
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 3, replicationFactor: 3 }] })
    await admin.disconnect()
  }

  it('TXN-10, TXN-33: committed records are read, aborted ones are not, and offsets go with their transaction', async () => {
    await createTopic('ledger')
    const producer = await producerOf('ledger-writer')
    for (let i = 0; i < 12; i++) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'ledger', messages: [{ value: `${i}`, partition: i % 3 }] })
      const topics = [{ topic: 'ledger', partitions: [{ partition: 0, offset: String(i) }] }]
      await transaction.sendOffsets({ consumerGroupId: 'ledger-readers', topics })
      if (i % 4 === 3) await transaction.abort()
      else await transaction.commit()
    }
    await producer.disconnect()
    expect(await read(kafka.consumer({ groupId: 'committed' }), 'ledger', 9)).toEqual(
      ['0', '1', '2', '4', '5', '6', '8', '9', '10'].toSorted(),
    )
    const all = kafka.consumer({ groupId: 'everything', readUncommitted: true })
    expect((await read(all, 'ledger', 12)).length).toBe(12)
    const admin = kafka.admin()
    await admin.connect()
    const [offsets] = await admin.fetchOffsets({ groupId: 'ledger-readers', topics: ['ledger'] })
    expect(offsets?.partitions.find(({ partition }) => partition === 0)?.offset).toBe('10')
    await admin.disconnect()
  })

  it('TXN-05: a second producer with the same id fences the first, whose open transaction is aborted', async () => {
    await createTopic('fenced')
    const zombie = await producerOf('one-at-a-time')
    const lost = await zombie.transaction()
    await lost.send({ topic: 'fenced', messages: [{ value: 'lost', partition: 0 }] })
    const heir = await producerOf('one-at-a-time')
    const kept = await heir.transaction()
    await kept.send({ topic: 'fenced', messages: [{ value: 'kept', partition: 0 }] })
    await kept.commit()
    await expect(lost.commit()).rejects.toThrow()
    expect(await read(kafka.consumer({ groupId: 'survivors' }), 'fenced', 1)).toEqual(['kept'])
    await zombie.disconnect()
    await heir.disconnect()
  })
})

async function read(consumer: Consumer, topic: string, count: number): Promise<string[]> {
  const seen: string[] = []
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${seen.length} of ${count} records after 30 s`)), 30_000)
    consumer
      .run({
        eachMessage: async ({ message }) => {
          seen.push(String(message.value))
          if (seen.length < count) return
          clearTimeout(timer)
          resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return seen.toSorted()
}
