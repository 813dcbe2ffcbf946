import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { zeroUuid } from '../../broker-core/base/bytes/uuid.ts'
import { alterConfigs } from '../../broker-core/client/admin/configs.ts'
import { findHangingTransactions, type OpenTransaction } from '../../broker-core/client/admin/hanging-transactions.ts'
import { listOffsets } from '../../broker-core/client/admin/offsets.ts'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { abortHangingTransaction, describeProducers } from '../../broker-core/client/admin/transactions.ts'
import { throwOnError } from '../../broker-core/client/client-error.ts'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import type { Destination, KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { createTransactionalProducer } from '../../broker-core/client/producing/transactional-producer.ts'
import { openPartitionReader } from '../../broker-core/client/reading/partition-reader.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { produce } from '../../broker-core/protocol/messages/00-produce.ts'
import { initProducerId } from '../../broker-core/protocol/messages/22-init-producer-id.ts'
import { batchOf, eventually, text, textOf } from '../helpers/broker-conversation.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'

/** A running cluster to test against instead of ours: a real Apache Kafka, to see that it does the same. */
const foreign = process.env.KAFKA_BOOTSTRAP
const env = nodeEnv({ log: { write: () => {} } })
const run = Math.floor(Math.random() * 1e6).toString(36)
const at = { topic: `hanging-${run}`, partition: 0 }

let cluster: InProcessCluster | undefined
let client: KafkaClient

beforeAll(async () => {
  if (foreign === undefined) cluster = await startCluster({ brokers: 1 })
  const own = cluster?.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  client = await connectCluster({ bootstrap: foreign ?? own ?? '', clientId: 'hanging-test' }, env)
  expect(await createTopics(client, [{ name: at.topic, partitions: 1, replicationFactor: 1 }])).toMatchObject([{ error: 'NONE' }])
})

afterAll(async () => {
  await client?.close()
  await cluster?.close()
})

interface Writer {
  readonly producerId: number
  readonly producerEpoch: number
  readonly transactionalId: string
}

async function identityOf(transactionalId: string | null): Promise<Pick<Writer, 'producerId' | 'producerEpoch'>> {
  const body = { ...initProducerId.request.zero, transactionalId, transactionTimeoutMs: 60_000 }
  const to: Destination =
    transactionalId === null ? { to: 'any' } : { to: 'coordinator', of: 'transaction', key: transactionalId }
  return await client.retry(async () => {
    const { errorCode, producerEpoch, producerId } = await client.send(initProducerId, body, to, { versionMax: 4 })
    throwOnError(errorCode, { api: initProducerId.name })
    return { producerEpoch, producerId }
  })
}

/** A transactional batch of a partition that was never added, as a client of before KIP-890 would send it. */
async function writeUnannounced({ transactionalId, ...producer }: Writer, value: string): Promise<string> {
  const bytes = batchOf([value], { ...producer, baseSequence: 0, transactional: true })
  const partitionData = [{ index: at.partition, records: { chunks: [bytes], sizeBytes: bytes.length } }]
  const topicData = [{ name: at.topic, topicId: zeroUuid, partitionData }]
  const body = { transactionalId, acks: -1, timeoutMs: 10_000, topicData }
  const { responses } = await client.send(produce, body, { to: 'leader', ...at }, { versionMax: 10 })
  return errorName(responses[0]?.partitionResponses[0]?.errorCode ?? -1)
}

const verification = async (value: string) =>
  expect(
    await alterConfigs(client, { type: 'broker', name: '' }, [
      { name: 'transaction.partition.verification.enable', operation: 'set', value },
    ]),
  ).toMatchObject({ error: 'NONE' })

async function ends(): Promise<{ readonly stable: number; readonly end: number }> {
  const [stable] = await listOffsets(client, [{ ...at, at: 'latest' }], { isolation: 'read_committed' })
  const [end] = await listOffsets(client, [{ ...at, at: 'latest' }], { isolation: 'read_uncommitted' })
  return { stable: stable?.offset ?? -1, end: end?.offset ?? -1 }
}

async function read(isolation: 'read_committed' | 'read_uncommitted', count: number) {
  return await eventually(async () => {
    const { records } = await openPartitionReader(client, { ...at, offset: 0, isolation }).read({ recordsMax: 100 })
    return records.length < count ? undefined : records.map(it => [textOf(it.value), it.batch.outcome])
  }, `${count} records, ${isolation}`)
}

const transactionOf = async (value: string, transactionalId: string) => {
  const producer = createTransactionalProducer(client, { transactionalId, lingerMs: 0 })
  producer.begin()
  await producer.send({ ...at, key: null, value: text(value) })
  return producer
}

describe(`hanging transactions on ${foreign ?? 'our broker'}`, () => {
  it('TXN-20, TXN-35, TXN-12: are made only without verification, are found, and are aborted by markers; then the LSO moves on', async () => {
    const id = `forgetful-${run}`
    const forgetful = { transactionalId: id, ...(await identityOf(id)) }
    const nobody = { transactionalId: `nobody-${run}`, ...(await identityOf(null)) }
    expect(await writeUnannounced(forgetful, 'refused')).toBe('INVALID_TXN_STATE')
    expect(await ends()).toEqual({ stable: 0, end: 0 })

    await verification('false')
    const isTaken = async () => ((await writeUnannounced(forgetful, 'hangs')) === 'NONE' ? true : undefined)
    await eventually(isTaken, 'verification is off')
    const open = await transactionOf('open', `open-${run}`)
    expect(await writeUnannounced(nobody, 'hangs too')).toBe('NONE')
    const committed = await transactionOf('committed', `committed-${run}`)
    await committed.commit()
    // Four records and a marker, which may be on its way when the producer hears of the commit.
    await eventually(async () => ((await ends()).end === 5 ? true : undefined), 'the marker')
    expect((await ends()).stable).toBe(0)

    const openInPartition = (await describeProducers(client, at)).filter(it => it.transactionStartOffset >= 0)
    expect(openInPartition.map(it => it.transactionStartOffset).sort()).toEqual([0, 1, 2])
    expect(await findHangingTransactions(client, [at])).toEqual([])
    const hanging = await findHangingTransactions(client, [at], { quietMs: 0 })
    const startOf = ({ producerId, transactionStartOffset }: OpenTransaction) => [producerId, transactionStartOffset]
    expect(hanging.map(startOf).sort((one, other) => (one[1] ?? 0) - (other[1] ?? 0))).toEqual([
      [forgetful.producerId, 0],
      [nobody.producerId, 2],
    ])

    for (const one of hanging) await abortHangingTransaction(client, at, one)
    expect(await findHangingTransactions(client, [at], { quietMs: 0 })).toEqual([])
    // What a coordinator has open goes on, and holds the LSO until its own end.
    expect(await ends()).toEqual({ stable: 1, end: 7 })
    await open.commit()
    await eventually(async () => ((await ends()).stable === 8 ? true : undefined), 'the LSO moves on')
    expect(await read('read_committed', 2)).toEqual([
      ['open', 'committed'],
      ['committed', 'committed'],
    ])
    expect((await read('read_uncommitted', 4)).map(([, outcome]) => outcome)).toEqual([
      ...['aborted', 'committed', 'aborted', 'committed'],
    ])
    await Promise.all([open.close(), committed.close()])
  })

  it('TXN-20: verification that is switched on again counts at once', async () => {
    await verification('true')
    let tries = 0
    const lateWrite = async () => {
      const id = `late-${run}-${tries++}`
      return await writeUnannounced({ transactionalId: id, ...(await identityOf(id)) }, 'late')
    }
    await eventually(async () => ((await lateWrite()) === 'INVALID_TXN_STATE' ? true : undefined), 'verification is on')
    const { end } = await ends()
    expect(await lateWrite()).toBe('INVALID_TXN_STATE')
    expect((await ends()).end).toBe(end)
  })
})
