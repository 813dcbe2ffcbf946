import { describe, expect, it } from 'vitest'
import { FollowerLoop } from '../../../broker-core/replication/follower-loop.ts'
import { Partition } from '../../../broker-core/replication/partition.ts'
import type {
  FollowerFetch,
  FollowerFetchAnswer,
  LeaderEndpoint,
  LeaderLogBounds,
} from '../../../broker-core/replication/ports.ts'
import { createTestLog, testStorage } from '../storage/storage-env.ts'
import { batchOf, limitByHand } from './replica-world.ts'

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

function ground(limit = limitByHand()) {
  const env = testStorage()
  const { log } = createTestLog(env)
  const assignment = {
    replicas: [1, 2],
    isr: [1, 2],
    leader: 1,
    leaderEpoch: 4,
    partitionEpoch: 1,
    leaderRecoveryState: 0,
  } as const
  const partition = new Partition(log, 2, assignment, {
    clock: env.clock,
    timers: env.timers,
    log: env.log,
    isrChannel: { alterIsr: () => new Promise(() => {}) },
    brokers: { activeEpochOf: () => 1, isAlive: () => true },
    replicaLagTimeMaxMs: 30_000,
    storageFailed: failure => {
      throw failure
    },
  })
  const asked: { request: FollowerFetch; answer: (answer: FollowerFetchAnswer) => void }[] = []
  const bounds: ((answer: LeaderLogBounds) => void)[] = []
  const endpoint: LeaderEndpoint = {
    fetch: request => new Promise(answer => asked.push({ request, answer })),
    logBounds: () => new Promise(answer => bounds.push(answer)),
    close: () => {},
  }
  const bugs: unknown[] = []
  const loop = new FollowerLoop(
    { clock: env.clock, timers: env.timers, log: env.log, limit, connect: async () => endpoint, bug: error => bugs.push(error) },
    { leaderId: 1, maxWaitMs: 500, minBytes: 1, partitionMaxBytes: 1e6, responseMaxBytes: 1e6, backoffMs: 1000 },
  )
  const follow = (leaderEpoch: number, isr: readonly number[] = [1, 2]) => {
    partition.assign({ ...assignment, isr, leaderEpoch, partitionEpoch: leaderEpoch })
    loop.follow(partition, leaderEpoch)
  }
  const answerOf = (error: string, records: readonly Uint8Array[] = []): FollowerFetchAnswer => {
    const recordsSizeBytes = records.reduce((sum, chunk) => sum + chunk.length, 0)
    const position = { highWatermark: 0, logStartOffset: 0 }
    return {
      error: 'NONE',
      sessionId: 7,
      partitions: [{ topicId: partition.topicId, partition: 0, error, ...position, records, recordsSizeBytes }],
    }
  }
  return { asked, answerOf, bounds, bugs, env, follow, loop, partition }
}

describe('follower loop', () => {
  it('REPL-16: a refusal of the epoch before does not stop following in the new one', async () => {
    const { asked, answerOf, bugs, follow } = ground()
    follow(4)
    await turns()
    expect(asked[0]?.request.positions[0]?.currentLeaderEpoch).toBe(4)
    follow(5)
    asked[0]?.answer(answerOf('FENCED_LEADER_EPOCH'))
    await turns()
    expect(asked[1]?.request.positions[0]?.currentLeaderEpoch).toBe(5)
    expect(bugs).toEqual([])
  })

  it("REPL-14: what the leader's log spans is no news for a replica that went away meanwhile", async () => {
    const { asked, answerOf, bounds, bugs, follow, loop, partition } = ground()
    follow(4)
    await turns()
    asked[0]?.answer(answerOf('NONE', [batchOf('a', 'b')]))
    await turns()
    asked[1]?.answer(answerOf('OFFSET_OUT_OF_RANGE'))
    await turns()
    loop.unfollow(partition)
    partition.goOffline()
    partition.log.close()
    bounds[0]?.({ error: 'NONE', logStartOffset: 0, logEndOffset: 1 })
    await turns()
    expect(bounds).toHaveLength(1)
    expect(bugs).toEqual([])
  })

  it('REPL-16: refused in its own epoch, it waits for newer metadata', async () => {
    const { asked, answerOf, env, follow } = ground()
    follow(4)
    await turns()
    asked[0]?.answer(answerOf('FENCED_LEADER_EPOCH'))
    await turns()
    env.advance(60_000)
    await turns()
    expect(asked.slice(1).flatMap(({ request }) => request.positions)).toEqual([])
    follow(5)
    env.advance(2_000)
    await turns()
    expect(asked.at(-1)?.request.positions[0]?.currentLeaderEpoch).toBe(5)
  })
})

describe('follower loop within a replication throttle', () => {
  it('LEAD-12: outside of the ISR it asks for no more than there is room, counts, and pauses when there is none', async () => {
    const limit = limitByHand(100)
    const { asked, answerOf, env, follow } = ground(limit)
    follow(4, [1])
    await turns()
    expect(asked[0]?.request.positions[0]?.maxBytes).toBe(100)
    const batch = batchOf('x'.repeat(200))
    asked[0]?.answer(answerOf('NONE', [batch]))
    await turns()
    expect(limit.taken).toBe(batch.length)
    env.advance(200)
    await turns()
    expect(asked).toHaveLength(1)
    limit.room = 1000
    env.advance(250)
    await turns()
    expect(asked).toHaveLength(2)
    expect(asked[1]?.request.positions[0]).toMatchObject({ fetchOffset: 1, maxBytes: 1000 - batch.length })
  })

  it('LEAD-12: in the ISR it asks as ever', async () => {
    const limit = limitByHand(0)
    const { asked, follow } = ground(limit)
    follow(4)
    await turns()
    expect(asked[0]?.request.positions[0]?.maxBytes).toBe(1e6)
  })
})
