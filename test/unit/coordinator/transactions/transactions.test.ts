import { describe, expect, it } from 'vitest'
import type { Transaction } from '../../../../broker-core/coordinator/transactions/transaction.ts'
import { inState, ongoing, states } from './arrangements.ts'
import {
  add,
  end,
  id,
  init,
  later,
  now,
  type Producer,
  statusOf,
  transactionGround,
  type TransactionGround,
} from './transaction-ground.ts'

describe('transactions: what each request hears in each state', () => {
  const concurrent = 'CONCURRENT_TRANSACTIONS'
  const invalid = 'INVALID_TXN_STATE'
  const fenced = 'PRODUCER_FENCED'
  const unknown = 'INVALID_PRODUCER_ID_MAPPING'
  const table: readonly (readonly [rule: string, request: string, ...answers: readonly string[]])[] = [
    // Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort
    ['TXN-06', 'add', 'NONE', 'NONE', concurrent, concurrent, 'NONE', 'NONE'],
    ['TXN-11', 'commit', invalid, 'NONE', concurrent, invalid, 'NONE', invalid],
    ['TXN-11', 'abort', invalid, 'NONE', invalid, concurrent, invalid, 'NONE'],
    ['TXN-02', 'init', 'NONE', 'NONE', concurrent, concurrent, 'NONE', 'NONE'],
    ['TXN-03', 'init with the present epoch', 'NONE', 'NONE', concurrent, concurrent, 'NONE', 'NONE'],
    ['TXN-05, TXN-06', 'add with an old epoch', fenced, fenced, concurrent, concurrent, fenced, fenced],
    ['TXN-05', 'commit with an old epoch', ...states.map(() => fenced)],
    ['TXN-06', 'add with another producer id', unknown, unknown, concurrent, concurrent, unknown, unknown],
    ['TXN-11', 'abort with another producer id', ...states.map(() => unknown)],
  ]
  const requests: Readonly<Record<string, (at: TransactionGround, producer: Producer) => Promise<string>>> = {
    add: (at, producer) => add(at, producer, [{ topic: 'bills', partitions: [1] }]),
    commit: async (at, producer) => (await end(at, producer, true)).error,
    abort: async (at, producer) => (await end(at, producer, false)).error,
    init: async at => (await init(at)).error,
    'init with the present epoch': async (at, producer) => (await init(at, producer)).error,
    'add with an old epoch': (at, producer) => add(at, { ...producer, producerEpoch: producer.producerEpoch - 1 }),
    'commit with an old epoch': async (at, producer) =>
      (await end(at, { ...producer, producerEpoch: producer.producerEpoch - 1 }, true)).error,
    'add with another producer id': (at, producer) => add(at, { ...producer, producerId: 1 }),
    'abort with another producer id': async (at, producer) => (await end(at, { ...producer, producerId: 1 }, false)).error,
  }
  for (const [rule, request, ...answers] of table) {
    for (const [index, state] of states.entries()) {
      it(`${rule}: ${request} in ${state}: ${answers[index]}`, async () => {
        const { at, producer } = await inState(state)
        expect(await later(at, requests[request]!(at, producer))).toBe(answers[index])
      })
    }
  }

  it('TXN-06, TXN-14: an id that nobody initialized is unknown', async () => {
    const at = await transactionGround()
    const nobody = { producerId: 5, producerEpoch: 0 }
    expect(await now(at, add(at, nobody))).toBe('INVALID_PRODUCER_ID_MAPPING')
    expect((await now(at, end(at, nobody, true))).error).toBe('INVALID_PRODUCER_ID_MAPPING')
  })
})

describe('with an epoch per transaction (KIP-890)', () => {
  const fenced = 'PRODUCER_FENCED'
  const invalid = 'INVALID_TXN_STATE'
  const concurrent = 'CONCURRENT_TRANSACTIONS'
  // The epoch sent, against the one that the client got last: the same, or that of the request before (a retry).
  const table: readonly (readonly [sent: string, committed: boolean, ...answers: readonly string[]])[] = [
    // Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit, CompleteAbort
    ['the same epoch', true, invalid, 'NONE', concurrent, concurrent, invalid, invalid],
    ['the same epoch', false, 'NONE', 'NONE', concurrent, concurrent, 'NONE', 'NONE'],
    ['a retry', true, fenced, fenced, concurrent, concurrent, 'NONE', invalid],
    ['a retry', false, fenced, fenced, concurrent, concurrent, invalid, 'NONE'],
  ]
  const arrange: Readonly<Record<string, (at: TransactionGround) => Promise<Producer>>> = {
    Empty: async at => now(at, init(at, await now(at, init(at)))),
    async Ongoing(at) {
      const producer = await now(at, init(at, await now(at, init(at))))
      await now(at, add(at, producer, undefined, 2))
      return producer
    },
    PrepareCommit: at => ended(at, true, true),
    PrepareAbort: at => ended(at, false, true),
    CompleteCommit: at => ended(at, true, false),
    CompleteAbort: at => ended(at, false, false),
  }
  async function ended(at: TransactionGround, committed: boolean, held: boolean): Promise<Producer> {
    const producer = await now(at, init(at))
    await now(at, add(at, producer, undefined, 2))
    at.holdMarkers = held
    return now(at, end(at, producer, committed, 2))
  }
  for (const [sent, committed, ...answers] of table) {
    for (const [index, state] of states.entries()) {
      it(`TXN-24: ${committed ? 'commit' : 'abort'} with ${sent} in ${state}: ${answers[index]}`, async () => {
        const at = await transactionGround()
        const stored = await arrange[state]!(at)
        expect(await statusOf(at)).toBe(state)
        const { producerId, producerEpoch } = stored
        const epoch = sent === 'a retry' ? producerEpoch - 1 : producerEpoch
        expect((await later(at, end(at, { producerId, producerEpoch: epoch }, committed, 2))).error).toBe(answers[index])
      })
    }
  }

  it('TXN-24: an abort without partitions is complete at once, and needs no markers', async () => {
    const at = await transactionGround()
    const producer = await now(at, init(at))
    expect((await now(at, end(at, producer, false, 2))).error).toBe('NONE')
    expect([await statusOf(at), at.received.length]).toEqual(['CompleteAbort', 0])
  })

  it('TXN-23: each end bumps the epoch, answers with it, and the markers carry it', async () => {
    const at = await transactionGround()
    const producer = await now(at, init(at))
    await now(at, add(at, producer, undefined, 2))
    const bumped = await now(at, end(at, producer, true, 2))
    expect(bumped).toEqual({ error: 'NONE', producerId: producer.producerId, producerEpoch: producer.producerEpoch + 1 })
    expect(at.received[0]?.request.markers[0]).toMatchObject({ producerEpoch: bumped.producerEpoch, transactionVersion: 2 })
    expect(await now(at, add(at, producer, undefined, 2))).toBe('PRODUCER_FENCED')
    expect(await now(at, add(at, bumped, undefined, 2))).toBe('NONE')
  })

  it('TXN-23, TXN-04: when the epochs run out, the answer holds a new producer id with epoch 0, also on retry', async () => {
    const at = await transactionGround()
    const last = await withEpoch(at, 32_766)
    await now(at, add(at, last, undefined, 2))
    const next = await now(at, end(at, last, true, 2))
    expect(next).toMatchObject({ error: 'NONE', producerEpoch: 0 })
    expect(next.producerId).not.toBe(last.producerId)
    expect(at.received[0]?.request.markers[0]).toMatchObject({ producerId: last.producerId, producerEpoch: 32_767 })
    expect(await now(at, end(at, last, true, 2))).toEqual(next)
    expect(await now(at, add(at, next, undefined, 2))).toBe('NONE')
  })

  it('TXN-23, TXN-25: with the new producer id, too, the client waits for the markers of its last transaction', async () => {
    const at = await transactionGround()
    const last = await withEpoch(at, 32_766)
    await now(at, add(at, last, undefined, 2))
    at.holdMarkers = true
    const next = await now(at, end(at, last, true, 2))
    expect(await later(at, add(at, next, undefined, 2))).toBe(concurrent)
    expect((await later(at, end(at, next, false, 2))).error).toBe(concurrent)
    expect((await later(at, init(at, next))).error).toBe(concurrent)
    const added = add(at, next, undefined, 2)
    await at.releaseMarkers()
    expect(await now(at, added)).toBe('NONE')
  })
})

/** Raises the epoch without 30,000 requests: by what the log says. */
async function withEpoch(at: TransactionGround, epoch: number): Promise<Producer> {
  await now(at, init(at))
  return withStored(at, { producerEpoch: epoch })
}

async function withStored(at: TransactionGround, change: Partial<Transaction>): Promise<Producer> {
  const { encodeTransactionFact } = await import('../../../../broker-core/coordinator/transactions/records.ts')
  const { encodeBatch } = await import('../../../../broker-core/records/batch-writer.ts')
  const stored = { ...at.history().at(-1)!, ...change }
  const record = encodeTransactionFact({ transactionalId: id, transaction: stored })
  at.facts.append(encodeBatch({ records: [{ timestampMs: 0, key: record.key, value: record.value }] }, at))
  await at.failover()
  return { producerId: stored.producerId, producerEpoch: stored.producerEpoch }
}

describe('InitProducerId', () => {
  it('IDEM-01: without an id each producer gets an id of its own, and blocks follow on', async () => {
    const at = await transactionGround()
    const idempotent = () =>
      at.coordinator.initProducerId({ transactionalId: null, transactionTimeoutMs: 0, producerId: -1, producerEpoch: -1 })
    const replies = await now(at, Promise.all(Array.from({ length: 2_500 }, idempotent)))
    expect(new Set(replies.map(({ producerId }) => producerId)).size).toBe(2_500)
    expect(replies.every(({ error, producerEpoch }) => error === 'NONE' && producerEpoch === 0)).toBe(true)
  })

  it('IDEM-01: without a controller the client is told to come again', async () => {
    const at = await transactionGround()
    at.producerIds.allocate = () => Promise.reject(new Error('no controller'))
    expect((await now(at, init(at))).error).toBe('COORDINATOR_LOAD_IN_PROGRESS')
    expect(await statusOf(at)).toBe('none')
  })

  it.each([
    ['INVALID_REQUEST', { transactionalId: '' }],
    ['INVALID_TRANSACTION_TIMEOUT', { timeoutMs: 0 }],
    ['INVALID_TRANSACTION_TIMEOUT', { timeoutMs: 900_001 }],
  ] as const)('TXN-01: %s for %o', async (error, options) => {
    const at = await transactionGround()
    expect((await now(at, init(at, undefined, options))).error).toBe(error)
  })

  it.each([id, null])('TXN-03: half of an identity is none, transactional id %s', async transactionalId => {
    const at = await transactionGround()
    const half = { transactionalId, transactionTimeoutMs: 60_000, producerId: 7, producerEpoch: -1 }
    expect((await now(at, at.coordinator.initProducerId(half))).error).toBe('INVALID_REQUEST')
  })

  it('TXN-01, TXN-05: each bumps the epoch and fences who came before', async () => {
    const at = await transactionGround()
    const first = await now(at, init(at))
    const second = await now(at, init(at))
    expect(second).toEqual({ ...first, producerEpoch: first.producerEpoch + 1 })
    expect(await now(at, add(at, first))).toBe('PRODUCER_FENCED')
    expect(await now(at, add(at, second))).toBe('NONE')
  })

  it('TXN-02: an open transaction is aborted with a bumped epoch; the client gets the epoch after that', async () => {
    const at = await transactionGround()
    const zombie = await ongoing(at)
    at.holdMarkers = true
    expect((await later(at, init(at))).error).toBe('CONCURRENT_TRANSACTIONS')
    expect(at.received[0]?.request.markers[0]).toMatchObject({ producerEpoch: 1, transactionResult: false })
    await at.releaseMarkers()
    expect(await statusOf(at)).toBe('CompleteAbort')
    expect(await now(at, init(at))).toMatchObject({ error: 'NONE', producerEpoch: 2 })
    expect((await now(at, end(at, zombie, true))).error).toBe('PRODUCER_FENCED')
  })

  it('TXN-02, TXN-25: where the markers are quick the client need not come again', async () => {
    const at = await transactionGround()
    await ongoing(at)
    expect(await now(at, init(at))).toMatchObject({ error: 'NONE', producerEpoch: 2 })
  })

  it('TXN-03: with its own epoch a producer gets the next one; a retry gets the same; an older one is fenced', async () => {
    const at = await transactionGround()
    const first = await now(at, init(at))
    const second = await now(at, init(at, first))
    expect(second.producerEpoch).toBe(1)
    expect(await now(at, init(at, first))).toEqual(second)
    const third = await now(at, init(at, second))
    expect(third.producerEpoch).toBe(2)
    expect((await now(at, init(at, first))).error).toBe('PRODUCER_FENCED')
    expect((await now(at, init(at, { ...third, producerId: 1 }))).error).toBe('PRODUCER_FENCED')
  })

  it('TXN-03: a zombie cannot abort the transaction of its successor', async () => {
    const at = await transactionGround()
    const zombie = await now(at, init(at))
    const heir = await now(at, init(at))
    await now(at, add(at, heir))
    expect((await now(at, init(at, zombie))).error).toBe('PRODUCER_FENCED')
    expect(await statusOf(at)).toBe('Ongoing')
  })

  it('TXN-04: after the last epoch comes a new producer id; the retry with the old one gets the same', async () => {
    const at = await transactionGround()
    const last = await withEpoch(at, 32_766)
    const rotated = await now(at, init(at, last))
    expect(rotated).toMatchObject({ error: 'NONE', producerEpoch: 0 })
    expect(rotated.producerId).not.toBe(last.producerId)
    expect(await now(at, init(at, last))).toEqual(rotated)
  })
})

describe('TXN-04: the coordinator aborts with the last epoch of all', () => {
  async function timedOut(): Promise<{ at: TransactionGround; last: Producer }> {
    const at = await transactionGround()
    const last = await withEpoch(at, 32_766)
    await now(at, add(at, last, undefined, 2))
    await at.time.advance(80_000)
    expect([await statusOf(at), at.history().at(-1)?.producerEpoch]).toEqual(['CompleteAbort', 32_767])
    return { at, last }
  }

  it('TXN-23, TXN-24: the producer that ends its transaction goes on with a new producer id, also on retry', async () => {
    const { at, last } = await timedOut()
    const next = await now(at, end(at, last, false, 2))
    expect([next.error, next.producerId === last.producerId, next.producerEpoch]).toEqual(['NONE', false, 0])
    expect(await now(at, end(at, last, false, 2))).toEqual(next)
    expect(await now(at, add(at, next, undefined, 2))).toBe('NONE')
    expect((await now(at, end(at, next, true, 2))).producerEpoch).toBe(1)
  })

  it('TXN-13, TXN-03: so does one that comes back with its epoch', async () => {
    const { at, last } = await timedOut()
    const next = await now(at, init(at, last))
    expect([next.error, next.producerId === last.producerId, next.producerEpoch]).toEqual(['NONE', false, 0])
    expect(await now(at, init(at, last))).toEqual(next)
  })

  it('TXN-02: and one that aborts by InitProducerId', async () => {
    const at = await transactionGround()
    const last = await withEpoch(at, 32_766)
    await now(at, add(at, last))
    expect(await now(at, init(at, last))).toMatchObject({ error: 'NONE', producerEpoch: 0 })
  })

  it('nobody begins a transaction with it, and one that is in the log can be ended', async () => {
    const { at, last } = await timedOut()
    const spent = { ...last, producerEpoch: 32_767 }
    expect(await now(at, add(at, spent, undefined, 2))).toBe('PRODUCER_FENCED')
    await withStored(at, { producerEpoch: 32_767, status: 'Ongoing', startMs: at.time.nowMs() })
    await at.time.advance(80_000)
    expect([await statusOf(at), at.history().at(-1)?.producerEpoch]).toEqual(['CompleteAbort', 32_767])
  })
})

describe('ends and markers', () => {
  it('TXN-10: success is told when the decision is committed, before the markers are written', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    at.holdMarkers = true
    at.facts.commitsAtOnce = false
    const ended = end(at, producer, true)
    await at.time.settle()
    expect(at.received).toEqual([])
    at.facts.commit()
    expect((await now(at, ended)).error).toBe('NONE')
    expect(at.received.length).toBe(1)
    expect(await statusOf(at)).toBe('PrepareCommit')
  })

  it('TXN-10: one request carries the markers of all partitions that a broker leads', async () => {
    const at = await transactionGround()
    const producer = await now(at, init(at))
    await now(
      at,
      add(at, producer, [
        { topic: 'orders', partitions: [0, 2] },
        { topic: 'bills', partitions: [1] },
      ]),
    )
    await now(at, end(at, producer, true))
    expect(at.received).toEqual([
      {
        nodeId: 1,
        request: {
          markers: [
            {
              ...{ producerId: producer.producerId, producerEpoch: 0, transactionResult: true },
              ...{ coordinatorEpoch: 1, transactionVersion: 0 },
              topics: [
                { name: 'orders', partitionIndexes: [0, 2] },
                { name: 'bills', partitionIndexes: [1] },
              ],
            },
          ],
        },
      },
    ])
    expect(await statusOf(at)).toBe('CompleteCommit')
  })

  it('TXN-10: a partition that is not replicated holds up its own transaction only', async () => {
    const at = await transactionGround()
    const stuck = await ongoing(at)
    at.holdMarkers = true
    await now(at, end(at, stuck, true))
    at.holdMarkers = false
    const other = { ...(await now(at, init(at, undefined, { transactionalId: 'other' }))), transactionalId: 'other' }
    const topics = [{ topic: 'bills', partitions: [0] }]
    await now(at, at.coordinator.addPartitions({ ...other, topics, clientVersion: 0 }))
    expect((await now(at, at.coordinator.endTransaction({ ...other, committed: true, clientVersion: 0 }))).error).toBe('NONE')
    const described = await now(at, at.coordinator.describeTransaction('other'))
    expect([await statusOf(at), described]).toMatchObject(['PrepareCommit', { status: 'CompleteCommit' }])
  })

  it.each(['NOT_LEADER_OR_FOLLOWER', 'NOT_ENOUGH_REPLICAS', 'UNKNOWN_TOPIC_OR_PARTITION', 'no answer'] as const)(
    'TXN-10: %s: the marker is sent again, to whoever leads then, and only where it is missing',
    async error => {
      const at = await transactionGround()
      const producer = await now(at, init(at))
      await now(at, add(at, producer, [{ topic: 'orders', partitions: [0, 1] }]))
      at.markerError = (_topic, partition) => (partition === 1 || error === 'no answer' ? error : 'NONE')
      await now(at, end(at, producer, true))
      expect(await statusOf(at)).toBe('PrepareCommit')
      at.metadata.leader = 2
      at.markerError = () => 'NONE'
      await at.time.advance(200)
      expect(at.received.at(-1)?.nodeId).toBe(2)
      expect(at.received.at(-1)?.request.markers[0]?.topics[0]?.partitionIndexes).toEqual(error === 'no answer' ? [0, 1] : [1])
      expect(await statusOf(at)).toBe('CompleteCommit')
    },
  )

  it('TXN-10: partitions without a leader are waited for, deleted topics are not', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    at.metadata.leader = -1
    await now(at, end(at, producer, false))
    await at.time.advance(5_000)
    expect(await statusOf(at)).toBe('PrepareAbort')
    at.metadata.drop('orders')
    await at.time.advance(5_000)
    expect(await statusOf(at)).toBe('CompleteAbort')
  })

  it('TXN-10: what is late of one transaction does not complete the next one, whose markers are not written', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    at.holdMarkers = true
    await now(at, end(at, producer, true))
    at.facts.commitsAtOnce = false
    await at.releaseMarkers()
    // The record that completes it is not replicated in time: it is asked for again in a moment.
    await at.time.advance(5_000)
    at.facts.commitsAtOnce = true
    at.facts.commit()
    expect(await now(at, add(at, producer))).toBe('NONE')
    at.facts.commitsAtOnce = false
    at.holdMarkers = true
    const ended = end(at, producer, true)
    await at.time.advance(500)
    at.facts.commit()
    expect((await now(at, ended)).error).toBe('NONE')
    expect(at.history().map(transaction => transaction?.status)).toEqual([
      ...['Empty', 'Ongoing', 'PrepareCommit', 'CompleteCommit', 'Ongoing', 'PrepareCommit'],
    ])
    await at.releaseMarkers()
    at.facts.commit()
    expect(at.history().at(-1)?.status).toBe('CompleteCommit')
  })

  it('TXN-12: a coordinator that partitions know to be superseded gives up', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    at.markerError = () => 'TRANSACTION_COORDINATOR_FENCED'
    await now(at, end(at, producer, true))
    await at.time.advance(5_000)
    expect(at.received.length).toBe(1)
    expect(at.logged.some(line => line.includes('transaction.markers-fenced'))).toBe(true)
  })
})
