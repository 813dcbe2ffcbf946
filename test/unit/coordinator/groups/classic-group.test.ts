import { describe, expect, it } from 'vitest'
import {
  commit,
  committed,
  groupGround,
  type GroupGround,
  heartbeat,
  type InGroup,
  join,
  leave,
  now,
  stableGroup,
  stateOf,
  sync,
  text,
  watch,
} from './group-ground.ts'

/** Brings a group into a state in which `member` is one that the coordinator knows, except in Empty. */
const arrangements: Readonly<Record<string, (at: GroupGround) => Promise<InGroup>>> = {
  async Empty(at) {
    const [member] = await stableGroup(at)
    await now(at, leave(at, member!))
    return { memberId: member!.memberId, generationId: member!.generationId + 1 }
  },
  async PreparingRebalance(at) {
    const [first] = await stableGroup(at, 2)
    void join(at)
    await at.time.settle()
    return first!
  },
  async CompletingRebalance(at) {
    const joined = watch(join(at))
    await at.time.advance(at.settings.initialRebalanceDelayMs)
    return { memberId: joined.value!.memberId, generationId: joined.value!.generationId }
  },
  async Stable(at) {
    const [, second] = await stableGroup(at, 2)
    return second!
  },
}

const inState = async (state: string): Promise<{ at: GroupGround; member: InGroup }> => {
  const at = await groupGround()
  const member = await arrangements[state]!(at)
  expect(await stateOf(at)).toBe(state)
  return { at, member }
}

describe('classic groups: what each request hears in each state', () => {
  const table: readonly (readonly [request: string, ...answers: readonly string[]])[] = [
    // Empty, PreparingRebalance, CompletingRebalance, Stable
    ['JoinGroup', 'UNKNOWN_MEMBER_ID', 'waits', 'NONE', 'NONE'],
    ['SyncGroup', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'NONE', 'NONE'],
    ['Heartbeat', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'NONE', 'NONE'],
    ['OffsetCommit', 'UNKNOWN_MEMBER_ID', 'NONE', 'REBALANCE_IN_PROGRESS', 'NONE'],
    ['LeaveGroup', 'UNKNOWN_MEMBER_ID', 'NONE', 'NONE', 'NONE'],
    ['Heartbeat of another generation', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'ILLEGAL_GENERATION', 'ILLEGAL_GENERATION'],
    ['SyncGroup of another generation', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'ILLEGAL_GENERATION', 'ILLEGAL_GENERATION'],
    ['OffsetCommit of another generation', 'UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'ILLEGAL_GENERATION', 'ILLEGAL_GENERATION'],
    ['Heartbeat of a stranger', 'UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID'],
    ['OffsetCommit without a member', 'NONE', 'UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID', 'UNKNOWN_MEMBER_ID'],
    ['DeleteGroups', 'NONE', 'NON_EMPTY_GROUP', 'NON_EMPTY_GROUP', 'NON_EMPTY_GROUP'],
  ]
  const requests: Readonly<Record<string, (at: GroupGround, member: InGroup) => Promise<string | undefined>>> = {
    JoinGroup: async (at, { memberId }) => (await join(at, { memberId })).error,
    SyncGroup: async (at, member) => (await sync(at, member)).error,
    Heartbeat: heartbeat,
    OffsetCommit: async (at, member) => one(await commit(at, 1, member)),
    LeaveGroup: async (at, member) => (await leave(at, member)).members[0]?.error,
    'Heartbeat of another generation': (at, member) => heartbeat(at, { ...member, generationId: 77 }),
    'SyncGroup of another generation': async (at, member) => (await sync(at, { ...member, generationId: 77 })).error,
    'OffsetCommit of another generation': async (at, member) => one(await commit(at, 1, { ...member, generationId: 77 })),
    'Heartbeat of a stranger': (at, member) => heartbeat(at, { ...member, memberId: 'nobody' }),
    'OffsetCommit without a member': async at => one(await commit(at, 1)),
    DeleteGroups: at => at.coordinator.deleteGroup('readers'),
  }
  const states = ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable']
  for (const [request, ...answers] of table) {
    for (const [index, state] of states.entries()) {
      it(`GRP-05, GRP-12: ${request} in ${state}: ${answers[index]}`, async () => {
        const { at, member } = await inState(state)
        const reply = watch(requests[request]!(at, member))
        await at.time.settle()
        expect(reply.isThere ? reply.value : 'waits').toBe(answers[index])
      })
    }
  }
})

const one = (reply: string | readonly string[]): string | undefined => (typeof reply === 'string' ? reply : reply[0])

describe('the join phase', () => {
  it('GRP-01: the first join waits for the initial delay, and each new join prolongs it', async () => {
    const at = await groupGround()
    const first = watch(join(at))
    await at.time.advance(2_000)
    const second = watch(join(at))
    await at.time.advance(1_500)
    expect(first.isThere).toBe(false)
    await at.time.advance(2_500)
    expect([first.value?.error, second.value?.error]).toEqual(['NONE', 'NONE'])
    expect(first.value?.generationId).toBe(1)
  })

  it('GRP-01: no prolonging goes beyond the rebalance timeout', async () => {
    const at = await groupGround()
    const first = watch(join(at, { rebalanceTimeoutMs: 5_000 }))
    for (let waited = 0; waited < 5_000; waited += 1_000) {
      expect(first.isThere).toBe(false)
      void join(at, { rebalanceTimeoutMs: 5_000 })
      await at.time.advance(1_000)
    }
    expect(first.value?.error).toBe('NONE')
  })

  it('GRP-02: version 4 hears its member id first; unused, the id ends with the session timeout', async () => {
    const at = await groupGround()
    const { error, memberId } = await now(at, join(at, { apiVersion: 4, clientId: 'app' }))
    expect(error).toBe('MEMBER_ID_REQUIRED')
    expect(memberId).toMatch(/^app-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    await at.time.advance(10_001)
    expect((await now(at, join(at, { apiVersion: 4, memberId }))).error).toBe('UNKNOWN_MEMBER_ID')
  })

  it('GRP-02: the id that was given out is let in', async () => {
    const at = await groupGround({ initialRebalanceDelayMs: 0 })
    const { memberId } = await now(at, join(at, { apiVersion: 9 }))
    const joined = await now(at, join(at, { apiVersion: 9, memberId }))
    expect(joined).toMatchObject({ error: 'NONE', memberId, leader: memberId, generationId: 1, protocolName: 'range' })
  })

  it('GRP-03: a member that does not join again is dropped when the rebalance timeout is over', async () => {
    const at = await groupGround()
    const [first, second] = await stableGroup(at, 2, { rebalanceTimeoutMs: 7_000 })
    const rejoined = watch(join(at, { memberId: first!.memberId, rebalanceTimeoutMs: 7_000 }))
    await at.time.advance(5_000)
    expect(await now(at, heartbeat(at, second!))).toBe('REBALANCE_IN_PROGRESS')
    expect(rejoined.isThere).toBe(false)
    await at.time.advance(2_000)
    expect(rejoined.value).toMatchObject({ error: 'NONE', generationId: 2 })
    expect(rejoined.value?.members.map(member => member.memberId)).toEqual([first!.memberId])
    expect(await now(at, heartbeat(at, second!))).toBe('UNKNOWN_MEMBER_ID')
  })

  it('GRP-04: the protocol with most votes among those that all support; only the leader hears of the members', async () => {
    const at = await groupGround()
    const named = (...names: string[]) => ({ protocols: names.map(name => ({ name, metadata: new Uint8Array([1]) })) })
    const joins = [named('a', 'b', 'c'), named('b', 'a'), named('b', 'a', 'd')].map(options => watch(join(at, options)))
    await at.time.advance(6_000)
    expect(joins.map(({ value }) => value?.protocolName)).toEqual(['b', 'b', 'b'])
    expect(joins.map(({ value }) => value?.members.length)).toEqual([3, 0, 0])
    expect(new Set(joins.map(({ value }) => value?.leader)).size).toBe(1)
    expect(joins[0]!.value?.leader).toBe(joins[0]!.value?.memberId)
  })

  it('GRP-04: the generation rises each time, and a leader that rejoins stays leader', async () => {
    const at = await groupGround()
    const [leader, other] = await stableGroup(at, 2)
    const second = watch(join(at, { memberId: other!.memberId, topics: ['payments'] }))
    const first = watch(join(at, { memberId: leader!.memberId }))
    await at.time.settle()
    expect(first.value).toMatchObject({ generationId: 2, leader: leader!.memberId })
    expect(second.value).toMatchObject({ generationId: 2, leader: leader!.memberId })
  })

  it.each([
    ['INVALID_GROUP_ID', { groupId: '' }],
    ['INVALID_SESSION_TIMEOUT', { sessionTimeoutMs: 5_999 }],
    ['INVALID_SESSION_TIMEOUT', { sessionTimeoutMs: 1_800_001 }],
    ['INCONSISTENT_GROUP_PROTOCOL', { protocolType: '' }],
    ['INCONSISTENT_GROUP_PROTOCOL', { protocols: [] }],
    ['INCONSISTENT_GROUP_PROTOCOL', { protocolType: 'connect' }],
    ['INCONSISTENT_GROUP_PROTOCOL', { protocols: [{ name: 'other', metadata: new Uint8Array() }] }],
  ] as const)('GRP-05: %s for %o', async (error, options) => {
    const at = await groupGround()
    await stableGroup(at)
    expect((await now(at, join(at, options))).error).toBe(error)
    expect(await stateOf(at)).toBe('Stable')
  })

  it('GRP-05: a full group refuses one more and stays as it is', async () => {
    const at = await groupGround({ groupSizeMax: 2 })
    await stableGroup(at, 2)
    expect((await now(at, join(at))).error).toBe('GROUP_MAX_SIZE_REACHED')
    expect(await stateOf(at)).toBe('Stable')
  })
})

describe('the sync phase', () => {
  it('GRP-07: who does not sync in time is removed, and the others rebalance', async () => {
    const at = await groupGround()
    const joins = [0, 1].map(() => watch(join(at, { rebalanceTimeoutMs: 8_000, sessionTimeoutMs: 30_000 })))
    await at.time.advance(6_000)
    const [leader, lazy] = joins.map(({ value }) => value!)
    expect((await now(at, sync(at, leader!, {}))).error).toBe('NONE')
    await at.time.advance(8_000)
    expect(await now(at, heartbeat(at, leader!))).toBe('REBALANCE_IN_PROGRESS')
    expect(await now(at, heartbeat(at, lazy!))).toBe('UNKNOWN_MEMBER_ID')
  })

  it('GRP-09: followers wait for the leader; who was left out has an empty assignment', async () => {
    const at = await groupGround()
    const joins = [0, 1].map(() => watch(join(at)))
    await at.time.advance(6_000)
    const [leader, follower] = joins.map(({ value }) => value!)
    const waiting = watch(sync(at, follower!))
    await at.time.settle()
    expect(waiting.isThere).toBe(false)
    const own = await now(at, sync(at, leader!, { [leader!.memberId]: 'all' }))
    expect([text(own.assignment), text(waiting.value?.assignment)]).toEqual(['all', ''])
  })

  it('GRP-13: nobody hears of an assignment before it is committed', async () => {
    const at = await groupGround({ initialRebalanceDelayMs: 0 })
    const joined = await now(at, join(at))
    at.facts.commitsAtOnce = false
    const synced = watch(sync(at, joined, { [joined.memberId]: 'all' }))
    await at.time.settle()
    expect(synced.isThere).toBe(false)
    at.facts.commit()
    await at.time.settle()
    expect(synced.value?.error).toBe('NONE')
  })

  it('GRP-13: a log that would refuse leaves the group as it was, and says that the coordinator is not available', async () => {
    const at = await groupGround({ initialRebalanceDelayMs: 0 })
    const joined = await now(at, join(at))
    at.facts.refuses = 'NOT_ENOUGH_REPLICAS'
    expect((await now(at, sync(at, joined, { [joined.memberId]: 'all' }))).error).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(await stateOf(at)).toBe('CompletingRebalance')
    at.facts.refuses = undefined
    expect((await now(at, sync(at, joined, { [joined.memberId]: 'all' }))).error).toBe('NONE')
  })
})

describe('members come and go', () => {
  it('GRP-08: a silent member is removed after its session timeout', async () => {
    const at = await groupGround()
    const [first, second] = await stableGroup(at, 2)
    await at.time.advance(9_000)
    expect(await now(at, heartbeat(at, first!))).toBe('NONE')
    await at.time.advance(2_000)
    expect(await now(at, heartbeat(at, first!))).toBe('REBALANCE_IN_PROGRESS')
    expect(await now(at, heartbeat(at, second!))).toBe('UNKNOWN_MEMBER_ID')
  })

  it('GRP-08: the last one leaving makes the group Empty in a new generation', async () => {
    const at = await groupGround()
    const [only] = await stableGroup(at)
    expect(await now(at, leave(at, only!))).toMatchObject({ error: 'NONE', members: [{ error: 'NONE' }] })
    expect(await stateOf(at)).toBe('Empty')
    const joined = watch(join(at))
    await at.time.advance(3_000)
    expect(joined.value?.generationId).toBe(3)
  })

  it('GRP-08: who waits for the others in the join phase is alive however long that takes', async () => {
    const at = await groupGround()
    const [first, second] = await stableGroup(at, 2)
    const rejoined = watch(join(at, { memberId: first!.memberId }))
    for (let i = 0; i < 6; i++) {
      await at.time.advance(5_000)
      expect(await now(at, heartbeat(at, second!))).toBe('REBALANCE_IN_PROGRESS')
    }
    expect(rejoined.isThere).toBe(false)
    void join(at, { memberId: second!.memberId })
    await at.time.settle()
    expect(rejoined.value).toMatchObject({ error: 'NONE', generationId: 2 })
    expect(rejoined.value?.members.length).toBe(2)
  })

  it('a commit keeps its member alive', async () => {
    const at = await groupGround()
    const [first] = await stableGroup(at)
    for (let i = 0; i < 4; i++) {
      await at.time.advance(6_000)
      expect(one(await now(at, commit(at, i, first!)))).toBe('NONE')
    }
    expect(await committed(at)).toBe(3)
  })
})

describe('static members (KIP-345)', () => {
  const instance = { groupInstanceId: 'instance-1' }

  async function stableStatic(at: GroupGround): Promise<InGroup> {
    const joined = watch(join(at, { ...instance, apiVersion: 9 }))
    await at.time.advance(3_000)
    const member = { ...instance, memberId: joined.value!.memberId, generationId: joined.value!.generationId }
    await now(at, sync(at, member, { [member.memberId]: 'mine' }))
    return member
  }

  it('GRP-10: back without a member id it keeps generation and assignment, and the old id is fenced', async () => {
    const at = await groupGround()
    const old = await stableStatic(at)
    const back = await now(at, join(at, { ...instance, apiVersion: 9 }))
    expect(back).toMatchObject({ error: 'NONE', generationId: old.generationId, skipAssignment: true, leader: back.memberId })
    expect(back.memberId).not.toBe(old.memberId)
    expect(text((await now(at, sync(at, { ...instance, ...back }))).assignment)).toBe('mine')
    expect(await now(at, heartbeat(at, old))).toBe('FENCED_INSTANCE_ID')
    expect(one(await now(at, commit(at, 1, old)))).toBe('FENCED_INSTANCE_ID')
    expect((await now(at, sync(at, old))).error).toBe('FENCED_INSTANCE_ID')
  })

  it('GRP-10: before KIP-814 the leader is told of its former self, so that it does not assign anew', async () => {
    const at = await groupGround()
    const old = await stableStatic(at)
    const back = await now(at, join(at, { ...instance, apiVersion: 8 }))
    expect(back).toMatchObject({ error: 'NONE', leader: old.memberId, members: [], skipAssignment: false })
  })

  it('GRP-10: the replacement survives a failover', async () => {
    const at = await groupGround()
    await stableStatic(at)
    const back = await now(at, join(at, { ...instance, apiVersion: 9 }))
    await at.failover()
    expect(await now(at, heartbeat(at, { ...instance, ...back }))).toBe('NONE')
  })

  it('GRP-10, GRP-11: an administrator removes it by instance id alone', async () => {
    const at = await groupGround()
    await stableStatic(at)
    expect((await now(at, leave(at, { memberId: '', groupInstanceId: 'other' }))).members[0]?.error).toBe('UNKNOWN_MEMBER_ID')
    expect((await now(at, leave(at, { memberId: '', ...instance }))).members[0]?.error).toBe('NONE')
    expect(await stateOf(at)).toBe('Empty')
  })

  it('GRP-12: an instance id that nobody has is unknown', async () => {
    const at = await groupGround()
    const member = await stableStatic(at)
    expect(await now(at, heartbeat(at, { ...member, groupInstanceId: 'nobody' }))).toBe('UNKNOWN_MEMBER_ID')
  })

  it('GRP-03: a static member that is away stays in the next generation', async () => {
    const at = await groupGround()
    const timeouts = { rebalanceTimeoutMs: 6_000, sessionTimeoutMs: 30_000 }
    const joined = watch(join(at, { ...instance, ...timeouts }))
    await at.time.advance(3_000)
    const away = { ...instance, memberId: joined.value!.memberId, generationId: 1 }
    await now(at, sync(at, away))
    const newcomer = watch(join(at, timeouts))
    await at.time.advance(6_000)
    expect(newcomer.value).toMatchObject({ error: 'NONE', generationId: 2, leader: newcomer.value?.memberId })
    expect(newcomer.value?.members.map(member => member.memberId)).toContain(away.memberId)
    expect(await now(at, heartbeat(at, away))).toBe('ILLEGAL_GENERATION')
  })

  it('GRP-10: a leader that comes back is leader still, under its new id', async () => {
    const at = await groupGround()
    const joins = [instance, {}].map(options => watch(join(at, { ...options, apiVersion: 3 })))
    await at.time.advance(6_000)
    const [leader, follower] = joins.map(({ value }) => value!)
    expect(leader!.leader).toBe(leader!.memberId)
    const waiting = watch(sync(at, follower!))
    await now(at, sync(at, { ...instance, ...leader! }, { [leader!.memberId]: 'a', [follower!.memberId]: 'b' }))
    expect(text(waiting.value?.assignment)).toBe('b')
    const back = await now(at, join(at, { ...instance, apiVersion: 9 }))
    expect(back).toMatchObject({ leader: back.memberId, skipAssignment: true })
    expect(back.members.length).toBe(2)
  })

  it('GRP-12: whoever waits under an instance id that is taken over is fenced', async () => {
    const at = await groupGround()
    const first = watch(join(at, instance))
    await at.time.advance(1_000)
    const second = watch(join(at, instance))
    await at.time.settle()
    expect(first.value?.error).toBe('FENCED_INSTANCE_ID')
    await at.time.advance(6_000)
    expect(second.value?.error).toBe('NONE')
  })
})

describe('failover', () => {
  it('GRP-13: members go on in the same generation with the same assignments', async () => {
    const at = await groupGround()
    const members = await stableGroup(at, 3)
    await at.failover()
    expect(await stateOf(at)).toBe('Stable')
    for (const [index, member] of members.entries()) {
      expect(await now(at, heartbeat(at, member))).toBe('NONE')
      expect(text((await now(at, sync(at, member))).assignment)).toBe(`part ${index}`)
    }
  })

  it('GRP-13: an assignment that was not committed is not known to the next coordinator', async () => {
    const at = await groupGround()
    const [leader, follower] = await stableGroup(at, 2)
    at.facts.commitsAtOnce = false
    const rejoins = [follower!, leader!].map(({ memberId }) => watch(join(at, { memberId, topics: ['payments'] })))
    await at.time.settle()
    expect(rejoins.map(({ value }) => value?.generationId)).toEqual([2, 2])
    const synced = watch(sync(at, { memberId: leader!.memberId, generationId: 2 }, { [leader!.memberId]: 'new' }))
    await at.failover({ withUncommitted: false })
    expect(synced.value?.error).toBe('NOT_COORDINATOR')
    expect(await now(at, heartbeat(at, leader!))).toBe('NONE')
    expect(text((await now(at, sync(at, leader!))).assignment)).toBe('part 0')
  })

  it('GRP-03, GRP-05, GRP-13: a group that is larger than it may be by now rebalances, and no more than may be stay', async () => {
    const at = await groupGround()
    const members = await stableGroup(at, 3)
    await at.failover({ withUncommitted: true, settings: { groupSizeMax: 2 } })
    expect(await now(at, heartbeat(at, members[0]!))).toBe('REBALANCE_IN_PROGRESS')
    const rejoins = members.map(({ memberId }) => watch(join(at, { memberId })))
    await at.time.settle()
    expect(rejoins.map(({ value }) => value?.error)).toEqual(['NONE', 'NONE', 'GROUP_MAX_SIZE_REACHED'])
    expect(rejoins[0]?.value?.members.length).toBe(2)
  })

  it('GRP-13: silent members end after the failover as well', async () => {
    const at = await groupGround()
    await stableGroup(at, 2)
    await at.failover()
    await at.time.advance(10_001)
    expect(await stateOf(at)).toBe('Empty')
  })
})
