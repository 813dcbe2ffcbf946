import { describe, expect, it } from 'vitest'
import { quotaEntityKey } from '../../../../broker-core/controller/image-draft.ts'
import { errorName } from '../../../../broker-core/model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../../../broker-core/protocol/api.ts'
import { createTopics } from '../../../../broker-core/protocol/messages/19-create-topics.ts'
import { deleteTopics } from '../../../../broker-core/protocol/messages/20-delete-topics.ts'
import { createPartitions } from '../../../../broker-core/protocol/messages/37-create-partitions.ts'
import { ClientQuotas } from '../../../../broker-core/server/quotas/client-quotas.ts'
import { ControllerMutations } from '../../../../broker-core/server/quotas/controller-mutations.ts'
import { Throttling } from '../../../../broker-core/server/quotas/throttling.ts'
import { TokenBucket } from '../../../../broker-core/server/quotas/token-bucket.ts'
import { handler, type RequestContext } from '../../../../broker-core/server/handler.ts'
import { createSimTime, simTimers } from '../../../simulation/sim-clock.ts'
import { imageOf, partitionOf, topicOf } from '../images.ts'

const topicId = 'AAAAAAAAAAAAAAAAAAAAAw'
const client = { user: 'u', clientId: 'c' }

/** A quota of client `c`; the topic `old` has three partitions. */
function ground(key: 'controller_mutation_rate' | 'request_percentage', value: number) {
  const entity = [{ entityType: 'client-id', entityName: 'c' }]
  const quotas = new Map([[quotaEntityKey(entity), { entity, values: new Map([[key, value]]) }]])
  const image = imageOf(
    [
      topicOf(
        'old',
        topicId,
        [0, 1, 2].map(partition => partitionOf(partition)),
      ),
    ],
    { quotas },
  )
  const clock = { nowMs: 0 }
  const clientQuotas = new ClientQuotas(() => image)
  const deps = { quotas: clientQuotas, image: () => image, partitionsDefault: 2, nowMs: () => clock.nowMs }
  return { clock, clientQuotas, mutations: new ControllerMutations(deps) }
}

describe('QUO-06: tokens', () => {
  it('eleven seconds of them at first, debts are allowed and waited for', () => {
    const bucket = new TokenBucket()
    bucket.take(21, 1, 0)
    expect(bucket.isInDebt(1, 0)).toBe(true)
    expect(bucket.waitMs(1, 0)).toBe(10_000)
    expect(bucket.isInDebt(1, 9_999)).toBe(true)
    expect(bucket.isInDebt(1, 10_000)).toBe(false)
    bucket.take(11, 1, 1_000_000)
    expect(bucket.waitMs(1, 1_000_000)).toBe(0)
  })
})

describe('QUO-06: partitions created and deleted', () => {
  const create = (...counts: number[]) => ({
    ...createTopics.request.zero,
    topics: counts.map((numPartitions, index) => ({
      name: `t${index}`,
      numPartitions,
      replicationFactor: 1,
      assignments: [],
      configs: [],
    })),
  })
  /** The controller does everything that it is asked. */
  const asked: unknown[] = []
  const topicsOf = (request: RequestOf<typeof createTopics>): ResponseOf<typeof createTopics> => {
    asked.push(...request.topics.map((topic: { name: string }) => topic.name))
    const done = { topicId, errorCode: 0, errorMessage: null, topicConfigErrorCode: 0, replicationFactor: 1, configs: null }
    return {
      throttleTimeMs: 0,
      topics: request.topics.map(topic => ({ ...done, name: topic.name, numPartitions: topic.numPartitions })),
    }
  }

  it('beyond the rate topics are refused one by one, and the wait is told', async () => {
    const { clock, mutations } = ground('controller_mutation_rate', 1)
    asked.length = 0
    const answer = await mutations.handle(createTopics, create(5, 10, 1), 7, client, topicsOf)
    expect(answer?.topics.map((it: { name: string; errorCode: number }) => [it.name, errorName(it.errorCode)])).toEqual([
      ['t0', 'NONE'],
      ['t1', 'NONE'],
      ['t2', 'THROTTLING_QUOTA_EXCEEDED'],
    ])
    expect(answer?.throttleTimeMs).toBe(4000)
    expect(asked).toEqual(['t0', 't1'])
    clock.nowMs = 4000
    expect((await mutations.handle(createTopics, create(1), 7, client, topicsOf))?.throttleTimeMs).toBe(1000)
  })

  it('older versions are only delayed; what is only validated, and clients without a quota, are neither', async () => {
    const { mutations } = ground('controller_mutation_rate', 1)
    const old = await mutations.handle(createTopics, create(20, 1), 5, client, topicsOf)
    expect(old?.topics.map((it: { errorCode: number }) => it.errorCode)).toEqual([0, 0])
    expect(old?.throttleTimeMs).toBe(10_000)
    const validated = await mutations.handle(createTopics, { ...create(20), validateOnly: true }, 7, client, topicsOf)
    expect(validated).toMatchObject({ throttleTimeMs: 0, topics: [{ errorCode: 0 }] })
    const other = await mutations.handle(createTopics, create(500, 1), 7, { user: 'u', clientId: 'd' }, topicsOf)
    expect(other?.throttleTimeMs).toBe(0)
  })

  it('the default count, assignments, and what is there already: each costs what it makes', async () => {
    const { mutations } = ground('controller_mutation_rate', 1)
    const [base] = create(-1).topics
    const topics = [
      { ...base, name: 'a' },
      {
        ...base,
        name: 'b',
        assignments: [
          { partitionIndex: 0, brokerIds: [1] },
          { partitionIndex: 1, brokerIds: [1] },
        ],
      },
      { ...base, name: 'old', numPartitions: 100 },
      { ...base, name: 'c', numPartitions: 8 },
    ] as RequestOf<typeof createTopics>['topics']
    const answer = await mutations.handle(createTopics, { ...createTopics.request.zero, topics }, 7, client, topicsOf)
    expect(answer?.throttleTimeMs).toBe(1000)
  })

  const inDebt = async () => {
    const { mutations } = ground('controller_mutation_rate', 1)
    await mutations.handle(createTopics, create(12), 7, client, topicsOf)
    return (api: Api, request: RequestOf<Api>, version: number) =>
      mutations.handle(api, request, version, client, () => ({ throttleTimeMs: 0, responses: [], results: [] }))
  }

  it('deletions by name and by id', async () => {
    const handle = await inDebt()
    const byName = { ...deleteTopics.request.zero, topicNames: ['old', 'unknown'] }
    expect(await handle(deleteTopics, byName, 5)).toMatchObject({ responses: [{ name: 'old', errorCode: 89 }] })
    const byId = { ...deleteTopics.request.zero, topics: [{ name: null, topicId }] }
    expect(await handle(deleteTopics, byId, 6)).toMatchObject({ responses: [{ name: null, topicId, errorCode: 89 }] })
    expect(await handle(deleteTopics, byName, 4)).toMatchObject({ responses: [], throttleTimeMs: 4000 })
  })

  it('partitions that are added', async () => {
    const handle = await inDebt()
    const request = (count: number) => ({
      ...createPartitions.request.zero,
      topics: [{ name: 'old', count, assignments: null }],
    })
    expect(await handle(createPartitions, request(4), 3)).toMatchObject({ results: [{ name: 'old', errorCode: 89 }] })
    expect(await handle(createPartitions, request(3), 3)).toMatchObject({ results: [] })
    expect(await handle(createPartitions, request(5), 2)).toMatchObject({ results: [], throttleTimeMs: 3000 })
  })
})

describe('QUO-03, QUO-04: request time', () => {
  it('is counted for all but brokers, in percent of the thread, and waits at most a second at a time', async () => {
    const { clientQuotas, clock, mutations } = ground('request_percentage', 1)
    const time = createSimTime()
    const throttling = new Throttling({
      quotas: clientQuotas,
      mutations,
      clock: { nowMs: () => clock.nowMs, monotonicMs: () => clock.nowMs },
      timers: simTimers(time, undefined),
    })
    const [deletion] = throttling.handlers([
      handler(deleteTopics, () => {
        clock.nowMs += 60
        return deleteTopics.response.zero
      }),
    ])
    const ask = async (clientId: string, more = {}) => {
      const context = { principal: 'User:ANONYMOUS', clientId, connectionId: 1, apiVersion: 6 } as RequestContext
      return (await deletion?.handle({ ...deleteTopics.request.zero, ...more }, context))?.throttleTimeMs
    }
    // One per cent of the window of ten seconds are 100 ms.
    expect([await ask('c'), await ask('d'), await ask('c', { replicaId: 1 })]).toEqual([0, 0, 0])
    expect(await ask('c')).toBe(1000)
    expect(await ask('d')).toBe(0)
  })
})
