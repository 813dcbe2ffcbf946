import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { listOffsets } from '../../../broker-core/protocol/messages/02-list-offsets.ts'
import { describeAcls } from '../../../broker-core/protocol/messages/29-describe-acls.ts'
import { Replicas } from '../../../broker-core/replication/replicas.ts'
import { FetchSessions } from '../../../broker-core/server/fetch/fetch-session.ts'
import { fetchHandler } from '../../../broker-core/server/handlers/01-fetch.ts'
import { listOffsetsHandler } from '../../../broker-core/server/handlers/02-list-offsets.ts'
import { describeAclsHandler } from '../../../broker-core/server/handlers/29-describe-acls.ts'
import { assignmentOf, followerAt, limitByHand, replicaWorld, topicId, write } from '../replication/replica-world.ts'
import { brokerOf, contextOf, imageOf, partitionOf, topicOf } from './images.ts'

type Request = RequestOf<typeof fetch>
type Response = ResponseOf<typeof fetch>
type Wanted = Request['topics'][number]['partitions'][number]

function ground(catchUpLimit = limitByHand(), world = replicaWorld(), selectsByRack = false) {
  const replicas = new Replicas()
  replicas.add(world.replica)
  world.replica.assign(assignmentOf())
  const partitions = [partitionOf(0, { leader: 2, leaderEpoch: 6 }), partitionOf(1, { leader: 3, leaderEpoch: 2 })]
  const brokers = new Map([1, 2, 3].map(id => [id, brokerOf(id, { rack: `rack-${id}` })]))
  const image = imageOf([topicOf('t', topicId, partitions)], { brokers })
  const { clock, timers, random } = world.env
  const directory = { replicas, image: () => image }
  const sessions = new FetchSessions(
    10,
    () => clock.monotonicMs(),
    () => random.fraction(),
  )
  const handler = fetchHandler({
    ...directory,
    clock,
    timers,
    sessions,
    maxBytes: 57_671_680,
    selectsByRack,
    catchUpLimit,
  })
  const ask = (wanted: Partial<Wanted> | undefined, more: Partial<Request> = {}, version = 17) => {
    const partition = {
      partition: 0,
      currentLeaderEpoch: -1,
      fetchOffset: 0,
      lastFetchedEpoch: -1,
      logStartOffset: 0,
      partitionMaxBytes: 1_000_000,
      replicaDirectoryId: zeroUuid,
      highWatermark: Number.POSITIVE_INFINITY,
      ...wanted,
    }
    const topics = wanted === undefined ? [] : [{ topic: 't', topicId, partitions: [partition] }]
    const request = { ...fetch.request.zero, maxWaitMs: 500, minBytes: 1, sessionEpoch: -1, topics, ...more }
    return handler.handle(request, contextOf(version)) as Promise<Response> | Response
  }
  const asFollower = (brokerId: number) => ({
    replicaState: { replicaId: brokerId, replicaEpoch: world.brokers.get(brokerId) ?? -1 },
  })
  /** Everything written so far is committed. */
  const commit = () => {
    for (const brokerId of [2, 3]) followerAt(world, brokerId, world.replica.log.logEndOffset)
  }
  return { world, ask, asFollower, commit, sessions, directory }
}

async function only(answer: Promise<Response> | Response) {
  const response = await answer
  const partition = response.responses[0]?.partitions[0]
  if (partition === undefined) throw new Error('no partition in the answer')
  return {
    ...partition,
    error: errorName(partition.errorCode),
    bytes: partition.records?.sizeBytes ?? 0,
    nodeEndpoints: response.nodeEndpoints,
  }
}
async function isPending(answer: Promise<unknown> | unknown): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([Promise.resolve(answer), new Promise(resolve => setImmediate(resolve, pending))])) === pending
}

describe('Fetch within a replication throttle', () => {
  const outOfSync = () => {
    const limit = limitByHand()
    const it = ground(limit)
    for (let index = 0; index < 5; index += 1) write(it.world.replica, 'x'.repeat(1000))
    it.world.replica.assign(assignmentOf({ isr: [1, 2], partitionEpoch: 2 }))
    return { ...it, limit }
  }

  it('LEAD-12: a follower outside of the ISR gets what there is room for, one in it and consumers everything', async () => {
    const { ask, asFollower, limit } = outOfSync()
    const all = (await only(ask({}, asFollower(2)))).bytes
    limit.room = all / 2
    const part = (await only(ask({}, asFollower(3)))).bytes
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThanOrEqual(all / 2)
    expect(limit.taken).toBe(part)
    expect((await only(ask({}, asFollower(2)))).bytes).toBe(all)
    expect(limit.taken).toBe(part + all)
  })

  it('LEAD-12: with no room left its fetch waits out its time instead of being answered with nothing over and over', async () => {
    const { ask, asFollower, limit, world } = outOfSync()
    limit.room = 0
    const waiting = ask({}, asFollower(3))
    expect(await isPending(waiting)).toBe(true)
    world.env.advance(500)
    expect(await only(waiting)).toMatchObject({ error: 'NONE', bytes: 0 })
    limit.room = 1
    expect((await only(ask({}, asFollower(3)))).bytes).toBeGreaterThan(1000)
  })

  it('LEAD-12: what no topic lists is not limited', async () => {
    const limit = limitByHand(0, false)
    const { ask, asFollower, world } = ground(limit)
    write(world.replica, 'a')
    world.replica.assign(assignmentOf({ isr: [1, 2], partitionEpoch: 2 }))
    expect((await only(ask({}, asFollower(3)))).bytes).toBeGreaterThan(0)
    expect(limit.taken).toBe(0)
  })
})

describe('Fetch', () => {
  it('FETCH-01: consumers read below the high watermark, followers up to the log end', async () => {
    const { world, ask, asFollower } = ground()
    write(world.replica, 'a')
    expect((await only(ask({}, asFollower(2)))).bytes).toBeGreaterThan(0)
    expect(await only(ask({}, { maxWaitMs: 0 }))).toMatchObject({ error: 'NONE', bytes: 0, highWatermark: 0 })
  })

  it('FETCH-04: a consumer waits for the high watermark, not for the append', async () => {
    const { world, ask, commit } = ground()
    const waiting = ask({})
    write(world.replica, 'a')
    expect(await isPending(waiting)).toBe(true)
    commit()
    expect((await only(waiting)).bytes).toBeGreaterThan(0)
  })

  it('FETCH-04: waits until minBytes are there, or the time is over', async () => {
    const { world, ask, commit } = ground()
    write(world.replica, 'a')
    commit()
    const one = (await only(ask({}))).bytes
    const waiting = ask({}, { minBytes: one * 3 })
    write(world.replica, 'b')
    commit()
    expect(await isPending(waiting)).toBe(true)
    write(world.replica, 'c')
    commit()
    expect((await only(waiting)).bytes).toBe(one * 3)
    const late = ask({}, { minBytes: one * 99 })
    world.env.advance(499)
    expect(await isPending(late)).toBe(true)
    world.env.advance(1)
    expect((await only(late)).bytes).toBe(one * 3)
  })

  it('FETCH-04, FETCH-05: what is there and may not be sent counts for minBytes: nobody waits for more than one answer can hold', async () => {
    const { world, ask, commit } = ground()
    for (const value of ['a', 'b', 'c']) write(world.replica, value)
    commit()
    const one = (await only(ask({}))).bytes / 3
    expect((await only(ask({}, { minBytes: one * 99, maxBytes: one * 2 }))).bytes).toBe(one * 2)
    expect((await only(ask({}, { minBytes: one + 20, maxBytes: one + 20 }))).bytes).toBe(one)
    expect((await only(ask({ partitionMaxBytes: one + 20 }, { minBytes: one + 20 }))).bytes).toBe(one)
    expect(await isPending(ask({ partitionMaxBytes: one + 20 }, { minBytes: one + 21 }))).toBe(true)
  })

  it('FETCH-04: the rest of an older segment is answered at once, since no more comes of it', async () => {
    const { world, ask, commit } = ground(limitByHand(), replicaWorld({ 'segment.bytes': '150' }, { tailBytesMax: 0 }))
    for (const value of ['a', 'b', 'c', 'd', 'e']) write(world.replica, value)
    commit()
    const older = await only(ask({}, { minBytes: 1000 }))
    expect(older.bytes).toBeGreaterThan(0)
    expect(older.bytes).toBeLessThanOrEqual(150)
    expect(await isPending(ask({ fetchOffset: 4 }, { minBytes: 1000 }))).toBe(true)
  })

  it('FF-01, FS-03: who waits at the end of a quiet partition hears that a replica in its rack has come into sync', async () => {
    const { world, ask, commit } = ground(limitByHand(), replicaWorld(), true)
    write(world.replica, 'a')
    commit()
    world.replica.assign(assignmentOf({ isr: [1, 2], partitionEpoch: 2 }))
    const rack = { rackId: 'rack-3', maxWaitMs: 0 }
    const { sessionId } = await ask({ fetchOffset: 1 }, { ...rack, sessionEpoch: 0 })
    expect((await ask(undefined, { ...rack, sessionId, sessionEpoch: 1 })).responses).toEqual([])
    world.replica.assign(assignmentOf({ isr: [1, 2, 3], partitionEpoch: 3 }))
    expect(await only(ask(undefined, { ...rack, sessionId, sessionEpoch: 2 }))).toMatchObject({
      error: 'NONE',
      preferredReadReplica: 3,
    })
  })

  it('FETCH-04: an error, a loss of the leadership or a failed disk is answered at once', async () => {
    const { world, ask, asFollower } = ground()
    expect(await only(ask({ partition: 7 }))).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION', bytes: 0 })
    const waiting = ask({}, asFollower(2))
    world.replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))
    expect(await only(waiting)).toMatchObject({ error: 'NOT_LEADER_OR_FOLLOWER' })
    const reading = ask({})
    world.replica.goOffline()
    expect(await only(reading)).toMatchObject({ error: 'KAFKA_STORAGE_ERROR' })
  })

  it('FETCH-08: who asks the wrong broker hears who leads (KIP-951)', async () => {
    const { ask, asFollower } = ground()
    expect(await only(ask({ partition: 1 }, asFollower(2)))).toMatchObject({
      error: 'NOT_LEADER_OR_FOLLOWER',
      currentLeader: { leaderId: 3, leaderEpoch: 2 },
      nodeEndpoints: [{ nodeId: 3 }],
    })
    const none = { leaderId: -1, leaderEpoch: -1 }
    for (const version of [13, 15]) {
      expect(await only(ask({ partition: 1 }, {}, version))).toMatchObject({ currentLeader: none, nodeEndpoints: [] })
    }
  })

  it('FETCH-02, FETCH-06: offsets and epochs outside are refused', async () => {
    const { world, ask, commit } = ground()
    write(world.replica, 'a')
    commit()
    expect(await only(ask({ fetchOffset: 2 }))).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
    expect(await only(ask({ fetchOffset: 1 }, { maxWaitMs: 0 }))).toMatchObject({ error: 'NONE', bytes: 0 })
    expect(await only(ask({ currentLeaderEpoch: 0 }))).toMatchObject({ error: 'FENCED_LEADER_EPOCH' })
    expect(await only(ask({ currentLeaderEpoch: 2 }))).toMatchObject({ error: 'UNKNOWN_LEADER_EPOCH' })
  })

  it('FETCH-07: a follower whose history parts from ours is told where, at once', async () => {
    const { world, ask, asFollower } = ground()
    write(world.replica, 'a', 'b')
    const parts = await only(ask({ fetchOffset: 5, lastFetchedEpoch: 1 }, asFollower(2)))
    expect(parts).toMatchObject({ error: 'NONE', bytes: 0, divergingEpoch: { epoch: 1, endOffset: 2 } })
    expect(
      (await only(ask({ fetchOffset: 2, lastFetchedEpoch: 1 }, { ...asFollower(2), maxWaitMs: 0 }))).divergingEpoch.epoch,
    ).toBe(-1)
  })

  it('REPL-01: a follower fetch moves the high watermark; a broker that is no replica may not', async () => {
    const { world, ask, asFollower } = ground()
    write(world.replica, 'a')
    for (const brokerId of [2, 3])
      await only(ask({ fetchOffset: 1, lastFetchedEpoch: 1 }, { ...asFollower(brokerId), maxWaitMs: 0 }))
    expect(world.replica.log.highWatermark).toBe(1)
    expect(await only(ask({}, asFollower(9)))).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('FS-01, FS-03: a session tells only what is new, and a quiet one costs a look', async () => {
    const { world, ask, asFollower } = ground()
    write(world.replica, 'a')
    const first = await ask({ fetchOffset: 1, lastFetchedEpoch: 1 }, { ...asFollower(2), sessionEpoch: 0, maxWaitMs: 0 })
    expect(first.sessionId).toBeGreaterThan(0)
    expect(first.responses.length).toBe(1)
    const { sessionId } = first
    const quiet = ask(undefined, { ...asFollower(2), sessionId, sessionEpoch: 1, maxWaitMs: 100 })
    world.env.advance(100)
    expect(await quiet).toMatchObject({ errorCode: 0, sessionId, responses: [] })
    const waiting = ask(undefined, { ...asFollower(2), sessionId, sessionEpoch: 2 })
    write(world.replica, 'b')
    expect((await only(waiting)).bytes).toBeGreaterThan(0)
    const moved = ask({ fetchOffset: 2, lastFetchedEpoch: 1 }, { ...asFollower(2), sessionId, sessionEpoch: 3, maxWaitMs: 100 })
    followerAt(world, 3, 2)
    world.env.advance(100)
    expect(await only(moved), 'the high watermark is news').toMatchObject({ highWatermark: 2, bytes: 0 })
    expect(errorName((await ask(undefined, { sessionId, sessionEpoch: 9 })).errorCode)).toBe('INVALID_FETCH_SESSION_EPOCH')
  })

  it('FETCH-10: there is no authorizer, which DescribeAcls says; so nobody is refused, and the unknown stays unknown', async () => {
    const { ask, commit, world } = ground()
    write(world.replica, 'a')
    commit()
    const answer = describeAclsHandler().handle(describeAcls.request.zero, contextOf(3)) as ResponseOf<typeof describeAcls>
    expect(errorName(answer.errorCode)).toBe('SECURITY_DISABLED')
    expect(await only(ask({}))).toMatchObject({ error: 'NONE' })
    const wanted = { partition: 0, currentLeaderEpoch: -1, fetchOffset: 0, lastFetchedEpoch: -1, logStartOffset: 0 }
    const more = { partitionMaxBytes: 1_000, replicaDirectoryId: zeroUuid, highWatermark: Number.POSITIVE_INFINITY }
    const foreign = { topic: 'secret', topicId: zeroUuid, partitions: [{ ...wanted, ...more }] }
    expect(await only(ask(undefined, { topics: [foreign] }, 12))).toMatchObject({ error: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('REPL-09: a follower that waits is woken by a new start of the log', async () => {
    const { world, ask, asFollower, commit } = ground()
    write(world.replica, 'a', 'b')
    commit()
    const waiting = ask({ fetchOffset: 2, lastFetchedEpoch: 1, logStartOffset: 0 }, asFollower(2))
    world.replica.deleteRecordsBefore(1)
    expect(await only(waiting)).toMatchObject({ logStartOffset: 1, bytes: 0 })
  })
})

describe('ListOffsets', () => {
  const list = (
    deps: Parameters<typeof listOffsetsHandler>[0],
    timestamp: number,
    more: { version?: number; replicaId?: number; twice?: boolean; leaderEpoch?: number } = {},
  ) => {
    const one = { partitionIndex: 0, currentLeaderEpoch: more.leaderEpoch ?? -1, timestamp }
    const request: RequestOf<typeof listOffsets> = {
      replicaId: more.replicaId ?? -1,
      isolationLevel: 0,
      timeoutMs: 0,
      topics: [{ name: 't', partitions: more.twice === true ? [one, one] : [one] }],
    }
    const answer = listOffsetsHandler(deps).handle(request, contextOf(more.version ?? 11)) as ResponseOf<typeof listOffsets>
    const partition = answer.topics[0]?.partitions[0]
    return { ...partition, error: errorName(partition?.errorCode ?? 0) }
  }

  it('LO-01: a special value that the version does not know, and a partition named twice', () => {
    const { directory } = ground()
    expect(list(directory, -3, { version: 6 }).error).toBe('UNSUPPORTED_VERSION')
    expect(list(directory, -4, { version: 7 }).error).toBe('UNSUPPORTED_VERSION')
    expect(list(directory, -5, { version: 8 }).error).toBe('UNSUPPORTED_VERSION')
    expect(list(directory, -6, { version: 10 }).error).toBe('UNSUPPORTED_VERSION')
    expect(list(directory, -7).error).toBe('UNSUPPORTED_VERSION')
    expect(list(directory, -1, { twice: true }).error).toBe('INVALID_REQUEST')
  })

  it('LO-02: the end is the high watermark for consumers, the log end for replicas', () => {
    const { directory, world, commit } = ground()
    write(world.replica, 'a', 'b')
    commit()
    write(world.replica, 'c')
    expect(list(directory, -1)).toMatchObject({ offset: 2, timestamp: -1 })
    expect(list(directory, -1, { replicaId: 2 })).toMatchObject({ offset: 3 })
    expect(list(directory, -2)).toMatchObject({ offset: 0, timestamp: -1 })
    expect(list(directory, -4)).toMatchObject({ offset: 0 })
  })

  it('LO-03: the epoch of what was found is told, that of the end too, and a caller with another epoch than ours is told off', () => {
    const { directory, world, commit } = ground()
    write(world.replica, 'a')
    commit()
    world.replica.assign(assignmentOf({ leaderEpoch: 3, partitionEpoch: 3 }))
    write(world.replica, 'b')
    commit()
    const [oldest, newest] = [list(directory, -2), list(directory, -1)]
    expect([oldest.leaderEpoch, newest.leaderEpoch]).toEqual([1, 3])
    expect(list(directory, 0)).toMatchObject({ offset: 0, leaderEpoch: 1 })
    expect(list(directory, -1, { leaderEpoch: 3 }).error).toBe('NONE')
    expect(list(directory, -1, { leaderEpoch: 2 }).error, 'FETCH-06').toBe('FENCED_LEADER_EPOCH')
    expect(list(directory, -1, { leaderEpoch: 4 }).error, 'FETCH-06').toBe('UNKNOWN_LEADER_EPOCH')
  })

  it('LO-04: a new leader that does not know yet what is committed says so', () => {
    const { directory, world } = ground()
    write(world.replica, 'a')
    world.replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))
    expect(list(directory, -1).error, 'LO-06').toBe('NOT_LEADER_OR_FOLLOWER')
    world.replica.assign(assignmentOf({ leaderEpoch: 3, partitionEpoch: 3 }))
    expect(list(directory, -1).error).toBe('OFFSET_NOT_AVAILABLE')
    expect(list(directory, 5).error).toBe('OFFSET_NOT_AVAILABLE')
    expect(list(directory, -1, { version: 4 }).error).toBe('LEADER_NOT_AVAILABLE')
    expect(list(directory, -2).error).toBe('NONE')
  })
})
