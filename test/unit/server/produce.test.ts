import { describe, expect, it } from 'vitest'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { ResponseOf } from '../../../broker-core/protocol/api.ts'
import { produce } from '../../../broker-core/protocol/messages/00-produce.ts'
import { Replicas } from '../../../broker-core/replication/replicas.ts'
import { ConnectionMustClose } from '../../../broker-core/server/connection-must-close.ts'
import { produceHandler } from '../../../broker-core/server/handlers/00-produce.ts'
import type { TransactionGate } from '../../../broker-core/server/transaction-gate.ts'
import { assignmentOf, batchOf, followerAt, replicaWorld, topicId } from '../replication/replica-world.ts'
import { contextOf, imageOf, partitionOf, topicOf } from './images.ts'

type Response = ResponseOf<typeof produce>

function ground(config: Record<string, string> = {}) {
  const world = replicaWorld(config)
  const replicas = new Replicas()
  replicas.add(world.replica)
  world.replica.assign(assignmentOf())
  const image = imageOf([topicOf('t', topicId, [partitionOf(0, { leader: 2, leaderEpoch: 6 }), partitionOf(1, { leader: 3 })])])
  const unexpected = () => {
    throw new Error('no transaction is asked about')
  }
  const gate: TransactionGate = { isOpen: unexpected, enter: unexpected, shut: unexpected }
  const handler = produceHandler({ replicas, image: () => image, timers: world.env.timers, gate })
  const ask = (more: { acks?: number; version?: number; partition?: number; timeoutMs?: number; batch?: Uint8Array } = {}) => {
    const batch = more.batch ?? batchOf('a')
    const partitionData = [{ index: more.partition ?? 0, records: { chunks: [batch], sizeBytes: batch.length } }]
    const topicData = [{ name: 't', topicId, partitionData }]
    const request = { transactionalId: null, acks: more.acks ?? -1, timeoutMs: more.timeoutMs ?? 1000, topicData }
    return handler.handle(request, contextOf(more.version ?? 13)) as Promise<Response> | Response | undefined
  }
  const only = async (answer: Promise<Response> | Response | undefined) => {
    const response = await answer
    const partition = response?.responses[0]?.partitionResponses[0]
    if (response === undefined || partition === undefined) throw new Error('no answer')
    return { ...partition, error: errorName(partition.errorCode), nodeEndpoints: response.nodeEndpoints }
  }
  return { world, ask, only }
}

describe('Produce', () => {
  it('PROD-09: acks=1 is answered at once, acks=all when the high watermark has passed', async () => {
    const { world, ask, only } = ground()
    const local = ask({ acks: 1 })
    expect(local).not.toBeInstanceOf(Promise)
    expect(await only(local)).toMatchObject({ error: 'NONE', baseOffset: 0, logAppendTimeMs: -1, logStartOffset: 0 })
    let isAnswered = false
    const waiting = only(ask()).finally(() => (isAnswered = true))
    await Promise.resolve()
    followerAt(world, 2, 2)
    await new Promise(resolve => setImmediate(resolve))
    expect(isAnswered).toBe(false)
    followerAt(world, 3, 2)
    expect(await waiting).toMatchObject({ error: 'NONE', baseOffset: 1 })
  })

  it('PROD-09: at the deadline REQUEST_TIMED_OUT, and the data stays', async () => {
    const { world, ask, only } = ground()
    const waiting = only(ask({ timeoutMs: 500 }))
    world.env.advance(500)
    expect(await waiting).toMatchObject({ error: 'REQUEST_TIMED_OUT', baseOffset: -1 })
    expect(world.replica.log.logEndOffset).toBe(1)
  })

  it('PROD-08: NOT_ENOUGH_REPLICAS before, NOT_ENOUGH_REPLICAS_AFTER_APPEND after the append', async () => {
    const { world, ask, only } = ground({ 'min.insync.replicas': '3' })
    const waiting = only(ask())
    followerAt(world, 2, 1)
    followerAt(world, 3, 1)
    world.replica.assign(assignmentOf({ isr: [1, 2], partitionEpoch: 2 }))
    expect(await waiting).toMatchObject({ error: 'NOT_ENOUGH_REPLICAS_AFTER_APPEND' })
    expect(await only(ask())).toMatchObject({ error: 'NOT_ENOUGH_REPLICAS' })
    expect(world.replica.log.logEndOffset).toBe(1)
  })

  it('PROD-10: who waits hears that the leadership is gone, and who leads now (KIP-951)', async () => {
    const { world, ask, only } = ground()
    const waiting = only(ask())
    world.replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))
    const told = {
      error: 'NOT_LEADER_OR_FOLLOWER',
      currentLeader: { leaderId: 2, leaderEpoch: 6 },
      nodeEndpoints: [{ nodeId: 2, port: 9093 }],
    }
    expect(await waiting).toMatchObject(told)
    expect(await only(ask())).toMatchObject(told)
    expect(await only(ask({ version: 9 }))).toMatchObject({ currentLeader: { leaderId: -1 }, nodeEndpoints: [] })
    expect(await only(ask({ partition: 1 }))).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER', currentLeader: { leaderId: 3 } })
    expect(await only(ask({ partition: 2 }))).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('PROD-09: who waits goes on waiting while the leader stays, in whatever epoch (REPL-10)', async () => {
    const { world, ask, only } = ground()
    const waiting = only(ask())
    world.replica.assign(assignmentOf({ replicas: [1, 2], isr: [1, 2], leaderEpoch: 2, partitionEpoch: 2 }))
    followerAt(world, 2, 1)
    expect(await waiting).toMatchObject({ error: 'NONE', baseOffset: 0 })
  })

  it('PROD-09: but not when another one led in between', async () => {
    const { world, ask, only } = ground()
    const waiting = only(ask())
    world.replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))
    world.replica.assign(assignmentOf({ leaderEpoch: 3, partitionEpoch: 3 }))
    followerAt(world, 2, 1)
    followerAt(world, 3, 1)
    expect(await waiting).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER' })
  })

  it('PROD-01: acks other than -1, 0 and 1 are refused and nothing is written', async () => {
    const { world, ask, only } = ground()
    for (const acks of [2, -2, 100]) expect(await only(ask({ acks }))).toMatchObject({ error: 'INVALID_REQUIRED_ACKS' })
    expect(world.replica.log.logEndOffset).toBe(0)
  })

  it('WIRE-13: acks=0 has no reply; a failure closes the connection', () => {
    const { world, ask } = ground()
    expect(ask({ acks: 0 })).toBeUndefined()
    expect(world.replica.log.logEndOffset).toBe(1)
    expect(() => ask({ acks: 0, partition: 1 })).toThrow(ConnectionMustClose)
  })

  it('PROD-04: a refused batch names its records', async () => {
    const { ask, only } = ground({ 'cleanup.policy': 'compact' })
    const answer = await only(ask({ batch: batchOf('a', 'b') }))
    expect(answer).toMatchObject({ error: 'INVALID_RECORD' })
    expect(answer.recordErrors.map(one => one.batchIndex)).toEqual([0, 1])
    expect(answer.errorMessage).toBeTruthy()
  })
})
