import { describe, expect, it } from 'vitest'
import { isrChannel } from '../../../broker-core/cluster/isr-channel.ts'
import type { ControllerChannel } from '../../../broker-core/controller/controller-channel.ts'
import { errorCode, type KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import type { alterPartition } from '../../../broker-core/protocol/messages/56-alter-partition.ts'

type Request = RequestOf<typeof alterPartition>
type Response = ResponseOf<typeof alterPartition>

/** A controller whose answers the test gives, one after the other. */
function channelOf() {
  const requests: Request[] = []
  const open: { resolve: (response: Response) => void; reject: (error: Error) => void }[] = []
  const controller = {
    send: (_api: unknown, request: Request) => {
      requests.push(request)
      return new Promise((resolve, reject) => open.push({ resolve, reject }))
    },
    close: () => {},
  } as unknown as ControllerChannel
  const channel = isrChannel({ brokerId: 1, brokerEpoch: () => 77, controller, timeoutMs: 1000 })
  const turn = () => new Promise(resolve => setImmediate(resolve))
  return { channel, requests, turn, next: () => open.shift() }
}
const change = (topicId: string, partition: number) => ({
  topicId,
  partition,
  leaderEpoch: 3,
  partitionEpoch: 8,
  newIsr: [{ brokerId: 1, brokerEpoch: 77 }],
  leaderRecoveryState: 0 as const,
})
const answerFor = (request: Request, error: KafkaErrorName = 'NONE'): Response => ({
  throttleTimeMs: 0,
  errorCode: 0,
  topics: request.topics.map(({ topicId, partitions }) => ({
    topicId,
    partitions: partitions.map(({ partitionIndex }) => ({
      partitionIndex,
      errorCode: errorCode(error),
      leaderId: 1,
      leaderEpoch: 3,
      isr: [1],
      leaderRecoveryState: 0,
      partitionEpoch: 9,
    })),
  })),
})

describe('ISR changes on their way to the controller', () => {
  it('REPL-05: those of one turn travel together, with the epoch of the broker', async () => {
    const { channel, requests, turn, next } = channelOf()
    const results = [channel.alterIsr(change('a', 0)), channel.alterIsr(change('a', 1)), channel.alterIsr(change('b', 0))]
    await turn()
    expect(requests.length).toBe(1)
    expect(requests[0]).toMatchObject({ brokerId: 1, brokerEpoch: 77 })
    expect(requests[0]?.topics.map(topic => topic.partitions.map(one => one.partitionIndex))).toEqual([[0, 1], [0]])
    expect(requests[0]?.topics[0]?.partitions[0]).toMatchObject({
      leaderEpoch: 3,
      partitionEpoch: 8,
      newIsrWithEpochs: [{ brokerId: 1, brokerEpoch: 77 }],
    })
    next()?.resolve(answerFor(requests[0] as Request))
    expect(await Promise.all(results)).toEqual(
      [0, 1, 2].map(() => ({ ok: true, isr: [1], leader: 1, leaderEpoch: 3, partitionEpoch: 9 })),
    )
  })

  it('those that come while one is in flight go with the next', async () => {
    const { channel, requests, turn, next } = channelOf()
    void channel.alterIsr(change('a', 0))
    await turn()
    void channel.alterIsr(change('a', 1))
    void channel.alterIsr(change('a', 2))
    await turn()
    expect(requests.length).toBe(1)
    next()?.resolve(answerFor(requests[0] as Request))
    await turn()
    expect(requests[1]?.topics[0]?.partitions.map(one => one.partitionIndex)).toEqual([1, 2])
  })

  it('REPL-05: errors of a partition are final, errors of the request and silence are asked again', async () => {
    const { channel, requests, turn, next } = channelOf()
    const ask = async (answer: (request: Request) => Response | Error) => {
      const result = channel.alterIsr(change('a', 0)).catch((error: Error) => error.message)
      await turn()
      const given = answer(requests.at(-1) as Request)
      if (given instanceof Error) next()?.reject(given)
      else next()?.resolve(given)
      return await result
    }
    for (const error of [
      'FENCED_LEADER_EPOCH',
      'INVALID_UPDATE_VERSION',
      'INELIGIBLE_REPLICA',
      'NEW_LEADER_ELECTED',
      'INVALID_REQUEST',
    ] as const) {
      expect(await ask(request => answerFor(request, error))).toEqual({ ok: false, error, retriable: false })
    }
    expect(await ask(request => answerFor(request, 'OPERATION_NOT_ATTEMPTED'))).toMatchObject({ ok: false, retriable: true })
    expect(await ask(() => ({ throttleTimeMs: 0, errorCode: errorCode('STALE_BROKER_EPOCH'), topics: [] }))).toMatchObject({
      ok: false,
      retriable: true,
    })
    expect(await ask(() => ({ throttleTimeMs: 0, errorCode: 0, topics: [] }))).toMatchObject({ ok: false, retriable: true })
    expect(await ask(() => new Error('no controller'))).toBe('no controller')
    expect(await ask(request => answerFor(request))).toMatchObject({ ok: true })
  })
})
