import { describe, expect, it } from 'vitest'
import { directoryChoices } from '../../../broker-core/cluster/directory-choices.ts'
import type { ControllerChannel } from '../../../broker-core/controller/controller-channel.ts'
import type { RequestOf } from '../../../broker-core/protocol/api.ts'
import type { assignReplicasToDirs } from '../../../broker-core/protocol/messages/73-assign-replicas-to-dirs.ts'
import { testStorage } from '../storage/storage-env.ts'

type Request = RequestOf<typeof assignReplicasToDirs>

function ground() {
  const env = testStorage()
  const requests: Request[] = []
  const open: ((errorCode: number) => void)[] = []
  const controller = {
    send: (_api: unknown, request: Request) => {
      requests.push(request)
      return new Promise(resolve => open.push(errorCode => resolve({ throttleTimeMs: 0, errorCode, directories: [] })))
    },
    close: () => {},
  } as unknown as ControllerChannel
  const choices = directoryChoices({
    brokerId: 1,
    brokerEpoch: () => 7,
    controller,
    timers: env.timers,
    log: env.log,
    timeoutMs: 1000,
  })
  const turn = () => new Promise(resolve => setImmediate(resolve))
  const chosen = (partition: number, directoryId: string) => choices.chosen({ topicId: 'topic', partition, directoryId })
  const sent = () =>
    requests.map(request =>
      request.directories.map(one => [one.id, one.topics.flatMap(topic => topic.partitions.map(p => p.partitionIndex))]),
    )
  return { env, choices, chosen, sent, turn, answer: (errorCode: number) => open.shift()?.(errorCode), requests }
}

describe('where replicas were put', () => {
  it('KIP-858: choices of one turn travel together, by directory', async () => {
    const { chosen, sent, turn, requests } = ground()
    chosen(0, 'a')
    chosen(1, 'b')
    chosen(2, 'a')
    await turn()
    expect(sent()).toEqual([
      [
        ['a', [0, 2]],
        ['b', [1]],
      ],
    ])
    expect(requests[0]).toMatchObject({ brokerId: 1, brokerEpoch: 7 })
  })

  it('what comes meanwhile goes next, a newer choice in the place of an older one', async () => {
    const { chosen, sent, turn, answer } = ground()
    chosen(0, 'a')
    await turn()
    chosen(1, 'a')
    chosen(1, 'b')
    answer(0)
    await turn()
    expect(sent()).toEqual([[['a', [0]]], [['b', [1]]]])
  })

  it('a refused request is sent again after a pause, unless closed', async () => {
    const { chosen, sent, turn, answer, env, choices } = ground()
    chosen(0, 'a')
    await turn()
    answer(77)
    await turn()
    expect(sent().length).toBe(1)
    env.advance(500)
    await turn()
    expect(sent()).toEqual([[['a', [0]]], [['a', [0]]]])
    answer(77)
    await turn()
    choices.close()
    env.advance(5_000)
    await turn()
    expect(sent().length).toBe(2)
  })
})
