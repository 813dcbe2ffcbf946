import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { QuotaImage } from '../../../../broker-core/controller/image.ts'
import { quotaEntityKey } from '../../../../broker-core/controller/image-draft.ts'
import type { ResponseOf } from '../../../../broker-core/protocol/api.ts'
import { produce } from '../../../../broker-core/protocol/messages/00-produce.ts'
import { fetch } from '../../../../broker-core/protocol/messages/01-fetch.ts'
import type { Dispatch } from '../../../../broker-core/server/dispatch.ts'
import { handler, type RequestContext } from '../../../../broker-core/server/handler.ts'
import { ClientQuotas } from '../../../../broker-core/server/quotas/client-quotas.ts'
import { ControllerMutations } from '../../../../broker-core/server/quotas/controller-mutations.ts'
import { Rate } from '../../../../broker-core/server/quotas/rate.ts'
import { Throttling } from '../../../../broker-core/server/quotas/throttling.ts'
import { createSimTime, simClock, simTimers } from '../../../simulation/sim-clock.ts'
import { imageOf } from '../images.ts'

describe('QUO-03: rates', () => {
  it('a window that has just begun counts as ten seconds, so that a first burst is none', () => {
    const rate = new Rate()
    rate.record(1000, 0)
    expect(rate.perSecond(0)).toBe(100)
    expect(rate.throttleMs(100, 0)).toBe(0)
    expect(rate.throttleMs(50, 0)).toBe(10_000)
  })

  it('after eleven seconds it is forgotten', () => {
    const rate = new Rate()
    rate.record(1000, 0)
    expect(rate.perSecond(10_999)).toBeGreaterThan(0)
    expect(rate.perSecond(11_000)).toBe(0)
  })

  it('whoever waits as told stays near the quota: old samples are forgotten whole, as in Kafka, so at most twice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 30, maxLength: 60 }), sizes => {
        const quota = 100
        const rate = new Rate()
        let nowMs = 0
        let total = 0
        for (const size of sizes) {
          rate.record(size, nowMs)
          total += size
          nowMs += rate.throttleMs(quota, nowMs)
        }
        // One window and one request may go ahead of it.
        expect(total).toBeLessThanOrEqual(2 * quota * (nowMs / 1000 + 11) + 5000)
      }),
    )
  })
})

const image = (quotas: readonly (readonly [entity: QuotaImage['entity'], key: string, value: number])[]) => {
  const map = new Map<string, QuotaImage>()
  for (const [entity, key, value] of quotas) map.set(quotaEntityKey(entity), { entity, values: new Map([[key, value]]) })
  return imageOf([], { quotas: map })
}
const user = (entityName: string | null) => ({ entityType: 'user', entityName })
const client = (entityName: string | null) => ({ entityType: 'client-id', entityName })

describe('QUO-02: the most particular quota counts', () => {
  const order: QuotaImage['entity'][] = [
    [user('u'), client('c')],
    [user('u'), client(null)],
    [user('u')],
    [user(null), client('c')],
    [user(null), client(null)],
    [user(null)],
    [client('c')],
    [client(null)],
  ]
  it.each(order.map((_, index) => [index]))('level %i wins over all after it', index => {
    const quotas = order.slice(index).map((entity, at) => [entity, 'producer_byte_rate', index + at + 1] as const)
    const found = new ClientQuotas(() => image(quotas)).windowBytes('producer_byte_rate', { user: 'u', clientId: 'c' })
    expect(found).toBe((index + 1) * 10)
  })

  it('others are not limited, and the two directions are apart', () => {
    const quotas = new ClientQuotas(() => image([[[user('u')], 'producer_byte_rate', 1]]))
    expect(quotas.windowBytes('producer_byte_rate', { user: 'other', clientId: 'c' })).toBe(Number.POSITIVE_INFINITY)
    expect(quotas.windowBytes('consumer_byte_rate', { user: 'u', clientId: 'c' })).toBe(Number.POSITIVE_INFINITY)
  })

  it('clients of one user share its rate; under a default each has its own', () => {
    const shared = new ClientQuotas(() => image([[[user('u')], 'producer_byte_rate', 10]]))
    expect(shared.record('producer_byte_rate', { user: 'u', clientId: 'a' }, 100, 0)).toBe(0)
    expect(shared.record('producer_byte_rate', { user: 'u', clientId: 'b' }, 100, 0)).toBeGreaterThan(0)
    const own = new ClientQuotas(() => image([[[client(null)], 'producer_byte_rate', 10]]))
    expect(own.record('producer_byte_rate', { user: 'u', clientId: 'a' }, 100, 0)).toBe(0)
    expect(own.record('producer_byte_rate', { user: 'u', clientId: 'b' }, 100, 0)).toBe(0)
  })
})

describe('QUO-04: throttling', () => {
  const time = createSimTime()
  const quotas = new ClientQuotas(() =>
    image([
      [[client('c')], 'producer_byte_rate', 10],
      [[client('d')], 'consumer_byte_rate', 10],
    ]),
  )
  const clock = simClock(time)
  const nowMs = () => clock.monotonicMs()
  const mutations = new ControllerMutations({ quotas, image: () => imageOf([]), partitionsDefault: 1, nowMs })
  const throttling = new Throttling({ quotas, mutations, clock, timers: simTimers(time, undefined) })
  const records = (sizeBytes: number) => ({ chunks: [new Uint8Array(sizeBytes)], sizeBytes })
  const context = (clientId: string, connectionId: number) =>
    ({ principal: 'User:ANONYMOUS', clientId, connectionId }) as RequestContext
  let maxBytes = 0
  const partition = {
    partitionIndex: 0,
    errorCode: 0,
    highWatermark: 7,
    lastStableOffset: 7,
    logStartOffset: 0,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    snapshotId: { endOffset: -1, epoch: -1 },
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: records(100),
  }
  const fetched: ResponseOf<typeof fetch> = {
    ...fetch.response.zero,
    responses: [{ topic: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: [partition] }],
  }
  const [produceHandler, fetchHandler] = throttling.handlers([
    handler(produce, () => produce.response.zero),
    handler(fetch, request => {
      maxBytes = request.maxBytes
      return fetched
    }),
  ])
  const produceBytes = async (sizeBytes: number, clientId = 'c', connectionId = 1) => {
    const topicData = [
      { name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitionData: [{ index: 0, records: records(sizeBytes) }] },
    ]
    const request = { ...produce.request.zero, acks: 1, topicData }
    return (await produceHandler?.handle(request, context(clientId, connectionId)))?.throttleTimeMs
  }

  it('an answer beyond the quota names the wait, and the connection is not listened to so long', async () => {
    expect(await produceBytes(100)).toBe(0)
    expect(await produceBytes(100)).toBe(10_000)
    expect(await produceBytes(100_000, 'other', 2)).toBe(0)
    let handled = 0
    const dispatch: Dispatch = throttling.dispatch({ served: [], handle: () => void handled++ })
    const caller = (connectionId: number) => ({ connectionId, isClosed: () => false }) as Parameters<Dispatch['handle']>[1]
    void dispatch.handle(new Uint8Array(0), caller(1))
    void dispatch.handle(new Uint8Array(0), caller(2))
    await time.run(9_999)
    expect(handled).toBe(1)
    await time.run(2)
    expect(handled).toBe(2)
  })

  it('a fetch beyond the quota brings no records, and none is asked for that could never be sent', async () => {
    const ask = async (request: Partial<typeof fetch.request.zero> = {}) =>
      (await fetchHandler?.handle({ ...fetch.request.zero, maxBytes: 1_000_000, ...request }, context('d', 3))) as typeof fetched
    expect((await ask()).responses[0]?.partitions[0]?.records?.sizeBytes).toBe(100)
    expect(maxBytes).toBe(100)
    const second = await ask()
    expect(second.throttleTimeMs).toBeGreaterThan(0)
    expect(second.responses[0]?.partitions[0]).toMatchObject({ highWatermark: 7, records: { sizeBytes: 0 } })
    const replica = await ask({ replicaState: { replicaId: 2, replicaEpoch: 1 } })
    expect([replica.throttleTimeMs, maxBytes]).toEqual([0, 1_000_000])
  })

  it('a fetch of who has used up the time of the broker brings no records either, and is not counted as bytes', async () => {
    let ms = 0
    const busy = { ...clock, monotonicMs: () => ms }
    const both = new ClientQuotas(() =>
      image([
        [[client('e')], 'request_percentage', 1],
        [[user('ANONYMOUS')], 'consumer_byte_rate', 1000],
      ]),
    )
    const [slow] = new Throttling({ quotas: both, mutations, clock: busy, timers: simTimers(time, undefined) }).handlers([
      handler(fetch, () => {
        ms += 500
        return fetched
      }),
    ])
    const answer: typeof fetched = await slow?.handle({ ...fetch.request.zero, maxBytes: 1000 }, context('e', 4))
    expect(answer.throttleTimeMs).toBe(1000)
    expect(both.record('consumer_byte_rate', { user: 'ANONYMOUS', clientId: 'e' }, 10_000, ms)).toBe(0)
    expect(answer.responses[0]?.partitions[0]).toMatchObject({ highWatermark: 7, records: { sizeBytes: 0 } })
  })
})
