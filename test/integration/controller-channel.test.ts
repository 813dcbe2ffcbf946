import { afterEach, describe, expect, it } from 'vitest'
import { controllerChannel } from '../../broker-core/cluster/controller-channel.ts'
import type { OpenListener } from '../../broker-core/cluster/listeners.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { errorCode } from '../../broker-core/model/kafka-errors.ts'
import { allocateProducerIds } from '../../broker-core/protocol/messages/67-allocate-producer-ids.ts'
import { handler } from '../../broker-core/server/handler.ts'
import { openNode } from '../helpers/controller-node.ts'

const env = nodeEnv({ log: { write() {} } })
const request = { brokerId: 1, brokerEpoch: 1 }
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms))

/** A controller node that answers as told. */
async function startNode(
  answer: (count: number) => Promise<'NONE' | 'NOT_CONTROLLER'>,
  door: 'controller' | 'broker' = 'controller',
): Promise<OpenListener & { asked(): number }> {
  let count = 0
  const allocating = handler(allocateProducerIds, async () => {
    const error = await answer(++count)
    return { throttleTimeMs: 0, errorCode: errorCode(error), producerIdStart: count, producerIdLen: 1 }
  })
  const listener = await openNode([allocating], env, door)
  return Object.assign(listener, { asked: () => count })
}

describe('the way to the controller', () => {
  const open: { close(): unknown }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  /** Nodes 1, 2, … in this order; `leader` says who leads. */
  function channelTo(
    nodes: readonly OpenListener[],
    leader: () => number | undefined,
    placesOf: (id: number) => readonly (OpenListener | undefined)[] = id => [nodes[id - 1]],
  ) {
    const channel = controllerChannel({
      nodeId: 9,
      raft: {
        leaderAndEpoch: () => ({ leaderId: leader(), epoch: 1 }),
        endpointsOf: (id: number) => placesOf(id).map(node => ({ host: '127.0.0.1', port: node?.port ?? 0 })),
      },
      env,
      requestTimeoutMs: 200,
    })
    open.push(channel, ...nodes)
    return channel
  }

  it('asks a slow controller once', async () => {
    const node = await startNode(async () => {
      await pause(700)
      return 'NONE'
    })
    const answer = await channelTo([node], () => 1).send(allocateProducerIds, request)
    expect([answer.producerIdStart, node.asked()]).toEqual([1, 1])
  })

  it('asks again, and the right one, when a node is not the active controller', async () => {
    const nodes = await Promise.all([startNode(async () => 'NOT_CONTROLLER'), startNode(async () => 'NONE')])
    let asked = 0
    const answer = await channelTo(nodes, () => (++asked < 3 ? 1 : 2)).send(allocateProducerIds, request)
    expect(answer.errorCode).toBe(0)
    expect(nodes[1]?.asked()).toBe(1)
  })

  it('looks for the leader in each of its places, also when several calls are told at once that this is not it', async () => {
    const nodes = await Promise.all([startNode(async () => 'NOT_CONTROLLER'), startNode(async () => 'NONE')])
    const channel = channelTo(
      nodes,
      () => 1,
      () => nodes,
    )
    const calls = [1, 2].map(() => channel.send(allocateProducerIds, request, { timeoutMs: 5_000 }))
    expect((await Promise.all(calls)).map(answer => answer.errorCode)).toEqual([0, 0])
  })

  it('goes from a place that is none of the leader any more to the one that it told', async () => {
    const nodes = await Promise.all([startNode(async () => 'NOT_CONTROLLER'), startNode(async () => 'NONE')])
    const [other, leading] = nodes
    let places: readonly OpenListener[] = [other, leading]
    const channel = channelTo(
      [...nodes],
      () => 1,
      () => places,
    )
    const first = channel.send(allocateProducerIds, request, { timeoutMs: 5_000 })
    // It tells while the first place is being asked: that one is held, and not in the list any more.
    places = [leading]
    expect((await first).errorCode).toBe(0)
    expect(leading.asked()).toBe(1)
  })

  it('looks elsewhere where clients are served now', async () => {
    const nodes = await Promise.all([startNode(async () => 'NONE', 'broker'), startNode(async () => 'NONE')])
    const answer = await channelTo(
      nodes,
      () => 1,
      () => nodes,
    ).send(allocateProducerIds, request)
    expect([answer.errorCode, nodes.map(node => node.asked())]).toEqual([0, [0, 1]])
    await expect(channelTo(nodes, () => 1).send(allocateProducerIds, request)).rejects.toThrow('node 1 does not serve')
  })

  it('leaves a silent node when another one leads', async () => {
    let leader = 1
    const nodes = await Promise.all([startNode(() => new Promise(() => {})), startNode(async () => 'NONE')])
    const answer = channelTo(nodes, () => leader).send(allocateProducerIds, request)
    await pause(100)
    leader = 2
    expect((await answer).errorCode).toBe(0)
  })

  it('gives up at the deadline, with the reason', async () => {
    const node = await startNode(async () => 'NOT_CONTROLLER')
    const channel = channelTo([node], () => undefined)
    await expect(channel.send(allocateProducerIds, request, { timeoutMs: 300 })).rejects.toThrow(
      'no leader of the quorum is known',
    )
    channel.close()
    await expect(channel.send(allocateProducerIds, request)).rejects.toThrow('closed')
  })
})
