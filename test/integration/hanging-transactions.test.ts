import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alterConfigs } from '../../broker-core/client/admin/configs.ts'
import { findHangingTransactions, type OpenTransaction } from '../../broker-core/client/admin/hanging-transactions.ts'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { abortHangingTransaction, describeProducers } from '../../broker-core/client/admin/transactions.ts'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { openPartitionReader } from '../../broker-core/client/reading/partition-reader.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { eventually, textOf } from '../helpers/broker-conversation.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'
import { endsOf, type Forgetful, forgetfulProducer, openTransaction, writeUnannounced } from '../helpers/unannounced-writes.ts'

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

const write = (producer: Forgetful, value: string) => writeUnannounced(client, at, producer, value)
const ends = () => endsOf(client, at)

const verification = async (value: string) =>
  expect(
    await alterConfigs(client, { type: 'broker', name: '' }, [
      { name: 'transaction.partition.verification.enable', operation: 'set', value },
    ]),
  ).toMatchObject({ error: 'NONE' })

async function read(isolation: 'read_committed' | 'read_uncommitted', count: number) {
  return await eventually(async () => {
    const { records } = await openPartitionReader(client, { ...at, offset: 0, isolation }).read({ recordsMax: 100 })
    return records.length < count ? undefined : records.map(it => [textOf(it.value), it.batch.outcome])
  }, `${count} records, ${isolation}`)
}

describe(`hanging transactions on ${foreign ?? 'our broker'}`, () => {
  it('TXN-20, TXN-35, TXN-12: are made only without verification, are found, and are aborted by markers; then the LSO moves on', async () => {
    const forgetful = await forgetfulProducer(client, `forgetful-${run}`)
    const nobody = await forgetfulProducer(client, `nobody-${run}`, false)
    expect(await write(forgetful, 'refused')).toBe('INVALID_TXN_STATE')
    expect(await ends()).toEqual({ stable: 0, end: 0 })

    await verification('false')
    const isTaken = async () => ((await write(forgetful, 'hangs')) === 'NONE' ? true : undefined)
    await eventually(isTaken, 'verification is off')
    const open = await openTransaction(client, at, 'open', `open-${run}`)
    expect(await write(nobody, 'hangs too')).toBe('NONE')
    const committed = await openTransaction(client, at, 'committed', `committed-${run}`)
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
    const lateWrite = async () => await write(await forgetfulProducer(client, `late-${run}-${tries++}`), 'late')
    await eventually(async () => ((await lateWrite()) === 'INVALID_TXN_STATE' ? true : undefined), 'verification is on')
    const { end } = await ends()
    expect(await lateWrite()).toBe('INVALID_TXN_STATE')
    expect((await ends()).end).toBe(end)
  })
})
