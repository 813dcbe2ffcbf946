import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeGroupFact } from '../../../../broker-core/coordinator/groups/records.ts'
import { encodeBatch } from '../../../../broker-core/records/batch-writer.ts'
import { beat, Consumer, consumerGround, converge, describeGroup, joinWishes } from './consumer-ground.ts'
import { commit, committed, groupId, join, now, stableGroup, stateOf } from './group-ground.ts'

const errorOf = (reply: string | readonly string[]): string | undefined => (typeof reply === 'string' ? reply : reply[0])

describe('requests', () => {
  it.each([
    ['an empty group id', { groupId: '' }, 'INVALID_REQUEST'],
    ['no member id', { memberId: '' }, 'INVALID_REQUEST'],
    ['an empty instance id', { instanceId: '' }, 'INVALID_REQUEST'],
    ['an empty rack', { rackId: '' }, 'INVALID_REQUEST'],
    ['an epoch below -2', { memberEpoch: -3 }, 'INVALID_REQUEST'],
    ['a temporary leave without instance', { memberEpoch: -2 }, 'INVALID_REQUEST'],
    ['a join without rebalance timeout', { rebalanceTimeoutMs: -1 }, 'INVALID_REQUEST'],
    ['a join without subscription', { subscribedTopicNames: null }, 'INVALID_REQUEST'],
    ['a join without owned list', { ownedPartitions: null }, 'INVALID_REQUEST'],
    ['a join with partitions', { ownedPartitions: [{ topicId: 'x', partitions: [1] }] }, 'INVALID_REQUEST'],
    ['an unknown assignor', { serverAssignor: 'fair' }, 'UNSUPPORTED_ASSIGNOR'],
    ['a bad pattern', { subscribedTopicRegex: '(' }, 'INVALID_REGULAR_EXPRESSION'],
    ['another group', { groupId: 'nobody', memberEpoch: 3 }, 'GROUP_ID_NOT_FOUND'],
    ['an unknown member', { memberId: 'stranger', memberEpoch: 1 }, 'UNKNOWN_MEMBER_ID'],
    ['an epoch ahead', { memberEpoch: 9 }, 'FENCED_MEMBER_EPOCH'],
  ])('CG-01, CG-02, CG-04, CG-07, CG-10: %s', async (_what, wishes, error) => {
    const at = await consumerGround()
    await new Consumer(at, 'm1').beat()
    expect((await beat(at, { ...joinWishes, ...wishes })).error).toBe(error)
    expect((await describeGroup(at)).members.length).toBe(1)
  })

  it('CG-01: version 0 gets its member id from the coordinator', async () => {
    const at = await consumerGround()
    const reply = await beat(at, { ...joinWishes, memberId: '', apiVersion: 0 })
    expect(reply).toMatchObject({ error: 'NONE', memberEpoch: 1, heartbeatIntervalMs: 5_000 })
    expect(reply.memberId).toMatch(/^[A-Za-z0-9_-]{22}$/)
  })

  it('CG-08: the assignment comes with the join, a change, or a full request, and else not', async () => {
    const at = await consumerGround()
    const joined = await beat(at, joinWishes)
    expect(joined.assignment?.[0]?.partitions).toEqual([0, 1, 2, 3, 4, 5])
    expect((await beat(at, { memberEpoch: 1 })).assignment).toBeNull()
    const full = await beat(at, { ...joinWishes, memberEpoch: 1, ownedPartitions: joined.assignment })
    expect(full.assignment).toEqual(joined.assignment)
  })

  it('the protocol can be turned off for the cluster', async () => {
    const at = await consumerGround()
    at.metadata.features.set('group.version', 0)
    expect((await beat(at, joinWishes)).error).toBe('UNSUPPORTED_VERSION')
  })

  it('a full group refuses one more', async () => {
    const at = await consumerGround({ consumerGroupSizeMax: 1 })
    await new Consumer(at, 'm1').beat()
    expect((await new Consumer(at, 'm2').beat()).error).toBe('GROUP_MAX_SIZE_REACHED')
  })
})

describe('reconciliation', () => {
  it('CG-05: a member gives up before the next one gets; nobody ever shares', async () => {
    const at = await consumerGround()
    const first = new Consumer(at, 'm1')
    await first.beat()
    const second = new Consumer(at, 'm2')
    await second.beat()
    expect([first.partitions().length, second.partitions()]).toEqual([6, []])
    expect((await describeGroup(at)).state).toBe('Reconciling')
    // The first hears what it keeps, then shows that it gave the rest up.
    await first.beat()
    expect([first.partitions().length, first.epoch]).toEqual([3, 1])
    await second.beat()
    expect(second.partitions()).toEqual([])
    await first.beat()
    expect(first.epoch).toBe(2)
    await second.beat()
    expect([...first.partitions(), ...second.partitions()].toSorted()).toEqual([0, 1, 2, 3, 4, 5])
    expect((await describeGroup(at)).state).toBe('Stable')
  })

  it('CG-03, CG-12: epochs rise with subscriptions, members and topics, and with nothing else', async () => {
    const at = await consumerGround()
    const member = new Consumer(at, 'm1')
    await member.beat()
    const epoch = async () => (await describeGroup(at)).epoch
    expect(await epoch()).toBe(1)
    for (let i = 0; i < 3; i++) await member.beat()
    at.metadata.put('unrelated', 3)
    await member.beat()
    expect(await epoch()).toBe(1)
    at.metadata.put('orders', 8)
    await member.beat()
    expect([await epoch(), member.partitions().length]).toEqual([2, 8])
    await beat(at, { memberEpoch: member.epoch, subscribedTopicNames: ['orders', 'unrelated'] })
    expect(await epoch()).toBe(3)
    await beat(at, { memberEpoch: 3, serverAssignor: 'range' })
    expect([await epoch(), (await describeGroup(at)).assignor]).toEqual([4, 'range'])
    at.metadata.drop('orders')
    const reply = await beat(at, { memberEpoch: 4, ownedPartitions: [] })
    expect([await epoch(), reply.assignment?.map(({ partitions }) => partitions)]).toEqual([5, [[0, 1, 2]]])
  })

  it('CG-06: who does not give up in time is fenced, who falls silent is removed', async () => {
    const at = await consumerGround()
    const stubborn = new Consumer(at, 'm1')
    await stubborn.beat()
    const second = new Consumer(at, 'm2')
    await second.beat()
    const all = stubborn.reported
    for (let waited = 0; waited < 35_000; waited += 5_000) {
      await beat(at, { memberId: 'm1', memberEpoch: 1, ownedPartitions: all })
      await second.beat()
      await at.time.advance(5_000)
    }
    expect((await beat(at, { memberId: 'm1', memberEpoch: 1, ownedPartitions: all })).error).toBe('UNKNOWN_MEMBER_ID')
    await second.beat()
    expect(second.partitions().length).toBe(6)
    await at.time.advance(45_001)
    expect((await describeGroup(at)).state).toBe('Empty')
  })

  it('CG-06: who goes on with its heartbeats is not removed for what the log did not take meanwhile', async () => {
    const at = await consumerGround()
    const member = new Consumer(at, 'm1')
    await member.beat()
    at.facts.refuses = 'NOT_ENOUGH_REPLICAS'
    at.metadata.put('orders', 8)
    for (let waitedMs = 0; waitedMs < 90_000; waitedMs += 5_000) {
      expect((await member.beat()).error).toBe('COORDINATOR_NOT_AVAILABLE')
      await at.time.advance(5_000)
    }
    at.facts.refuses = undefined
    await at.time.advance(1_000)
    expect((await member.beat()).error).toBe('NONE')
    expect(member.partitions().length).toBe(8)
    at.facts.refuses = 'NOT_ENOUGH_REPLICAS'
    await at.time.advance(46_000)
    at.facts.refuses = undefined
    await at.time.advance(1_000)
    expect((await member.beat()).error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('CG-07: a lost answer is forgiven while the member has no more than it was given', async () => {
    const at = await consumerGround()
    const first = new Consumer(at, 'm1')
    await first.beat()
    await new Consumer(at, 'm2').beat()
    await first.beat()
    await first.beat()
    expect(first.epoch).toBe(2)
    expect((await beat(at, { memberEpoch: 1, ownedPartitions: first.reported })).memberEpoch).toBe(2)
    const topicId = at.metadata.topic('orders')!.topicId
    const tooMuch = [{ topicId, partitions: [0, 1, 2, 3, 4, 5] }]
    expect((await beat(at, { memberEpoch: 1, ownedPartitions: tooMuch })).error).toBe('FENCED_MEMBER_EPOCH')
  })

  it('CG-01: a member that comes anew under its old id gets its partitions back', async () => {
    const at = await consumerGround()
    const member = new Consumer(at, 'm1')
    await member.beat()
    member.epoch = 0
    member.owned.clear()
    await converge(member)
    expect(member.partitions().length).toBe(6)
  })

  it('CG-05: under random joins, leaves, lost answers and changes nobody shares, and everything is owned in the end', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('beat' as const), who: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('lost answer' as const), who: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), who: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('grow' as const), who: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('failover' as const), who: fc.nat(5) }) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.constantFrom('uniform', 'range'), async (steps, serverAssignor) => {
        const at = await consumerGround()
        at.metadata.put('bills', 3)
        const topics = [['orders'], ['orders', 'bills'], ['bills']]
        const members = topics
          .concat(topics)
          .map((subscribedTopicNames, index) => new Consumer(at, `m${index}`, { subscribedTopicNames, serverAssignor }))
        const joined = new Set<Consumer>()
        let partitions = 6
        for (const { kind, who } of steps) {
          const member = members[who]!
          if (kind === 'grow') at.metadata.put('orders', (partitions += 1))
          else if (kind === 'failover') await at.failover()
          else if (kind === 'leave') {
            await member.leave()
            member.epoch = 0
            joined.delete(member)
          } else if (kind === 'lost answer') {
            const { epoch, owned } = member
            await member.beat()
            member.epoch = epoch
            member.isUnsure = true
            member.owned = new Map([...owned].map(([topicId, ids]) => [topicId, new Set(ids)]))
            joined.add(member)
          } else {
            await member.beat()
            joined.add(member)
          }
          expectNobodyShares(members)
        }
        const present = [...joined]
        if (present.length === 0) return
        await converge(...present)
        for (const member of present) expect(member.epoch).toBeGreaterThan(0)
        const wanted = new Map([
          ['orders', partitions],
          ['bills', 3],
        ])
        for (const [topic, count] of wanted) {
          const subscribers = present.filter(member => member.wishes.subscribedTopicNames?.includes(topic))
          const owned = subscribers.flatMap(member => member.partitions(topic))
          expect(owned.toSorted((a, b) => a - b)).toEqual(
            subscribers.length === 0 ? [] : Array.from({ length: count }, (_, i) => i),
          )
        }
        expect((await describeGroup(at)).state).toBe('Stable')
      }),
      { numRuns: 60 },
    )
  })
})

function expectNobodyShares(members: readonly Consumer[]): void {
  const owners = new Map<string, string>()
  for (const member of members) {
    for (const [topicId, partitions] of member.owned) {
      for (const partition of partitions) {
        const key = `${topicId}-${partition}`
        expect(owners.get(key), `${key} of ${member.memberId}`).toBeUndefined()
        owners.set(key, member.memberId)
      }
    }
  }
}

describe('configuration of a group', () => {
  it.each([
    ['within the bounds', '50000', '9000', 50_000, 9_000],
    ['below them', '1', '1', 45_000, 5_000],
    ['above them', '999999', '999999', 60_000, 15_000],
    ['no numbers', 'soon', '', 45_000, 5_000],
  ])('CG-13: session timeout and heartbeat interval %s', async (_what, session, interval, sessionMs, intervalMs) => {
    const at = await consumerGround()
    const configs = new Map([
      ['consumer.session.timeout.ms', session],
      ['consumer.heartbeat.interval.ms', interval],
    ])
    at.metadata.groupConfigs.set(groupId, configs)
    expect((await new Consumer(at, 'm1').beat()).heartbeatIntervalMs).toBe(intervalMs)
    await at.time.advance(sessionMs - 1)
    expect((await describeGroup(at)).members.length).toBe(1)
    await at.time.advance(2)
    expect((await describeGroup(at)).members.length).toBe(0)
  })
})

describe('static members', () => {
  it('CG-09: the instance id is taken until it is released, and the replacement takes over', async () => {
    const at = await consumerGround()
    const first = new Consumer(at, 'm1', { instanceId: 'i1' })
    await first.beat()
    const other = new Consumer(at, 'm2')
    await converge(first, other)
    const replacement = new Consumer(at, 'm3', { instanceId: 'i1' })
    expect((await replacement.beat()).error).toBe('UNRELEASED_INSTANCE_ID')
    const { epoch } = await describeGroup(at)
    const left = await beat(at, { memberId: 'm1', memberEpoch: -2, instanceId: 'i1' })
    expect(left).toMatchObject({ error: 'NONE', memberEpoch: -2 })
    const partitions = first.partitions()
    await replacement.beat()
    expect(replacement.partitions()).toEqual(partitions)
    expect((await describeGroup(at)).epoch).toBe(epoch)
    expect((await beat(at, { memberId: 'm1', memberEpoch: first.epoch, instanceId: 'i1' })).error).toBe('FENCED_INSTANCE_ID')
  })

  it('CG-09: one that left for a while and does not come back is removed', async () => {
    const at = await consumerGround()
    await new Consumer(at, 'm1', { instanceId: 'i1' }).beat()
    await beat(at, { memberId: 'm1', memberEpoch: -2, instanceId: 'i1' })
    expect((await describeGroup(at)).members.length).toBe(1)
    await at.time.advance(45_001)
    expect((await describeGroup(at)).members.length).toBe(0)
  })
})

describe('regular expressions', () => {
  it('CG-10: topics that match are subscribed to, also those that come later', async () => {
    const at = await consumerGround()
    at.metadata.put('log-a', 2)
    const member = new Consumer(at, 'm1', { subscribedTopicNames: null, subscribedTopicRegex: 'log-.*' })
    await member.beat()
    expect([member.partitions('log-a'), member.partitions('orders')]).toEqual([[0, 1], []])
    at.metadata.put('log-b', 1)
    await member.beat()
    expect(member.partitions('log-b')).toEqual([0])
    await beat(at, { memberEpoch: member.epoch, subscribedTopicNames: ['orders'], subscribedTopicRegex: '' })
    expect((await describeGroup(at)).members[0]).toMatchObject({ subscribedTopics: ['orders'], subscribedRegex: null })
  })
})

describe('state that lasts', () => {
  it('CG-10, INT-03: a pattern in the log that is too large here matches nothing, and nobody suffers', async () => {
    const at = await consumerGround()
    const member = new Consumer(at, 'm1')
    await member.beat()
    const stranger = { instanceId: null, rackId: null, clientId: 'c', clientHost: '/h', rebalanceTimeoutMs: 9_000 }
    const wishes = { subscribedTopics: [], subscribedRegex: 'x{1000}'.repeat(9), serverAssignor: null, classic: null }
    const fact = { kind: 'consumer-member', groupId, memberId: 'm2', member: { ...stranger, ...wishes } } as const
    const persisted = encodeGroupFact(fact)
    if (persisted?.kind !== 'record') throw new Error('no record')
    at.facts.append(encodeBatch({ records: [{ timestampMs: 0, key: persisted.key, value: persisted.value }] }, at))
    await at.failover()
    at.metadata.put('bills', 2)
    expect((await member.beat()).error).toBe('NONE')
    expect(member.partitions()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('CG-05, GRP-13: members go on after a failover without a rebalance', async () => {
    const at = await consumerGround()
    const members = [new Consumer(at, 'm1'), new Consumer(at, 'm2', { subscribedTopicNames: null, subscribedTopicRegex: 'o.*' })]
    await converge(...members)
    const before = await describeGroup(at)
    await at.failover()
    const epochs = members.map(member => member.epoch)
    for (const member of members) expect((await member.beat()).error).toBe('NONE')
    expect(members.map(member => member.epoch)).toEqual(epochs)
    expect(await describeGroup(at)).toEqual(before)
    await at.time.advance(45_001)
    expect((await describeGroup(at)).members).toEqual([])
  })

  it('GRP-15, INT-03: a deleted group leaves nothing in the log', async () => {
    const at = await consumerGround()
    const member = new Consumer(at, 'm1', { subscribedTopicRegex: 'o.*' })
    await member.beat()
    expect(await now(at, at.coordinator.deleteGroup(groupId))).toBe('NON_EMPTY_GROUP')
    await member.leave()
    expect(await now(at, at.coordinator.deleteGroup(groupId))).toBe('NONE')
    await at.failover()
    expect(await now(at, at.coordinator.describeConsumerGroup(groupId))).toBeUndefined()
    const { groups } = await now(at, at.coordinator.listGroups({ states: new Set(), types: new Set() }))
    expect(groups).toEqual([])
  })

  it('GRP-14, CG-12: to the classic APIs it is unknown; it is listed by type and state', async () => {
    const at = await consumerGround()
    await new Consumer(at, 'm1').beat()
    expect(await stateOf(at)).toBe('Dead')
    const list = async (states: string[], types: string[]) =>
      (await now(at, at.coordinator.listGroups({ states: new Set(states), types: new Set(types) }))).groups
    expect(await list([], ['consumer'])).toEqual([{ groupId, protocolType: 'consumer', state: 'Stable', type: 'consumer' }])
    expect(await list([], ['classic'])).toEqual([])
    expect(await list(['empty'], [])).toEqual([])
  })
})

describe('offsets of members', () => {
  const commitAs = (
    at: Awaited<ReturnType<typeof consumerGround>>,
    offset: number,
    generationId: number,
    memberId = 'm1',
    apiVersion = 9,
  ) =>
    now(
      at,
      at.coordinator.commitOffsets({
        ...{ groupId, memberId, groupInstanceId: null, generationIdOrMemberEpoch: generationId, apiVersion, retentionTimeMs: -1 },
        offsets: [
          { topic: 'orders', topicId: at.metadata.topic('orders')!.topicId, partition: 0, offset, leaderEpoch: -1, metadata: '' },
        ],
      }),
    )

  it('OFF-08: the member epoch is checked; an older one may commit what it has had since', async () => {
    const at = await consumerGround()
    const member = new Consumer(at, 'm1')
    await member.beat()
    expect(errorOf(await commitAs(at, 1, 1))).toBe('NONE')
    await converge(member, new Consumer(at, 'm2'))
    expect(member.epoch).toBe(2)
    expect(errorOf(await commitAs(at, 2, 1))).toBe('NONE')
    expect(errorOf(await commitAs(at, 3, 3))).toBe('STALE_MEMBER_EPOCH')
    expect(errorOf(await commitAs(at, 3, 2, 'stranger'))).toBe('UNKNOWN_MEMBER_ID')
    expect(errorOf(await commitAs(at, 3, 2, 'm1', 8))).toBe('UNSUPPORTED_VERSION')
    expect(errorOf(await now(at, commit(at, 4)))).toBe('UNKNOWN_MEMBER_ID')
    expect(await committed(at)).toBe(2)
  })

  it('OFF-08: a zombie cannot commit what its member got later', async () => {
    const at = await consumerGround()
    const first = new Consumer(at, 'm1')
    const second = new Consumer(at, 'm2')
    await converge(first, second)
    const [given] = second.partitions()
    const topicId = at.metadata.topic('orders')!.topicId
    const reply = await now(
      at,
      at.coordinator.commitOffsets({
        ...{ groupId, memberId: 'm2', groupInstanceId: null, generationIdOrMemberEpoch: 1, apiVersion: 9, retentionTimeMs: -1 },
        offsets: [{ topic: 'orders', topicId, partition: given!, offset: 1, leaderEpoch: -1, metadata: '' }],
      }),
    )
    expect(errorOf(reply)).toBe('STALE_MEMBER_EPOCH')
  })

  it.each([
    ['a commit', {}],
    ['a transaction', { producer: { producerId: 9, producerEpoch: 0 } }],
  ])('OFF-08, TXN-09: nothing of %s counts when a part of it came to the member later', async (_what, as) => {
    const at = await consumerGround()
    const first = new Consumer(at, 'm1')
    const second = new Consumer(at, 'm2')
    await converge(first, second)
    const since = first.epoch
    await second.leave()
    await converge(first)
    const topicId = at.metadata.topic('orders')!.topicId
    const offset = { topic: 'orders', topicId, offset: 7, leaderEpoch: -1, metadata: '' }
    const offsets = first.partitions().map(partition => ({ ...offset, partition }))
    const member = { groupId, memberId: 'm1', groupInstanceId: null, generationIdOrMemberEpoch: since }
    const request = { ...member, ...as, apiVersion: 9, retentionTimeMs: -1, offsets }
    expect(await now(at, at.coordinator.commitOffsets(request))).toBe('STALE_MEMBER_EPOCH')
    for (const { partition } of offsets) expect(await committed(at, { partition, requireStable: true })).toBe(-1)
  })
})

describe('classic and consumer protocol', () => {
  it('CG-11: an empty classic group becomes a consumer group with the first that joins, and keeps its offsets', async () => {
    const at = await consumerGround()
    await now(at, commit(at, 42))
    expect((await new Consumer(at, 'm1').beat()).error).toBe('NONE')
    expect(await committed(at)).toBe(42)
    await at.failover()
    expect((await describeGroup(at)).members.length).toBe(1)
    expect(await committed(at)).toBe(42)
  })

  it('CG-11: an empty consumer group becomes a classic group with the first that joins', async () => {
    const at = await consumerGround()
    const member = new Consumer(at, 'm1')
    await member.beat()
    await member.leave()
    await stableGroup(at)
    expect(await stateOf(at)).toBe('Stable')
    await at.failover()
    expect(await stateOf(at)).toBe('Stable')
    expect((await now(at, join(at, { memberId: 'stranger' }))).error).toBe('UNKNOWN_MEMBER_ID')
  })
})
