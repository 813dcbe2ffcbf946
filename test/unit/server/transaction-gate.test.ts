import { describe, expect, it } from 'vitest'
import type { KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf } from '../../../broker-core/protocol/api.ts'
import { produce } from '../../../broker-core/protocol/messages/00-produce.ts'
import { encodeBatch } from '../../../broker-core/records/batch-writer.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'
import type { RequestContext } from '../../../broker-core/server/handler.ts'
import { transactionAdmissions } from '../../../broker-core/server/produce-admission.ts'
import type { TransactionClaim } from '../../../broker-core/server/transaction-claims.ts'
import { transactionGate } from '../../../broker-core/server/transaction-gate.ts'

/** A coordinator that answers when the test says so. */
function coordinator() {
  const asked: { readonly claim: TransactionClaim; answer(error: KafkaErrorName): void }[] = []
  const ask = (claim: TransactionClaim): Promise<readonly KafkaErrorName[]> =>
    new Promise(resolve => asked.push({ claim, answer: error => resolve(claim.partitions.map(() => error)) }))
  return { asked, ask }
}

const place = (partition: number, leaderEpoch = 1) => ({ topic: 'orders', partition, leaderEpoch })
const claim = { transactionalId: 't', producerId: 7, producerEpoch: 0, mode: 'verify' } as const

describe('the gate before transactional writes', () => {
  it('TXN-20: closed until the coordinator confirmed, then open until the marker', async () => {
    const { ask, asked } = coordinator()
    const gate = transactionGate(ask)
    expect(gate.isOpen({ ...claim, places: [place(0)] })).toBe(false)
    const entered = gate.enter({ ...claim, places: [place(0)] })
    expect(gate.isOpen({ ...claim, places: [place(0)] })).toBe(false)
    asked[0]?.answer('NONE')
    expect(await entered).toEqual(['NONE'])
    expect(gate.isOpen({ ...claim, places: [place(0)] })).toBe(true)
    expect(gate.isOpen({ ...claim, producerEpoch: 1, places: [place(0)] })).toBe(false)
    expect(gate.isOpen({ ...claim, places: [place(0, 2)] })).toBe(false)
    gate.shut('orders', 0, 7)
    expect(gate.isOpen({ ...claim, places: [place(0)] })).toBe(false)
  })

  it('TXN-20: a confirmation that a marker overtook lets nobody in', async () => {
    const { ask, asked } = coordinator()
    const gate = transactionGate(ask)
    const entered = gate.enter({ ...claim, places: [place(0)] })
    gate.shut('orders', 0, 7)
    asked[0]?.answer('NONE')
    expect(await entered).toEqual(['CONCURRENT_TRANSACTIONS'])
    expect(gate.isOpen({ ...claim, places: [place(0)] })).toBe(false)
  })

  it('TXN-20: nobody is let in where the marker came while the coordinator was asked about another partition', async () => {
    const { ask, asked } = coordinator()
    const gate = transactionGate(ask)
    const open = gate.enter({ ...claim, places: [place(0)] })
    asked[0]?.answer('NONE')
    await open
    const entered = gate.enter({ ...claim, places: [place(0), place(1)] })
    gate.shut('orders', 0, 7)
    asked[1]?.answer('NONE')
    expect(await entered).toEqual(['CONCURRENT_TRANSACTIONS', 'NONE'])
  })

  it.each(['NOT_COORDINATOR', 'CONCURRENT_TRANSACTIONS'] as const)(
    'TXN-20, IDEM-07: after %s a later batch does not come before the one that is to be sent again',
    async error => {
      const { ask, asked } = coordinator()
      const gate = transactionGate(ask)
      const enter = async (firstSequence: number, answer: KafkaErrorName, leaderEpoch = 1) => {
        const entered = gate.enter({ ...claim, places: [{ ...place(0, leaderEpoch), firstSequence }] })
        asked.at(-1)?.answer(answer)
        return (await entered)[0]
      }
      expect(await enter(0, error)).toBe(error)
      expect(await enter(5, 'NONE')).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER')
      expect(gate.isOpen({ ...claim, places: [{ ...place(0), firstSequence: 5 }] })).toBe(false)
      expect(await enter(0, 'NONE')).toBe('NONE')
      expect(gate.isOpen({ ...claim, places: [{ ...place(0), firstSequence: 5 }] })).toBe(true)
      gate.shut('orders', 0, 7)
      expect(await enter(5, error)).toBe(error)
      gate.shut('orders', 0, 7)
      expect(await enter(9, 'NONE')).toBe('NONE')
      expect(await enter(0, error, 2)).toBe(error)
      expect(await enter(9, 'NONE', 3)).toBe('NONE')
    },
  )

  it('asks once for all who come meanwhile, and again after a refusal', async () => {
    const { ask, asked } = coordinator()
    const gate = transactionGate(ask)
    const entered = [gate.enter({ ...claim, places: [place(0)] }), gate.enter({ ...claim, places: [place(0), place(1)] })]
    expect(asked.map(({ claim: { partitions } }) => partitions.map(({ partition }) => partition))).toEqual([[0], [1]])
    asked[0]?.answer('CONCURRENT_TRANSACTIONS')
    asked[1]?.answer('NONE')
    expect(await Promise.all(entered)).toEqual([['CONCURRENT_TRANSACTIONS'], ['CONCURRENT_TRANSACTIONS', 'NONE']])
    void gate.enter({ ...claim, places: [place(0)] })
    expect(asked.length).toBe(3)
  })

  it('TXN-20: without transaction.partition.verification.enable clients of before KIP-890 pass unasked, as long as it is off', async () => {
    const { ask, asked } = coordinator()
    let verifies = false
    const gate = transactionGate(ask, () => verifies)
    expect(gate.isOpen({ ...claim, places: [place(0)] })).toBe(true)
    expect(await gate.enter({ ...claim, places: [place(0), place(1)] })).toEqual(['NONE', 'NONE'])
    expect(asked).toEqual([])
    verifies = true
    expect(gate.isOpen({ ...claim, places: [place(0)] })).toBe(false)
  })

  it('TXN-22: who has the broker add partitions is asked about in any case', async () => {
    const { ask, asked } = coordinator()
    const gate = transactionGate(ask, () => false)
    expect(gate.isOpen({ ...claim, mode: 'add', places: [place(0)] })).toBe(false)
    const entered = gate.enter({ ...claim, mode: 'add', places: [place(0)] })
    asked[0]?.answer('NONE')
    expect(await entered).toEqual(['NONE'])
    expect(asked.length).toBe(1)
  })
})

describe('admission of produce requests', () => {
  const env = nodeEnv()
  const batch = (transactional: boolean, producerId: number) => {
    const records = [{ timestampMs: 0, key: null, value: new Uint8Array([1]) }]
    return encodeBatch({ records, producerId, producerEpoch: 0, baseSequence: 0, transactional }, env)
  }
  interface Options {
    readonly transactional?: boolean
    readonly transactionalId?: string | null
    readonly producerId?: number
  }
  const request = (partitions: readonly number[], options: Options = {}) => {
    const bytes = batch(options.transactional ?? true, options.producerId ?? 7)
    const records = { chunks: [bytes], sizeBytes: bytes.length }
    return {
      ...produce.request.zero,
      transactionalId: options.transactionalId === undefined ? 't' : options.transactionalId,
      topicData: [{ ...{ name: 'orders', topicId: '' }, partitionData: partitions.map(index => ({ index, records })) }],
    } as RequestOf<typeof produce>
  }
  const context = (connectionId: number, apiVersion = 11) => ({ connectionId, apiVersion }) as RequestContext
  const directory = {
    replicas: { get: (topic: string, partition: number) => ({ topic, partition, leaderEpoch: 1, isLeader: true }) },
    image: () => undefined,
  } as unknown as Parameters<typeof transactionAdmissions>[0]

  it('lets through at once what is not transactional, and what is open', async () => {
    const { ask, asked } = coordinator()
    const admit = transactionAdmissions({ ...directory, gate: transactionGate(ask) })
    expect(admit(request([0], { transactional: false }), context(1))).toBeUndefined()
    const first = admit(request([0]), context(1))
    asked[0]?.answer('NONE')
    expect((await first)?.size).toBe(0)
    expect(admit(request([0]), context(1))).toBeUndefined()
  })

  it('a request that could go on at once waits for those before it on its connection', async () => {
    const { ask, asked } = coordinator()
    const admit = transactionAdmissions({ ...directory, gate: transactionGate(ask) })
    const opened = admit(request([0]), context(1))
    asked[0]?.answer('NONE')
    await opened
    const order: string[] = []
    void admit(request([0, 1]), context(1))?.then(() => order.push('first'))
    void admit(request([0]), context(1))?.then(() => order.push('second'))
    expect(admit(request([0]), context(2))).toBeUndefined()
    await new Promise(resolve => setImmediate(resolve))
    expect(order).toEqual([])
    asked[1]?.answer('NONE')
    await new Promise(resolve => setImmediate(resolve))
    expect(order).toEqual(['first', 'second'])
    expect(admit(request([0]), context(1))).toBeUndefined()
  })

  it.each([
    ['became leader', { isLeader: false, leaderEpoch: 1 }, { isLeader: true, leaderEpoch: 1 }],
    ['leads in another epoch', { isLeader: true, leaderEpoch: 1 }, { isLeader: true, leaderEpoch: 2 }],
  ])(
    'TXN-20: a partition that %s while the coordinator was asked is not written to (found by seed 4700662)',
    async (_, then, now) => {
      const { ask, asked } = coordinator()
      let standing = then
      const get = (topic: string, partition: number) => ({
        topic,
        partition,
        leaderEpoch: 1,
        isLeader: true,
        ...(partition === 1 && standing),
      })
      const deps = { ...directory, replicas: { get }, gate: transactionGate(ask) } as unknown as Parameters<
        typeof transactionAdmissions
      >[0]
      const wanted = request([0, 1])
      const admission = transactionAdmissions(deps)(wanted, context(1, 12))
      standing = now
      asked[0]?.answer('NONE')
      const refusals = await admission
      expect(wanted.topicData[0]?.partitionData.map(data => refusals?.get(data))).toEqual([undefined, 'NOT_LEADER_OR_FOLLOWER'])
    },
  )

  it('TXN-22: version 12 adds where earlier ones verify', () => {
    const { ask, asked } = coordinator()
    const admit = transactionAdmissions({ ...directory, gate: transactionGate(ask) })
    void admit(request([0]), context(1, 11))
    void admit(request([1]), context(2, 12))
    expect(asked.map(({ claim: { mode } }) => mode)).toEqual(['verify', 'add'])
  })

  it.each([
    ['TRANSACTION_ABORTABLE', 10, 'INVALID_TXN_STATE'],
    ['TRANSACTION_ABORTABLE', 11, 'TRANSACTION_ABORTABLE'],
    ['PRODUCER_FENCED', 11, 'INVALID_PRODUCER_EPOCH'],
    ['CONCURRENT_TRANSACTIONS', 11, 'NOT_ENOUGH_REPLICAS'],
    ['CONCURRENT_TRANSACTIONS', 12, 'CONCURRENT_TRANSACTIONS'],
    ['NOT_COORDINATOR', 12, 'NOT_ENOUGH_REPLICAS'],
  ] as const)('TXN-20, TXN-21: %s in version %i is told as %s', async (error, version, told) => {
    const { ask, asked } = coordinator()
    const admit = transactionAdmissions({ ...directory, gate: transactionGate(ask) })
    const admission = admit(request([0]), context(1, version))
    asked[0]?.answer(error)
    expect([...((await admission)?.values() ?? [])]).toEqual([told])
  })

  it.each([
    ['verified', true],
    ['not verified', false],
  ])('without a transactional id a transactional batch is refused, %s', async (_, verifies) => {
    const { ask, asked } = coordinator()
    const admit = transactionAdmissions({ ...directory, gate: transactionGate(ask, () => verifies) })
    const refusals = await admit(request([0], { transactionalId: null }), context(1))
    expect([...(refusals?.values() ?? [])]).toEqual(['TRANSACTIONAL_ID_AUTHORIZATION_FAILED'])
    expect(asked).toEqual([])
  })

  it('TXN-20: batches of two producers in one request are refused', async () => {
    const { ask } = coordinator()
    const admit = transactionAdmissions({ ...directory, gate: transactionGate(ask, () => false) })
    const [one, other] = [request([0]), request([1], { producerId: 8 })]
    const refusals = await admit({ ...one, topicData: [...one.topicData, ...other.topicData] }, context(1))
    expect([...(refusals?.values() ?? [])]).toEqual(['INVALID_PRODUCER_ID_MAPPING', 'INVALID_PRODUCER_ID_MAPPING'])
  })

  it('TXN-20: not verified, versions before 12 are written at once, and later ones ask', () => {
    const { ask, asked } = coordinator()
    const admit = transactionAdmissions({ ...directory, gate: transactionGate(ask, () => false) })
    expect(admit(request([0]), context(1, 11))).toBeUndefined()
    expect(admit(request([0]), context(1, 12))).toBeInstanceOf(Promise)
    expect(asked.map(({ claim: { mode } }) => mode)).toEqual(['add'])
  })
})
