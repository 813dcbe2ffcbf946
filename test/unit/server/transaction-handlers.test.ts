import { describe, expect, it } from 'vitest'
import { errorName, type KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { encodeResponse } from '../../../broker-core/protocol/frames.ts'
import { createDispatch } from '../../../broker-core/server/dispatch.ts'
import type { Handler, RequestContext } from '../../../broker-core/server/handler.ts'
import { initProducerIdHandler } from '../../../broker-core/server/handlers/22-init-producer-id.ts'
import { addPartitionsToTxnHandler } from '../../../broker-core/server/handlers/24-add-partitions-to-txn.ts'
import { addOffsetsToTxnHandler } from '../../../broker-core/server/handlers/25-add-offsets-to-txn.ts'
import { endTxnHandler } from '../../../broker-core/server/handlers/26-end-txn.ts'
import { writeTxnMarkersHandler } from '../../../broker-core/server/handlers/27-write-txn-markers.ts'
import { txnOffsetCommitHandler } from '../../../broker-core/server/handlers/28-txn-offset-commit.ts'
import { describeTransactionsHandler } from '../../../broker-core/server/handlers/65-describe-transactions.ts'
import { listTransactionsHandler } from '../../../broker-core/server/handlers/66-list-transactions.ts'
import { transactionGate } from '../../../broker-core/server/transaction-gate.ts'
import { committed, groupGround, groupId } from '../coordinator/groups/group-ground.ts'
import { ongoing } from '../coordinator/transactions/arrangements.ts'
import { id, init, now, transactionGround, type TransactionGround } from '../coordinator/transactions/transaction-ground.ts'

const name = (code: number | undefined): string => (code === undefined ? 'none' : errorName(code))

/** Handles a request, and encodes the answer in its version, as the wire would. */
async function call<A extends Api>(
  at: Pick<TransactionGround, 'time'>,
  handler: Handler<A>,
  version: number,
  request: Partial<RequestOf<A>>,
): Promise<ResponseOf<A>> {
  const context = {
    apiVersion: version,
    clientId: 'app',
    listener: 'PLAINTEXT',
    remoteAddress: '127.0.0.1:5000',
  } as RequestContext
  const answer = Promise.resolve(handler.handle({ ...handler.api.request.zero, ...request }, context))
  const response = await now(at, answer)
  if (response === undefined) throw new Error('no answer')
  encodeResponse(handler.api, version, 1, response)
  return response
}

const stale = ({ producerId, producerEpoch }: { producerId: number; producerEpoch: number }) => ({
  producerId,
  producerEpoch: producerEpoch - 1,
})

describe('AddPartitionsToTxn', () => {
  const topics = [
    { name: 'orders', partitions: [0, 9] },
    { name: 'nowhere', partitions: [0] },
  ]
  const old = (at: TransactionGround) => addPartitionsToTxnHandler({ transactions: at.coordinator, topics: at.metadata })
  const request = (
    producer: { producerId: number; producerEpoch: number },
    wanted = [{ name: 'orders', partitions: [0, 1] }],
  ) => ({
    v3AndBelowTransactionalId: id,
    v3AndBelowProducerId: producer.producerId,
    v3AndBelowProducerEpoch: producer.producerEpoch,
    v3AndBelowTopics: wanted,
  })
  const errors = (results: readonly { readonly resultsByPartition: readonly { readonly partitionErrorCode: number }[] }[]) =>
    results.flatMap(topic => topic.resultsByPartition.map(partition => name(partition.partitionErrorCode)))

  it('TXN-06: where one partition is unknown nothing is added, and the good ones hear so', async () => {
    const at = await transactionGround()
    const producer = await now(at, init(at))
    const response = await call(at, old(at), 3, request(producer, topics))
    expect(errors(response.resultsByTopicV3AndBelow)).toEqual([
      ...['OPERATION_NOT_ATTEMPTED', 'UNKNOWN_TOPIC_OR_PARTITION', 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
    expect(at.history().at(-1)?.status).toBe('Empty')
  })

  it.each([
    [1, 'INVALID_PRODUCER_EPOCH'],
    [2, 'PRODUCER_FENCED'],
  ])('TXN-05: version %i tells a zombie %s', async (version, error) => {
    const at = await transactionGround()
    const producer = await now(at, init(at, await now(at, init(at))))
    const response = await call(at, old(at), version, request(stale(producer)))
    expect(errors(response.resultsByTopicV3AndBelow)).toEqual([error, error])
  })

  it.each([
    [4, 'INVALID_TXN_STATE'],
    [5, 'TRANSACTION_ABORTABLE'],
  ])('TXN-07, TXN-20, TXN-21: version %i verifies several transactions; what is not in one is %s', async (version, error) => {
    const at = await transactionGround()
    const { producerEpoch, producerId } = await ongoing(at)
    const one = {
      transactionalId: id,
      producerId,
      producerEpoch,
      verifyOnly: true,
      topics: [{ name: 'orders', partitions: [0, 1] }],
    }
    const transactions = [one, { ...one, transactionalId: 'unknown' }]
    const { resultsByTransaction } = await call(at, old(at), version, { transactions })
    expect(resultsByTransaction.map(({ topicResults }) => errors(topicResults))).toEqual([
      ['NONE', error],
      ['INVALID_PRODUCER_ID_MAPPING', 'INVALID_PRODUCER_ID_MAPPING'],
    ])
  })

  it('TXN-22: without verification only, the partitions are added for a client that no longer asks itself', async () => {
    const at = await transactionGround()
    const { producerEpoch, producerId } = await now(at, init(at))
    const one = {
      transactionalId: id,
      producerId,
      producerEpoch,
      verifyOnly: false,
      topics: [{ name: 'orders', partitions: [2] }],
    }
    expect(errors((await call(at, old(at), 5, { transactions: [one] })).resultsByTransaction[0]?.topicResults ?? [])).toEqual([
      'NONE',
    ])
    expect(at.history().at(-1)).toMatchObject({ status: 'Ongoing', clientVersion: 2 })
  })
})

describe('from the first to the last request of a transaction', () => {
  it.each([
    [3, 'INVALID_PRODUCER_EPOCH'],
    [4, 'PRODUCER_FENCED'],
  ])('TXN-03: InitProducerId version %i tells a zombie %s', async (version, error) => {
    const at = await transactionGround()
    const zombie = await now(at, init(at))
    await now(at, init(at))
    await now(at, init(at))
    const handler = initProducerIdHandler({ transactions: at.coordinator })
    const { producerEpoch, producerId } = zombie
    const response = await call(at, handler, version, {
      transactionalId: id,
      transactionTimeoutMs: 1_000,
      producerEpoch,
      producerId,
    })
    expect([name(response.errorCode), response.producerId]).toEqual([error, -1])
  })

  it('TXN-27: the version with two-phase commit is not offered', () => {
    const handler = initProducerIdHandler({ transactions: { initProducerId: () => Promise.reject(new Error('not asked')) } })
    const bug = (error: unknown) => expect.fail(String(error))
    const dispatch = createDispatch({ handlers: [handler], door: 'broker', log: { write: () => undefined }, bug })
    expect(dispatch.served.map(({ versions }) => versions)).toEqual([[0, 5]])
  })

  it('TXN-08: AddOffsetsToTxn adds the partition of the group', async () => {
    const at = await transactionGround()
    const { producerEpoch, producerId } = await now(at, init(at))
    const groups = { partitionOf: (group: string) => (group === 'g' ? 0 : undefined) }
    let ensured = 0
    const coordinators = { ensureTopic: () => Promise.resolve(++ensured > 0) }
    const handler = addOffsetsToTxnHandler({ transactions: at.coordinator, groups, coordinators })
    const request = { transactionalId: id, producerId, producerEpoch }
    expect(name((await call(at, handler, 3, { ...request, groupId: 'other' })).errorCode)).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(name((await call(at, handler, 3, { ...request, groupId: 'g' })).errorCode)).toBe('NONE')
    expect([...(at.history().at(-1)?.partitions ?? [])]).toEqual([['__consumer_offsets', new Set([0])]])
    expect(ensured).toBe(2)
  })

  it('TXN-23: EndTxn version 5 answers with the next epoch, version 4 with none', async () => {
    const at = await transactionGround()
    const { producerEpoch, producerId } = await ongoing(at)
    const handler = endTxnHandler({ transactions: at.coordinator })
    const request = { transactionalId: id, producerId, producerEpoch, committed: true }
    expect((await call(at, handler, 4, request)).producerEpoch).toBe(0)
    await now(at, at.coordinator.addPartitions({ ...request, topics: [{ topic: 'orders', partitions: [1] }], clientVersion: 2 }))
    expect((await call(at, handler, 5, request)).producerEpoch).toBe(1)
    expect(name((await call(at, handler, 5, { ...request, producerEpoch: -1 })).errorCode)).toBe('PRODUCER_FENCED')
    expect(name((await call(at, handler, 1, { ...request, producerEpoch: -1 })).errorCode)).toBe('INVALID_PRODUCER_EPOCH')
  })

  it.each([
    [3, 'NONE', 'NONE'],
    [3, 'TRANSACTION_ABORTABLE', 'INVALID_TXN_STATE'],
    [4, 'TRANSACTION_ABORTABLE', 'TRANSACTION_ABORTABLE'],
    [4, 'CONCURRENT_TRANSACTIONS', 'COORDINATOR_NOT_AVAILABLE'],
    [5, 'CONCURRENT_TRANSACTIONS', 'CONCURRENT_TRANSACTIONS'],
    [3, 'PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH'],
    [3, 'NOT_COORDINATOR', 'COORDINATOR_LOAD_IN_PROGRESS'],
  ] as const)('TXN-20, TXN-21: TxnOffsetCommit version %i, when the coordinator says %s: %s', async (version, said, told) => {
    const at = await groupGround()
    at.metadata.put('orders', 1)
    const modes: string[] = []
    const gate = transactionGate(claim => {
      modes.push(claim.mode)
      return Promise.resolve(claim.partitions.map((): KafkaErrorName => said))
    })
    const handler = txnOffsetCommitHandler({ groups: at.coordinator, topics: at.metadata, gate })
    const partition = { partitionIndex: 0, committedOffset: 7, committedLeaderEpoch: -1, committedMetadata: null }
    const request = {
      ...{ transactionalId: id, groupId, producerId: 3, producerEpoch: 0, generationIdOrMemberEpoch: -1, memberId: '' },
      topics: [{ name: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: [partition] }],
    }
    const { topics } = await call(at, handler, version, request)
    expect(name(topics[0]?.partitions[0]?.errorCode)).toBe(told)
    expect(modes).toEqual([version >= 5 ? 'add' : 'verify'])
    expect(await committed(at, { requireStable: true })).toBe(told === 'NONE' ? 'UNSTABLE_OFFSET_COMMIT' : -1)
  })

  it('TXN-20: offsets are not written in another epoch than was asked about: the marker may stand before them', async () => {
    const at = await groupGround()
    at.metadata.put('orders', 1)
    const gate = transactionGate(async claim => {
      at.coordinator.leadership.resigned(0, 1)
      at.coordinator.leadership.elected(at.facts.successor())
      await new Promise<void>(resolve => at.time.after(1, resolve))
      return claim.partitions.map((): KafkaErrorName => 'NONE')
    })
    const handler = txnOffsetCommitHandler({ groups: at.coordinator, topics: at.metadata, gate })
    const partition = { partitionIndex: 0, committedOffset: 7, committedLeaderEpoch: -1, committedMetadata: null }
    const topics = [{ name: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: [partition] }]
    const member = { generationIdOrMemberEpoch: -1, memberId: '' }
    const request = { transactionalId: id, groupId, producerId: 3, producerEpoch: 0, ...member, topics }
    const context = { apiVersion: 3, clientId: 'app', listener: 'PLAINTEXT', remoteAddress: '127.0.0.1:5000' } as RequestContext
    const asked = handler.handle({ ...handler.api.request.zero, ...request }, context)
    await at.time.advance(1)
    expect(name((await asked)?.topics[0]?.partitions[0]?.errorCode)).toBe('NOT_COORDINATOR')
    expect(await committed(at, { requireStable: true })).toBe(-1)
  })

  it('TXN-12: markers for offsets go to the group coordinator, others to their partitions; the gate shuts first', async () => {
    const at = await groupGround()
    const heard: string[] = []
    const handler = writeTxnMarkersHandler({
      groups: {
        endTransaction: (partition, { producer, transactionVersion }) => {
          heard.push(`offsets ${partition} ${producer.producerId} v${transactionVersion}`)
          return Promise.resolve('NONE')
        },
      },
      gate: { shut: (topic, partition, producerId) => heard.push(`shut ${topic}-${partition} ${producerId}`) },
      writeMarker: (topic, partition, { committed: isCommit }) => {
        heard.push(`marker ${topic}-${partition} ${isCommit}`)
        return Promise.resolve(partition === 1 ? 'NOT_LEADER_OR_FOLLOWER' : 'NONE')
      },
    })
    const marker = { producerId: 3, producerEpoch: 1, transactionResult: true, coordinatorEpoch: 2, transactionVersion: 2 }
    const topics = [
      { name: '__consumer_offsets', partitionIndexes: [4] },
      { name: 'orders', partitionIndexes: [0, 1] },
    ]
    const { markers } = await call(at, handler, 2, { markers: [{ ...marker, topics }] })
    expect(markers[0]?.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => name(errorCode)))).toEqual([
      ...['NONE', 'NONE', 'NOT_LEADER_OR_FOLLOWER'],
    ])
    expect(heard).toEqual([
      ...['shut __consumer_offsets-4 3', 'offsets 4 3 v2', 'shut orders-0 3', 'marker orders-0 true'],
      ...['shut orders-1 3', 'marker orders-1 true'],
    ])
  })
})

describe('looking at transactions', () => {
  it('TXN-16: DescribeTransactions', async () => {
    const at = await transactionGround()
    const { producerId } = await ongoing(at)
    const handler = describeTransactionsHandler({ transactions: at.coordinator })
    const { transactionStates } = await call(at, handler, 0, { transactionalIds: [id, 'nobody', ''] })
    expect(transactionStates.map(({ errorCode, transactionState }) => [name(errorCode), transactionState])).toEqual([
      ['NONE', 'Ongoing'],
      ['TRANSACTIONAL_ID_NOT_FOUND', ''],
      ['INVALID_REQUEST', ''],
    ])
    expect(transactionStates[0]).toMatchObject({ producerId, topics: [{ topic: 'orders', partitions: [0] }] })
  })

  it.each([
    [{}, [id]],
    [{ stateFilters: ['Ongoing', 'Nonsense'] }, [id]],
    [{ stateFilters: ['Nonsense'] }, []],
    [{ stateFilters: ['Empty'] }, []],
    [{ transactionalIdPattern: 'pay.*' }, [id]],
    [{ transactionalIdPattern: 'pay' }, []],
    [{ durationFilter: 60_000 }, []],
  ])('TXN-16: ListTransactions with %o', async (filters, ids) => {
    const at = await transactionGround()
    await ongoing(at)
    const handler = listTransactionsHandler({ transactions: at.coordinator })
    const response = await call(at, handler, 2, filters)
    expect(response.transactionStates.map(({ transactionalId }) => transactionalId)).toEqual(ids)
    const isUnknown = 'stateFilters' in filters && filters.stateFilters.includes('Nonsense')
    expect(response.unknownStateFilters).toEqual(isUnknown ? ['Nonsense'] : [])
  })

  it('TXN-16: a pattern that cannot be read is an error', async () => {
    const at = await transactionGround()
    const handler = listTransactionsHandler({ transactions: at.coordinator })
    expect(name((await call(at, handler, 2, { transactionalIdPattern: '(' })).errorCode)).toBe('INVALID_REGULAR_EXPRESSION')
  })
})
