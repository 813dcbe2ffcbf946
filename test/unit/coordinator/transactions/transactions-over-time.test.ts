import { describe, expect, it } from 'vitest'
import { encodeBatch } from '../../../../broker-core/records/batch-writer.ts'
import { inState, ongoing, states } from './arrangements.ts'
import { add, end, id, init, now, statusOf, transactionGround } from './transaction-ground.ts'

describe('time', () => {
  it('TXN-13: a transaction that takes too long is aborted with a bumped epoch', async () => {
    const at = await transactionGround()
    const producer = await now(at, init(at, undefined, { timeoutMs: 15_000 }))
    await now(at, add(at, producer))
    await at.time.advance(14_000)
    expect(await statusOf(at)).toBe('Ongoing')
    await at.time.advance(10_000)
    expect(await statusOf(at)).toBe('CompleteAbort')
    expect(at.received[0]?.request.markers[0]).toMatchObject({ producerEpoch: 1, transactionResult: false })
    expect((await now(at, end(at, producer, true))).error).toBe('PRODUCER_FENCED')
  })

  it('TXN-13: the producer comes back with its epoch (KIP-588)', async () => {
    const at = await transactionGround()
    const producer = await now(at, init(at, undefined, { timeoutMs: 5_000 }))
    await now(at, add(at, producer))
    await at.time.advance(20_000)
    expect(await now(at, init(at, producer))).toMatchObject({ error: 'NONE', producerEpoch: 1 })
  })

  it('TXN-14: however many ids are unused, all of them go when it is looked', async () => {
    const at = await transactionGround({ transactionalIdExpirationMs: 5_000, expirationCheckIntervalMs: 10_000 })
    const ids = Array.from({ length: 1_100 }, (_, index) => `job-${index}`)
    await now(at, Promise.all(ids.map(transactionalId => init(at, undefined, { transactionalId }))))
    await at.time.advance(11_000)
    const all = { states: new Set<string>(), producerIds: new Set<number>(), openLongerThanMs: -1, matches: () => true }
    expect((await now(at, at.coordinator.listTransactions(all))).transactions.length).toBe(0)
  })

  it('TXN-14: an unused id is forgotten, an open transaction is not', async () => {
    const at = await transactionGround({ transactionalIdExpirationMs: 7_200_000 })
    const producer = await now(at, init(at))
    await at.time.advance(7_100_000)
    await now(at, add(at, producer))
    await now(at, end(at, producer, true))
    await at.time.advance(7_100_000)
    expect(await statusOf(at)).toBe('CompleteCommit')
    await at.time.advance(3_700_000)
    expect(await statusOf(at)).toBe('none')
    expect(at.history().at(-1)).toBeUndefined()
    await at.failover()
    expect(await now(at, add(at, producer))).toBe('INVALID_PRODUCER_ID_MAPPING')
  })
})

describe('what stands in the log', () => {
  it('INT-03: records that a newer coordinator wrote are passed over, and told of once by each coordinator', async () => {
    const at = await transactionGround()
    const producer = await now(at, init(at))
    const unknown = { timestampMs: 0, key: new Uint8Array([0, 99, 1]), value: new Uint8Array([1]) }
    const broken = { timestampMs: 0, key: new Uint8Array([0, 0, 0, 50]), value: new Uint8Array([9]) }
    at.facts.append(encodeBatch({ records: [unknown, broken] }, at))
    const said = () => at.logged.filter(line => line.includes('coordinator.unknown-records'))
    for (let loading = 1; loading <= 2; loading++) {
      await at.failover()
      expect(said()).toEqual(Array.from({ length: loading }, () => 'warn coordinator.unknown-records {"partition":0,"count":2}'))
    }
    expect(await now(at, add(at, producer))).toBe('NONE')
  })

  it('INT-03: an append that fails has the log read anew, and what is unknown in it is not told of again', async () => {
    const at = await transactionGround()
    at.facts.append(encodeBatch({ records: [{ timestampMs: 0, key: new Uint8Array([0, 99]), value: null }] }, at))
    await at.failover()
    const { append } = at.facts
    at.facts.append = () => ({ ok: false, error: 'KAFKA_STORAGE_ERROR' })
    expect((await now(at, init(at))).error).toBe('NOT_COORDINATOR')
    at.facts.append = append.bind(at.facts)
    expect((await now(at, init(at))).error).toBe('NONE')
    const said = at.logged.filter(line => line.includes('coordinator.unknown-records'))
    expect(said).toEqual(['warn coordinator.unknown-records {"partition":0,"count":1}'])
  })
})

describe('failover', () => {
  it.each(states)('TXN-15: in %s the next coordinator goes on', async state => {
    const { at, producer } = await inState(state)
    at.holdMarkers = false
    at.received.length = 0
    await at.failover()
    const prepared = state.startsWith('Prepare')
    expect(await statusOf(at)).toBe(prepared ? state.replace('Prepare', 'Complete') : state)
    expect(at.received.length).toBe(prepared ? 1 : 0)
    if (prepared) {
      expect(at.received[0]?.request.markers[0]).toMatchObject({
        coordinatorEpoch: 2,
        transactionResult: state === 'PrepareCommit',
      })
    }
    expect(await now(at, add(at, producer))).toBe('NONE')
    expect((await now(at, end(at, producer, true))).error).toBe('NONE')
  })

  it('TXN-15: a decision that was not committed never happened', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    at.facts.commitsAtOnce = false
    const ended = end(at, producer, true)
    await at.time.settle()
    await at.failover({ withUncommitted: false })
    expect((await ended).error).toBe('NOT_COORDINATOR')
    expect(at.received).toEqual([])
    expect(await statusOf(at)).toBe('Ongoing')
    expect((await now(at, end(at, producer, false))).error).toBe('NONE')
  })

  it('TXN-15: the coordinator before stops sending markers', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    at.markerError = () => 'NOT_ENOUGH_REPLICAS'
    await now(at, end(at, producer, true))
    at.coordinator.leadership.resigned(0, 1)
    at.received.length = 0
    await at.time.advance(5_000)
    expect(at.received).toEqual([])
    expect((await now(at, end(at, producer, true))).error).toBe('NOT_COORDINATOR')
  })

  it('TXN-15: while the log is loaded everybody hears so', async () => {
    const at = await transactionGround()
    await ongoing(at)
    const next = at.facts.successor()
    at.coordinator.leadership.elected(next)
    expect((await init(at)).error).toBe('COORDINATOR_LOAD_IN_PROGRESS')
  })
})

describe('verification and listings', () => {
  it('TXN-20: only partitions of the open transaction are verified', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    const verify = (partitions: readonly number[], who = producer) =>
      now(
        at,
        at.coordinator.verifyPartitions({
          transactionalId: id,
          producerId: who.producerId,
          producerEpoch: who.producerEpoch,
          topics: [{ topic: 'orders', partitions }],
        }),
      )
    expect(await verify([0, 1])).toEqual(['NONE', 'TRANSACTION_ABORTABLE'])
    expect(await verify([0], { ...producer, producerEpoch: 7 })).toBe('PRODUCER_FENCED')
    await now(at, end(at, producer, true))
    expect(await verify([0])).toEqual(['TRANSACTION_ABORTABLE'])
  })

  it('TXN-16: transactions are described and listed with filters', async () => {
    const at = await transactionGround()
    const producer = await ongoing(at)
    await at.time.advance(3_000)
    expect(await now(at, at.coordinator.describeTransaction(id))).toMatchObject({
      ...{ status: 'Ongoing', timeoutMs: 60_000, startMs: at.time.nowMs() - 3_000, producerEpoch: 0 },
      topics: [{ topic: 'orders', partitions: [0] }],
    })
    expect(await now(at, at.coordinator.describeTransaction('other'))).toBeUndefined()
    const all = { states: new Set<string>(), producerIds: new Set<number>(), openLongerThanMs: -1, matches: () => true }
    const listed = async (filters: Partial<typeof all>) =>
      (await now(at, at.coordinator.listTransactions({ ...all, ...filters }))).transactions.length
    expect(await listed({})).toBe(1)
    expect(await listed({ states: new Set(['Empty']) })).toBe(0)
    expect(await listed({ producerIds: new Set([producer.producerId]) })).toBe(1)
    expect(await listed({ producerIds: new Set([1]) })).toBe(0)
    expect(await listed({ openLongerThanMs: 2_000 })).toBe(1)
    expect(await listed({ openLongerThanMs: 4_000 })).toBe(0)
  })
})
