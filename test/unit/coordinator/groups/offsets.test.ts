import { describe, expect, it } from 'vitest'
import { factsIn } from '../../../../broker-core/coordinator/runtime/fact-reader.ts'
import { decodeGroupFact } from '../../../../broker-core/coordinator/groups/records.ts'
import { beat, consumerGround, joinWishes } from './consumer-ground.ts'
import { commit, committed, groupGround, type GroupGround, groupId, join, now, stableGroup, stateOf } from './group-ground.ts'

const errorOf = (reply: string | readonly string[]): string | undefined => (typeof reply === 'string' ? reply : reply[0])

const fetchAll = async (at: GroupGround, requireStable = false) => {
  const wanted = { groupId, memberId: null, memberEpoch: -1, topics: null, requireStable }
  const { topics } = await now(at, at.coordinator.fetchOffsets(wanted))
  return topics
    .flatMap(({ topic, partitions }) => partitions.map(({ partition, offset }) => `${topic}-${partition}:${offset}`))
    .toSorted()
}

const producer = { producerId: 9, producerEpoch: 0 }
const marker = (at: GroupGround, producerEpoch: number, { committed: isCommit = true, coordinatorEpoch = 1 } = {}) =>
  at.coordinator.endTransaction(0, {
    producer: { ...producer, producerEpoch },
    coordinatorEpoch,
    committed: isCommit,
    transactionVersion: 0,
  })
const endTransaction = (at: GroupGround, isCommit: boolean, epoch = 0) => now(at, marker(at, epoch, { committed: isCommit }))
const retentionMs = 7 * 24 * 3_600_000
const checkMs = 600_000

describe('committing and fetching', () => {
  it('OFF-01: without a member only while the group is empty', async () => {
    const at = await groupGround()
    expect(errorOf(await now(at, commit(at, 5)))).toBe('NONE')
    await stableGroup(at)
    expect(errorOf(await now(at, commit(at, 6)))).toBe('UNKNOWN_MEMBER_ID')
    expect(await committed(at)).toBe(5)
  })

  it('OFF-01: a generation of a group that is not there is illegal', async () => {
    const at = await groupGround()
    expect(errorOf(await now(at, commit(at, 5, { generationId: 1, memberId: 'm' })))).toBe('ILLEGAL_GENERATION')
    expect(errorOf(await now(at, commit(at, 5, { generationId: 1, memberId: 'm', apiVersion: 9 })))).toBe('GROUP_ID_NOT_FOUND')
  })

  it('OFF-02: metadata and leader epoch come back unchanged, also after a failover; too long ones are refused alone', async () => {
    const at = await groupGround()
    await now(at, commit(at, 5, { metadata: 'ä note', leaderEpoch: 3 }))
    expect(errorOf(await now(at, commit(at, 6, { metadata: 'x'.repeat(4_097) })))).toBe('OFFSET_METADATA_TOO_LARGE')
    expect(errorOf(await now(at, commit(at, 7, { partition: 1, metadata: 'x'.repeat(4_096) })))).toBe('NONE')
    await at.failover()
    const wanted = {
      groupId,
      memberId: null,
      memberEpoch: -1,
      topics: [{ topic: 'orders', partitions: [0] }],
      requireStable: false,
    }
    const { topics } = await now(at, at.coordinator.fetchOffsets(wanted))
    expect(topics[0]?.partitions[0]).toEqual({ partition: 0, offset: 5, leaderEpoch: 3, metadata: 'ä note', error: 'NONE' })
  })

  it('OFF-03: no offset is -1 without an error; null topics are all', async () => {
    const at = await groupGround()
    expect(await committed(at, { groupId: 'nobody' })).toBe(-1)
    await now(at, commit(at, 1))
    await now(at, commit(at, 2, { topic: 'bills', partition: 3 }))
    expect(await fetchAll(at)).toEqual(['bills-3:2', 'orders-0:1'])
  })

  it('a commit of many partitions is one batch, and is answered when it is committed', async () => {
    const at = await groupGround()
    at.facts.commitsAtOnce = false
    const offsets = Array.from({ length: 1_000 }, (_, partition) => ({
      ...{ topic: 'orders', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partition, offset: partition },
      ...{ leaderEpoch: -1, metadata: '' },
    }))
    const base = {
      groupId,
      memberId: '',
      groupInstanceId: null,
      generationIdOrMemberEpoch: -1,
      apiVersion: 8,
      retentionTimeMs: -1,
    }
    let isAnswered = false
    void at.coordinator.commitOffsets({ ...base, offsets }).then(() => (isAnswered = true))
    await at.time.settle()
    expect([at.facts.batches.length, isAnswered]).toEqual([1, false])
    at.facts.commit()
    await at.time.settle()
    expect(isAnswered).toBe(true)
  })

  it('an answer that does not come is COORDINATOR_NOT_AVAILABLE, and the commit may still count', async () => {
    const at = await groupGround()
    at.facts.commitsAtOnce = false
    const reply = commit(at, 5)
    await at.time.advance(5_001)
    expect(await reply).toBe('COORDINATOR_NOT_AVAILABLE')
    at.facts.commit()
    expect(await committed(at)).toBe(5)
  })
})

describe('pending offsets of transactions', () => {
  it('TXN-08, OFF-04: invisible until the commit marker, unstable for who asks', async () => {
    const at = await groupGround()
    await now(at, commit(at, 1))
    expect(errorOf(await now(at, commit(at, 9, { producer })))).toBe('NONE')
    expect(await committed(at)).toBe(1)
    expect(await committed(at, { requireStable: true })).toBe('UNSTABLE_OFFSET_COMMIT')
    expect(await committed(at, { requireStable: true, partition: 1 })).toBe(-1)
    expect(await endTransaction(at, true)).toBe('NONE')
    expect(await committed(at, { requireStable: true })).toBe(9)
  })

  it('TXN-08: gone with the abort marker', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer }))
    await endTransaction(at, false)
    expect(await committed(at, { requireStable: true })).toBe(-1)
  })

  it.each([true, false])('TXN-08, TXN-15: pending across a failover (committed: %s)', async isCommit => {
    const at = await groupGround()
    await now(at, commit(at, 1))
    await now(at, commit(at, 9, { producer }))
    await at.failover()
    expect(await committed(at, { requireStable: true })).toBe('UNSTABLE_OFFSET_COMMIT')
    await endTransaction(at, isCommit)
    await at.failover()
    expect(await committed(at, { requireStable: true })).toBe(isCommit ? 9 : 1)
  })

  it('a plain commit after the pending one stays', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer }))
    await now(at, commit(at, 20))
    await endTransaction(at, true)
    expect(await committed(at)).toBe(20)
    await at.failover()
    expect(await committed(at)).toBe(20)
  })

  it('TXN-12: a marker of an older epoch is refused', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer: { ...producer, producerEpoch: 3 } }))
    expect(await endTransaction(at, true, 2)).toBe('INVALID_PRODUCER_EPOCH')
    expect(await committed(at, { requireStable: true })).toBe('UNSTABLE_OFFSET_COMMIT')
    expect(await endTransaction(at, true, 4)).toBe('NONE')
    expect(await committed(at)).toBe(9)
  })

  it('TXN-12: with an epoch per transaction a late marker of the transaction before is refused', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer: { ...producer, producerEpoch: 3 } }))
    const ending = { coordinatorEpoch: 1, committed: true, transactionVersion: 2 }
    const end = (producerEpoch: number) =>
      now(at, at.coordinator.endTransaction(0, { producer: { ...producer, producerEpoch }, ...ending }))
    expect(await end(3)).toBe('INVALID_PRODUCER_EPOCH')
    expect(await committed(at, { requireStable: true })).toBe('UNSTABLE_OFFSET_COMMIT')
    expect(await end(4)).toBe('NONE')
    expect(await end(4)).toBe('NONE')
    expect(await committed(at)).toBe(9)
  })

  it('TXN-12: a coordinator that was superseded is fenced, and nothing is loaded anew for it', async () => {
    const at = await groupGround()
    const end = (coordinatorEpoch: number) =>
      now(at, at.coordinator.endTransaction(0, { producer, coordinatorEpoch, committed: false, transactionVersion: 0 }))
    expect(await end(5)).toBe('NONE')
    await now(at, commit(at, 9, { producer }))
    expect(await end(4)).toBe('TRANSACTION_COORDINATOR_FENCED')
    expect(await committed(at, { requireStable: true })).toBe('UNSTABLE_OFFSET_COMMIT')
    expect(at.logged.filter(line => line.includes('coordinator.loaded')).length).toBe(1)
  })

  it('TXN-12: so is one whose marker comes in the same moment, and who was not superseded hears of its own', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer }))
    const [present, late] = [{ coordinatorEpoch: 5 }, { coordinatorEpoch: 4 }]
    const heard = await now(at, Promise.all([marker(at, 1, present), marker(at, 1, late), marker(at, 0, present)]))
    expect(heard).toEqual(['NONE', 'TRANSACTION_COORDINATOR_FENCED', 'INVALID_PRODUCER_EPOCH'])
    expect(await committed(at, { requireStable: true })).toBe(9)
    expect(at.logged.filter(line => line.includes('coordinator.loaded')).length).toBe(1)
  })

  it('TXN-05: a zombie that comes in the same moment as the marker that fences it leaves nothing pending', async () => {
    const at = await groupGround()
    const replies = await now(at, Promise.all([marker(at, 3), commit(at, 2, { producer })]))
    expect([replies[0], errorOf(replies[1])]).toEqual(['NONE', 'INVALID_PRODUCER_EPOCH'])
    expect(await committed(at, { requireStable: true })).toBe(-1)
  })

  it('TXN-05: a zombie cannot add to what its successor has open', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer: { ...producer, producerEpoch: 3 } }))
    expect(errorOf(await now(at, commit(at, 2, { producer })))).toBe('INVALID_PRODUCER_EPOCH')
  })

  it('TXN-05: a zombie adds nothing either when its successor has nothing open, and nothing is loaded anew for it', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer: { ...producer, producerEpoch: 3 } }))
    expect(await endTransaction(at, true, 3)).toBe('NONE')
    expect(errorOf(await now(at, commit(at, 2, { producer })))).toBe('INVALID_PRODUCER_EPOCH')
    expect(await committed(at, { requireStable: true })).toBe(9)
    expect(at.logged.filter(line => line.includes('coordinator.loaded')).length).toBe(1)
  })

  it('TXN-09: members are fenced as in OffsetCommit; without a member a transaction may commit to any group', async () => {
    const at = await groupGround()
    const [member] = await stableGroup(at)
    const as = (options: object) => now(at, commit(at, 1, { producer, ...options }))
    expect(errorOf(await as({ ...member, generationId: 77 }))).toBe('ILLEGAL_GENERATION')
    expect(errorOf(await as({ ...member, memberId: 'stranger' }))).toBe('UNKNOWN_MEMBER_ID')
    expect(errorOf(await as({ ...member, groupInstanceId: 'nobody' }))).toBe('UNKNOWN_MEMBER_ID')
    expect(errorOf(await as({ ...member }))).toBe('NONE')
    expect(errorOf(await as({}))).toBe('NONE')
  })

  it('a deleted group takes its pending offsets along', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer }))
    expect(await now(at, at.coordinator.deleteGroup(groupId))).toBe('NONE')
    await endTransaction(at, true)
    expect(await committed(at)).toBe(-1)
  })
})

describe('expiry', () => {
  it('OFF-05: offsets of a group without members end with its retention, and the group with them', async () => {
    const at = await groupGround()
    const [member] = await stableGroup(at)
    await now(at, commit(at, 5, member))
    await at.time.advance(60_000)
    expect(await stateOf(at)).toBe('Empty')
    await at.time.advance(retentionMs - 2 * checkMs)
    expect(await committed(at)).toBe(5)
    await at.time.advance(3 * checkMs)
    expect(await committed(at)).toBe(-1)
    expect(await stateOf(at)).toBe('Dead')
    await at.failover()
    expect(await stateOf(at)).toBe('Dead')
  })

  it('OFF-05: a standalone consumer keeps what it goes on committing', async () => {
    const at = await groupGround()
    await now(at, commit(at, 5))
    await at.time.advance(retentionMs - checkMs)
    await now(at, commit(at, 6, { partition: 1 }))
    await at.time.advance(2 * checkMs)
    expect([await committed(at), await committed(at, { partition: 1 })]).toEqual([-1, 6])
  })

  it('OFF-05: members keep the offsets of what they subscribe to, not those of other topics', async () => {
    const at = await groupGround({ sessionTimeoutMsMax: 2 * retentionMs })
    const joined = join(at, { sessionTimeoutMs: 2 * retentionMs })
    await at.time.advance(3_000)
    const { memberId, generationId } = await joined
    await now(
      at,
      at.coordinator.syncGroup({
        ...{ groupId, memberId, generationId, groupInstanceId: null, protocolType: null, protocolName: null },
        assignments: [],
      }),
    )
    await now(at, commit(at, 5, { memberId, generationId }))
    await now(at, commit(at, 6, { memberId, generationId, topic: 'left-behind' }))
    await at.time.advance(retentionMs + checkMs)
    expect([await committed(at), await committed(at, { topic: 'left-behind' })]).toEqual([5, -1])
  })

  it('OFF-05: offsets of a consumer group count from when it became empty, however long ago they were committed', async () => {
    const timeoutMs = 3 * retentionMs
    const at = await consumerGround({ consumerSessionTimeoutMs: timeoutMs, consumerSessionTimeoutMsMax: timeoutMs })
    const { memberEpoch } = await beat(at, joinWishes)
    await now(at, commit(at, 5, { memberId: 'm1', generationId: memberEpoch, apiVersion: 9 }))
    await at.time.advance(retentionMs + checkMs)
    await beat(at, { memberEpoch: -1 })
    await at.failover()
    await at.time.advance(retentionMs - checkMs)
    expect(await committed(at)).toBe(5)
    await at.time.advance(2 * checkMs)
    expect(await committed(at)).toBe(-1)
  })

  it('OFF-05: an explicit retention of old clients wins', async () => {
    const at = await groupGround()
    await now(at, commit(at, 5, { retentionTimeMs: 3 * checkMs }))
    await at.failover()
    await at.time.advance(2 * checkMs)
    expect(await committed(at)).toBe(5)
    await at.time.advance(2 * checkMs)
    expect(await committed(at)).toBe(-1)
  })

  it('OFF-05: what a transaction is about to commit does not expire under it', async () => {
    const at = await groupGround()
    await now(at, commit(at, 5))
    await now(at, commit(at, 6, { producer }))
    await at.time.advance(retentionMs + 2 * checkMs)
    expect(await committed(at)).toBe(5)
  })

  it('OFF-06: a deleted topic takes its offsets along, other topics keep theirs', async () => {
    const at = await groupGround()
    at.metadata.put('orders', 3)
    await now(at, commit(at, 5))
    await now(at, commit(at, 6, { topic: 'bills' }))
    at.metadata.put('orders', 5)
    expect(await committed(at)).toBe(5)
    at.metadata.drop('orders')
    await at.time.settle()
    expect(await fetchAll(at)).toEqual(['bills-0:6'])
    await at.failover()
    expect(await fetchAll(at)).toEqual(['bills-0:6'])
  })

  it('OFF-06: the end of a topic takes along only offsets of its own, not those of its namesake of today', async () => {
    const at = await groupGround()
    const today = { topicId: 'BBBBBBBBBBBBBBBBBBBBBA' }
    at.metadata.put('orders', 3)
    await now(at, commit(at, 5, today))
    await now(at, commit(at, 6, { ...today, producer, partition: 1 }))
    at.metadata.drop('orders')
    await endTransaction(at, true)
    expect(await fetchAll(at)).toEqual(['orders-0:5', 'orders-1:6'])
  })

  it.each([
    ['while the log takes nothing', async (at: GroupGround) => void (at.facts.refuses = 'NOT_ENOUGH_REPLICAS')],
    ['while nobody coordinates', async (at: GroupGround) => at.coordinator.leadership.resigned(0, at.facts.leaderEpoch)],
  ])('OFF-06: a topic that is deleted %s takes its offsets along later', async (_when, interfere) => {
    const at = await groupGround()
    const { topicId } = at.metadata.put('orders', 3)
    const bills = at.metadata.put('bills', 1)
    await now(at, commit(at, 5, { topicId }))
    await now(at, commit(at, 8, { topicId, partition: 1, producer }))
    await now(at, commit(at, 6, { topic: 'bills', topicId: bills.topicId }))
    await now(at, commit(at, 7, { topic: 'from-before-ids' }))
    await interfere(at)
    at.metadata.drop('orders')
    await at.time.settle()
    at.facts.refuses = undefined
    await at.failover()
    const anew = at.metadata.put('orders', 3, { topicId: 'BBBBBBBBBBBBBBBBBBBBBA' })
    await now(at, commit(at, 9, { topicId: anew.topicId, producer }))
    await at.time.advance(checkMs)
    await endTransaction(at, true)
    expect(await fetchAll(at)).toEqual(['bills-0:6', 'from-before-ids-0:7', 'orders-0:9', 'orders-1:8'])
    await at.time.advance(checkMs)
    await at.failover()
    expect(await fetchAll(at)).toEqual(['bills-0:6', 'from-before-ids-0:7', 'orders-0:9'])
  })
})

describe('deleting', () => {
  it('GRP-15: offsets of subscribed topics stay, others go', async () => {
    const at = await groupGround()
    const [member] = await stableGroup(at)
    await now(at, commit(at, 5, member))
    await now(at, commit(at, 6, { ...member, topic: 'old' }))
    const partitions = [
      { topic: 'orders', partition: 0 },
      { topic: 'old', partition: 0 },
      { topic: 'old', partition: 1 },
    ]
    const reply = await now(at, at.coordinator.deleteOffsets({ groupId, partitions }))
    expect(reply).toEqual(['GROUP_SUBSCRIBED_TO_TOPIC', 'NONE', 'NONE'])
    expect(await fetchAll(at)).toEqual(['orders-0:5'])
    expect(await now(at, at.coordinator.deleteOffsets({ groupId: 'nobody', partitions }))).toBe('GROUP_ID_NOT_FOUND')
  })

  it('GRP-15: a deleted offset does not come back with the transaction that was about to commit it', async () => {
    const at = await groupGround()
    await now(at, commit(at, 9, { producer }))
    const partitions = [{ topic: 'orders', partition: 0 }]
    expect(await now(at, at.coordinator.deleteOffsets({ groupId, partitions }))).toEqual(['NONE'])
    await endTransaction(at, true)
    expect(await committed(at)).toBe(-1)
    await at.failover()
    expect(await committed(at)).toBe(-1)
  })

  it("GRP-15: members of another protocol than the consumers' cannot be asked what they subscribe to", async () => {
    const at = await groupGround()
    await stableGroup(at, 1, { protocolType: 'connect' })
    expect(await now(at, at.coordinator.deleteOffsets({ groupId, partitions: [] }))).toBe('NON_EMPTY_GROUP')
  })

  it('GRP-15: a deleted group is not found, and leaves only tombstones', async () => {
    const at = await groupGround()
    await now(at, commit(at, 5))
    expect(await now(at, at.coordinator.deleteGroup(groupId))).toBe('NONE')
    expect(await now(at, at.coordinator.deleteGroup(groupId))).toBe('GROUP_ID_NOT_FOUND')
    await at.failover()
    expect([await stateOf(at), await fetchAll(at)]).toEqual(['Dead', []])
  })
})

describe('what stands in the log', () => {
  it('INT-03: records that a newer coordinator wrote are passed over, and told of once', async () => {
    const at = await groupGround()
    const { encodeBatch } = await import('../../../../broker-core/records/batch-writer.ts')
    const unknown = { timestampMs: 0, key: new Uint8Array([0, 99, 1, 2]), value: new Uint8Array([1]) }
    const broken = { timestampMs: 0, key: new Uint8Array([0, 2, 0, 50]), value: new Uint8Array([9]) }
    at.facts.append(encodeBatch({ records: [unknown, broken] }, at))
    await now(at, commit(at, 5))
    await at.failover()
    expect(await committed(at)).toBe(5)
    expect(at.logged.filter(line => line.includes('coordinator.unknown-records'))).toEqual([
      'warn coordinator.unknown-records {"partition":0,"count":2}',
    ])
  })

  it('INT-03: every fact is read back as it was written', async () => {
    const at = await consumerGround()
    await stableGroup(at, 2, { groupId: 'classic' }).catch(() => undefined)
    await beat(at, { ...joinWishes, instanceId: 'i', rackId: 'r', subscribedTopicRegex: 'o.*', serverAssignor: 'range' })
    await now(at, commit(at, 5, { groupId: 'other', metadata: 'note' }))
    const decoded = at.facts.batches
      .flatMap(batch => [...factsIn(batch, at.compression)])
      .map(({ persisted }) => decodeGroupFact(persisted))
    expect(decoded.every(fact => fact !== undefined)).toBe(true)
    expect(new Set(decoded.map(fact => fact?.kind))).toEqual(
      new Set([
        ...['consumer-epoch', 'consumer-member', 'consumer-target', 'consumer-target-epoch', 'consumer-current'],
        ...['consumer-regex', 'offset'],
      ]),
    )
  })
})
