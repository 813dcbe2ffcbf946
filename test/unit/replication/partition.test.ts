import { describe, expect, it } from 'vitest'
import { assignmentOf, followerAt, lagMaxMs, replicaWorld, write } from './replica-world.ts'

describe('a leader', () => {
  it('REPL-07: the high watermark is what all in-sync replicas have, and never goes back', () => {
    const world = replicaWorld()
    const { replica } = world
    replica.assign(assignmentOf())
    expect(write(replica, 'a', 'b')).toMatchObject({ ok: true, firstOffset: 0, lastOffset: 1 })
    expect(replica.log.highWatermark).toBe(0)
    followerAt(world, 2, 2)
    expect(replica.log.highWatermark).toBe(0)
    followerAt(world, 3, 1)
    expect(replica.log.highWatermark).toBe(1)
    followerAt(world, 3, 2)
    expect(replica.log.highWatermark).toBe(2)
    followerAt(world, 3, 0)
    expect(replica.log.highWatermark).toBe(2)
  })

  it('PROD-09: a write is acknowledged when the high watermark has passed it', () => {
    const world = replicaWorld()
    const { replica } = world
    replica.assign(assignmentOf())
    write(replica, 'a')
    let told = 0
    replica.watermarkMoved.join(() => (told += 1))
    expect(replica.acknowledgement(0, 1)).toBe('waiting')
    followerAt(world, 2, 1)
    followerAt(world, 3, 1)
    expect(replica.acknowledgement(0, 1)).toBe('NONE')
    expect(told).toBe(1)
    expect(replica.acknowledgement(0, 0), 'an earlier leadership').toBe('NOT_LEADER_OR_FOLLOWER')
  })

  it('LEAD-13: a replica that is being added and still copies delays no acks=all', () => {
    const world = replicaWorld()
    const { asked, replica } = world
    world.brokers.set(4, 14)
    replica.assign(assignmentOf())
    write(replica, 'a')
    for (const brokerId of [2, 3]) followerAt(world, brokerId, 1)
    replica.assign(assignmentOf({ replicas: [1, 2, 3, 4], partitionEpoch: 2 }))
    followerAt(world, 4, 0)
    write(replica, 'b')
    followerAt(world, 2, 2)
    expect(replica.acknowledgement(1, 1), 'one in sync has it not').toBe('waiting')
    followerAt(world, 3, 2)
    expect(replica.acknowledgement(1, 1)).toBe('NONE')
    expect(asked, 'it has not reached the high watermark').toEqual([])
  })

  it('PROD-08: below min.insync.replicas acks=all is refused before anything is written', () => {
    const { replica } = replicaWorld({ 'min.insync.replicas': '2' })
    replica.assign(assignmentOf({ isr: [1] }))
    expect(write(replica, 'a')).toMatchObject({ ok: false, error: 'NOT_ENOUGH_REPLICAS' })
    expect(replica.log.logEndOffset).toBe(0)
  })

  it('PROD-08: the effective minimum is at most the number of replicas', () => {
    const { replica } = replicaWorld({ 'min.insync.replicas': '3' })
    replica.assign(assignmentOf({ replicas: [1], isr: [1] }))
    expect(write(replica, 'a')).toMatchObject({ ok: true })
    expect(replica.log.highWatermark).toBe(1)
  })

  it('PROD-08: when the ISR shrinks below it after the append, the answer says so', async () => {
    const world = replicaWorld({ 'min.insync.replicas': '2' })
    const { replica } = world
    replica.assign(assignmentOf({ replicas: [1, 2], isr: [1, 2] }))
    write(replica, 'a')
    followerAt(world, 2, 1)
    expect(replica.acknowledgement(0, 1)).toBe('NONE')
    replica.assign(assignmentOf({ replicas: [1, 2], isr: [1], partitionEpoch: 2 }))
    expect(replica.acknowledgement(0, 1)).toBe('NOT_ENOUGH_REPLICAS_AFTER_APPEND')
    write(replica, 'b')
    expect(replica.log.highWatermark, 'REPL-07: it stands still below the minimum').toBe(1)
  })

  it('REPL-03, REPL-05: a follower that stays behind leaves the ISR by the word of the controller, asked once', async () => {
    const world = replicaWorld()
    const { replica, env, asked } = world
    replica.assign(assignmentOf())
    write(replica, 'a')
    followerAt(world, 2, 1)
    env.advance(lagMaxMs + 1)
    followerAt(world, 2, 1)
    replica.shrinkIsr()
    replica.shrinkIsr()
    expect(asked.map(change => change.newIsr)).toEqual([
      [
        { brokerId: 1, brokerEpoch: 11 },
        { brokerId: 2, brokerEpoch: 12 },
      ],
    ])
    expect(asked[0]).toMatchObject({ leaderEpoch: 1, partitionEpoch: 1 })
    expect(replica.log.highWatermark, 'REPL-06: the committed members still count').toBe(0)
    await world.answer({ ok: true, isr: [1, 2], leader: 1, leaderEpoch: 1, partitionEpoch: 2 })
    expect(replica.isr).toEqual([1, 2])
    expect(replica.log.highWatermark).toBe(1)
  })

  it('REPL-04: one that has caught up joins again, if its registration is live and the same', async () => {
    const world = replicaWorld()
    const { replica, asked, brokers } = world
    replica.assign(assignmentOf({ isr: [1, 2] }))
    write(replica, 'a')
    followerAt(world, 2, 1)
    expect(replica.log.highWatermark).toBe(1)
    followerAt(world, 3, 0)
    expect(asked, 'behind').toEqual([])
    brokers.delete(3)
    followerAt(world, 3, 1)
    expect(asked, 'fenced').toEqual([])
    brokers.set(3, 99)
    replica.followerFetched(3, { fetchOffset: 1, logStartOffset: 0, leaderLogEndOffset: 1, brokerEpoch: 13, nowMs: 0 })
    expect(asked, 'KIP-903: an earlier life of it').toEqual([])
    followerAt(world, 3, 1)
    expect(asked.map(change => change.newIsr.map(member => member.brokerId))).toEqual([[1, 2, 3]])
    await world.answer({ ok: true, isr: [1, 2, 3], leader: 1, leaderEpoch: 1, partitionEpoch: 2 })
    expect(replica.isr).toEqual([1, 2, 3])
  })

  it('REPL-06: a replica about to join holds the high watermark back already', () => {
    const world = replicaWorld()
    const { replica } = world
    replica.assign(assignmentOf({ isr: [1, 2] }))
    followerAt(world, 3, 0)
    write(replica, 'a')
    followerAt(world, 2, 1)
    expect(replica.log.highWatermark).toBe(0)
    followerAt(world, 3, 1)
    expect(replica.log.highWatermark).toBe(1)
  })

  it('DISK-38, REPL-06: one that the controller took out of the ISR holds nothing back, however lately it was caught up', () => {
    const world = replicaWorld()
    const { replica } = world
    replica.assign(assignmentOf())
    followerAt(world, 2, 0)
    followerAt(world, 3, 0)
    write(replica, 'a')
    followerAt(world, 2, 1)
    replica.assign(assignmentOf({ isr: [1, 2], partitionEpoch: 2 }))
    expect(replica.log.highWatermark).toBe(1)
  })

  it('REPL-05: a refused change is given up, an unanswered one is asked again', async () => {
    const world = replicaWorld()
    const { replica, env, asked } = world
    replica.assign(assignmentOf({ isr: [1, 2] }))
    followerAt(world, 3, 0)
    await world.answer({ ok: false, error: 'INELIGIBLE_REPLICA', retriable: false })
    env.advance(1_000)
    expect(asked.length).toBe(1)
    followerAt(world, 3, 0)
    await world.answer({ ok: false, error: 'no controller', retriable: true })
    expect(asked.length).toBe(2)
    env.advance(1_000)
    expect(asked.length).toBe(3)
  })

  it('REPL-01, KIP-903: a late fetch from an earlier life of a follower moves no high watermark', async () => {
    const world = replicaWorld()
    const { brokers, replica } = world
    replica.assign(assignmentOf({ replicas: [1, 2], isr: [1] }))
    brokers.set(2, 99)
    followerAt(world, 2, 0)
    await world.answer({ ok: true, isr: [1, 2], leader: 1, leaderEpoch: 1, partitionEpoch: 2 })
    write(replica, 'a')
    replica.followerFetched(2, { fetchOffset: 1, logStartOffset: 0, leaderLogEndOffset: 1, brokerEpoch: 12, nowMs: 0 })
    expect(replica.log.highWatermark).toBe(0)
    followerAt(world, 2, 1)
    expect(replica.log.highWatermark).toBe(1)
  })

  it('REPL-03: metadata that is older than what the controller answered takes nobody out of the ISR', async () => {
    const world = replicaWorld()
    const { asked, env, replica } = world
    replica.assign(assignmentOf())
    write(replica, 'a')
    followerAt(world, 2, 1)
    env.advance(lagMaxMs + 1)
    followerAt(world, 2, 1)
    replica.shrinkIsr()
    await world.answer({ ok: true, isr: [1, 2], leader: 1, leaderEpoch: 1, partitionEpoch: 2 })
    followerAt(world, 3, 1)
    await world.answer({ ok: true, isr: [1, 2, 3], leader: 1, leaderEpoch: 1, partitionEpoch: 3 })
    replica.assign(assignmentOf({ isr: [1, 2], partitionEpoch: 2 }))
    write(replica, 'b')
    replica.shrinkIsr()
    expect(asked).toHaveLength(2)
    expect(replica.isr).toEqual([1, 2, 3])
  })

  it('REPL-06: after a lost answer the replica that may have joined holds the high watermark, though the second asking is refused', async () => {
    const world = replicaWorld()
    const { env, replica } = world
    replica.assign(assignmentOf({ isr: [1, 2] }))
    write(replica, 'a')
    followerAt(world, 2, 0)
    followerAt(world, 3, 0)
    await world.answer({ ok: false, error: 'timed out', retriable: true })
    env.advance(1_000)
    await world.answer({ ok: false, error: 'INVALID_UPDATE_VERSION', retriable: false })
    followerAt(world, 2, 1)
    expect(replica.log.highWatermark).toBe(0)
    replica.assign(assignmentOf({ isr: [1, 2, 3], partitionEpoch: 2 }))
    expect(replica.log.highWatermark).toBe(0)
    followerAt(world, 3, 1)
    expect(replica.log.highWatermark).toBe(1)
  })

  it('REPL-04, KIP-903: asked again, a change names the life of a replica that had caught up, not a later one', async () => {
    const world = replicaWorld()
    const { asked, brokers, env, replica } = world
    replica.assign(assignmentOf({ isr: [1, 2] }))
    followerAt(world, 3, 0)
    brokers.set(3, 99)
    await world.answer({ ok: false, error: 'no controller', retriable: true })
    env.advance(1_000)
    expect(asked.map(change => change.newIsr.at(-1))).toEqual([
      { brokerId: 3, brokerEpoch: 13 },
      { brokerId: 3, brokerEpoch: 13 },
    ])
  })

  it('REPL-07, REPL-08: a late answer to a leader of an earlier epoch moves no high watermark', async () => {
    const world = replicaWorld()
    const { env, replica } = world
    replica.assign(assignmentOf({ isr: [1] }))
    followerAt(world, 2, 0)
    replica.assign(assignmentOf({ isr: [1, 2], leaderEpoch: 2, partitionEpoch: 3 }))
    env.advance(lagMaxMs + 1)
    followerAt(world, 2, 0)
    write(replica, 'a')
    await world.answer({ ok: false, error: 'FENCED_LEADER_EPOCH', retriable: false })
    expect(replica.log.highWatermark, 'who is in sync now has it not').toBe(0)
    followerAt(world, 2, 1)
    expect(replica.log.highWatermark).toBe(1)
  })

  it('REPL-02: a follower that asks again at the log end is noted by the short way, any other is not', () => {
    const world = replicaWorld()
    const { replica, env, brokers } = world
    replica.assign(assignmentOf())
    write(replica, 'a')
    const still = (brokerId: number, fetchOffset: number, replicaEpoch = brokers.get(brokerId) ?? -1) =>
      replica.followerIsStillThere(brokerId, { fetchOffset, logStartOffset: 0 }, { replicaEpoch, nowMs: env.clock.monotonicMs() })
    expect(still(2, 1), 'never seen before').toBe(false)
    followerAt(world, 2, 1)
    followerAt(world, 3, 1)
    expect(still(2, 1)).toBe(true)
    expect(still(2, 1, 99), 'another life').toBe(false)
    env.advance(lagMaxMs * 10)
    expect(still(2, 1)).toBe(true)
    write(replica, 'b')
    expect(still(2, 1), 'no more at the end').toBe(false)
    replica.shrinkIsr()
    const kept = world.asked.at(-1)?.newIsr.map(member => member.brokerId)
    expect(kept, 'REPL-03: only the one that was silent so long is behind').toEqual([1, 2])
  })

  it('LEAD-03: a recovering leader reports itself recovered', () => {
    const { replica, asked } = replicaWorld()
    replica.assign(assignmentOf({ isr: [1], leaderRecoveryState: 1 }))
    expect(asked).toMatchObject([{ leaderRecoveryState: 0, newIsr: [{ brokerId: 1 }] }])
  })

  it('FETCH-06: epochs are checked', () => {
    const { replica } = replicaWorld()
    replica.assign(assignmentOf({ leaderEpoch: 5 }))
    expect(replica.accessRefusal(4, false)).toBe('FENCED_LEADER_EPOCH')
    expect(replica.accessRefusal(6, false)).toBe('UNKNOWN_LEADER_EPOCH')
    expect(replica.accessRefusal(5, false)).toBeUndefined()
    expect(replica.accessRefusal(-1, false)).toBeUndefined()
  })

  it('REPL-09, RET-08: records are deleted up to the high watermark, and the low watermark waits for the live followers', () => {
    const world = replicaWorld()
    const { replica, brokers } = world
    replica.assign(assignmentOf())
    write(replica, 'a', 'b', 'c')
    followerAt(world, 2, 2)
    followerAt(world, 3, 2)
    expect(replica.deleteRecordsBefore(3)).toBe('OFFSET_OUT_OF_RANGE')
    expect(replica.deleteRecordsBefore(-5)).toBe('OFFSET_OUT_OF_RANGE')
    expect(replica.deleteRecordsBefore(-1)).toBe(2)
    expect(replica.log.logStartOffset).toBe(2)
    expect(replica.lowWatermark).toBe(0)
    followerAt(world, 2, 3, 2)
    expect(replica.lowWatermark).toBe(0)
    brokers.delete(3)
    expect(replica.lowWatermark).toBe(2)
  })
})

describe('a change of role', () => {
  it('tells everybody who waits, and ends the writes of the epoch before', () => {
    const world = replicaWorld()
    const { replica } = world
    replica.assign(assignmentOf())
    write(replica, 'a')
    let told = 0
    replica.watermarkMoved.join(() => (told += 1))
    expect(replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))).toBe(true)
    expect(told).toBeGreaterThan(0)
    expect(replica.acknowledgement(0, 1)).toBe('NOT_LEADER_OR_FOLLOWER')
    expect(write(replica, 'b')).toMatchObject({ ok: false, error: 'NOT_LEADER_OR_FOLLOWER' })
    expect(replica.accessRefusal(-1, true), 'FF-03: a consumer may read here').toBeUndefined()
    expect(replica.accessRefusal(-1, false)).toBe('NOT_LEADER_OR_FOLLOWER')
  })

  it('older metadata changes nothing', () => {
    const { replica } = replicaWorld()
    replica.assign(assignmentOf({ leaderEpoch: 3, partitionEpoch: 7 }))
    expect(replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 6 }))).toBe(false)
    expect(replica.isLeader).toBe(true)
  })

  it('a late answer of the controller does not reach the next leadership', async () => {
    const world = replicaWorld()
    const { replica } = world
    replica.assign(assignmentOf({ isr: [1, 2] }))
    followerAt(world, 3, 0)
    replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2, isr: [1, 2] }))
    replica.assign(assignmentOf({ leader: 1, leaderEpoch: 3, partitionEpoch: 3, isr: [1, 2] }))
    await world.answer({ ok: true, isr: [1, 2, 3], leader: 1, leaderEpoch: 1, partitionEpoch: 2 })
    expect(replica.isr).toEqual([1, 2])
  })

  it('FETCH-09: a new leader is catching up until its high watermark reaches the start of its epoch', () => {
    const world = replicaWorld()
    const { replica } = world
    replica.assign(assignmentOf())
    write(replica, 'a', 'b')
    followerAt(world, 2, 1)
    followerAt(world, 3, 1)
    replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))
    replica.assign(assignmentOf({ leader: 1, leaderEpoch: 3, partitionEpoch: 3 }))
    expect(replica.isCatchingUpHighWatermark).toBe(true)
    followerAt(world, 2, 2)
    followerAt(world, 3, 2)
    expect(replica.isCatchingUpHighWatermark).toBe(false)
  })

  it('DISK-38: a replica that went offline refuses everything and tells who waits', () => {
    const { replica } = replicaWorld()
    replica.assign(assignmentOf())
    let told = 0
    replica.watermarkMoved.join(() => (told += 1))
    replica.goOffline()
    expect(told).toBe(1)
    expect(write(replica, 'a')).toMatchObject({ ok: false, error: 'KAFKA_STORAGE_ERROR' })
    expect(replica.accessRefusal(-1, true)).toBe('KAFKA_STORAGE_ERROR')
  })
})
