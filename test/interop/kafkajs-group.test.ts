import { type Consumer, Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeDataFolder, type ServeProcess, startServe } from '../helpers/serve-process.ts'

const partitions = 4
const recordCount = 400

describe('a kafkajs consumer group against brokerbench serve', () => {
  let cluster: ServeProcess
  let kafka: Kafka
  beforeAll(async () => {
    cluster = await startServe({ args: ['--brokers', '3', '--no-ui'] })
    kafka = new Kafka({ brokers: cluster.bootstrap.split(','), logLevel: logLevel.NOTHING })
  })
  afterAll(async () => {
    await cluster.stop()
    removeDataFolder(cluster.dataFolder)
  })

  it('two members share the partitions, read every record once, and their commits are kept', async () => {
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: 'shared', numPartitions: partitions, replicationFactor: 3 }] })
    const seen = new Map<string, number>()
    const owned = new Map<string, number[]>()
    const members = [kafka.consumer({ groupId: 'readers' }), kafka.consumer({ groupId: 'readers' })]
    for (const member of members) await follow(member, owned, seen)
    await until(() => [...owned.values()].flat().length === partitions && owned.size === 2)
    expect([...owned.values()].flat().toSorted()).toEqual([0, 1, 2, 3])

    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    const messages = Array.from({ length: recordCount }, (_, index) => ({
      key: `${index}`,
      value: `value ${index}`,
      partition: index % partitions,
    }))
    await producer.send({ topic: 'shared', acks: -1, messages })
    await until(() => seen.size === recordCount)
    expect([...seen.values()].every(count => count === 1)).toBe(true)

    for (const member of members) await member.disconnect()
    const [committed] = await admin.fetchOffsets({ groupId: 'readers', topics: ['shared'] })
    const offsets = committed?.partitions.map(partition => Number(partition.offset)) ?? []
    expect(offsets).toEqual(Array.from({ length: partitions }, () => recordCount / partitions))
    await producer.disconnect()
    await admin.disconnect()
  })
})

async function follow(member: Consumer, owned: Map<string, number[]>, seen: Map<string, number>): Promise<void> {
  member.on(member.events.GROUP_JOIN, event => {
    owned.set(event.payload.memberId, event.payload.memberAssignment.shared ?? [])
    for (const id of owned.keys()) if (owned.get(id)?.length === 0) owned.delete(id)
  })
  member.on(member.events.REBALANCING, () => owned.clear())
  await member.connect()
  await member.subscribe({ topic: 'shared', fromBeginning: true })
  await member.run({
    autoCommitThreshold: 1,
    eachMessage: async ({ message }) => {
      const value = String(message.value)
      seen.set(value, (seen.get(value) ?? 0) + 1)
    },
  })
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('the awaited condition did not come true within 30 s')
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
