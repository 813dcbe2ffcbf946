import { describe, expect, it } from 'vitest'
import { beat, Consumer, consumerGround, converge, describeGroup } from './consumer-ground.ts'
import {
  commit,
  committed,
  groupGround,
  type GroupGround,
  groupId,
  heartbeat,
  type InGroup,
  join,
  leave,
  now,
  stateOf,
  sync,
  watch,
} from './group-ground.ts'

const errorOf = (reply: string | readonly string[]): string | undefined => (typeof reply === 'string' ? reply : reply[0])
const strangers = 50_000

/** A stable group of a static and a dynamic member, with a committed offset. */
async function arranged(): Promise<{ readonly at: GroupGround; readonly fixed: InGroup; readonly free: InGroup }> {
  const at = await groupGround()
  const joins = [watch(join(at, { groupInstanceId: 'fixed', apiVersion: 9 })), watch(join(at))]
  await at.time.advance(at.settings.initialRebalanceDelayMs * 2)
  const [fixed, free] = joins.map(({ value }) => ({ memberId: value!.memberId, generationId: value!.generationId }))
  const members = [{ ...fixed!, groupInstanceId: 'fixed' }, free!] as const
  const isLeader = (member: InGroup) => joins.some(({ value }) => value?.leader === member.memberId)
  const assignments = Object.fromEntries(members.map(({ memberId }) => [memberId, 'part']))
  const syncs = members.map(member => sync(at, member, isLeader(member) ? assignments : {}))
  await now(at, Promise.all(syncs))
  await now(at, commit(at, 5, free!))
  return { at, fixed: members[0], free: members[1] }
}

/** Everything about the group that anybody can see, and how much is written of it. */
async function picture(at: GroupGround): Promise<unknown> {
  return [await now(at, at.coordinator.describeGroup(groupId)), await committed(at), at.facts.logEndOffset]
}

type Ask = (at: GroupGround, fixed: InGroup, free: InGroup) => Promise<string | undefined>

describe('bad input hears the exact error and leaves the group as it was', () => {
  const table: readonly (readonly [rule: string, what: string, error: string, ask: Ask])[] = [
    [
      'GRP-12',
      'a heartbeat to a group that is not there',
      'UNKNOWN_MEMBER_ID',
      (at, _, free) => heartbeat(at, { ...free, groupId: 'x' }),
    ],
    [
      'GRP-12',
      'a heartbeat of an unknown member',
      'UNKNOWN_MEMBER_ID',
      (at, _, free) => heartbeat(at, { ...free, memberId: 'x' }),
    ],
    [
      'GRP-12',
      'a heartbeat of an old generation',
      'ILLEGAL_GENERATION',
      (at, _, free) => heartbeat(at, { ...free, generationId: 0 }),
    ],
    [
      'GRP-12',
      'a heartbeat under the instance of another',
      'FENCED_INSTANCE_ID',
      (at, fixed, free) => heartbeat(at, { ...fixed, memberId: free.memberId }),
    ],
    ['GRP-05', 'a join without a group id', 'INVALID_GROUP_ID', async at => (await join(at, { groupId: '' })).error],
    [
      'GRP-05',
      'a join with a session that is too short',
      'INVALID_SESSION_TIMEOUT',
      async at => (await join(at, { sessionTimeoutMs: 5_999 })).error,
    ],
    [
      'GRP-05',
      'a join with a protocol of its own',
      'INCONSISTENT_GROUP_PROTOCOL',
      async at => (await join(at, { protocols: [{ name: 'own', metadata: new Uint8Array() }] })).error,
    ],
    ['GRP-05', 'a join without protocols', 'INCONSISTENT_GROUP_PROTOCOL', async at => (await join(at, { protocols: [] })).error],
    [
      'GRP-05',
      'a join of another kind of group',
      'INCONSISTENT_GROUP_PROTOCOL',
      async at => (await join(at, { protocolType: 'connect' })).error,
    ],
    ['GRP-12', 'a join of an unknown member', 'UNKNOWN_MEMBER_ID', async at => (await join(at, { memberId: 'x' })).error],
    [
      'GRP-12',
      'a join under the instance of another',
      'FENCED_INSTANCE_ID',
      async (at, _, free) => (await join(at, { memberId: free.memberId, groupInstanceId: 'fixed' })).error,
    ],
    [
      'GRP-12',
      'a sync of an old generation',
      'ILLEGAL_GENERATION',
      async (at, _, free) => (await sync(at, { ...free, generationId: 0 })).error,
    ],
    [
      'GRP-12',
      'a sync under the instance of another',
      'FENCED_INSTANCE_ID',
      async (at, fixed, free) => (await sync(at, { ...fixed, memberId: free.memberId })).error,
    ],
    ['OFF-01', 'a commit without a member', 'UNKNOWN_MEMBER_ID', async at => errorOf(await commit(at, 9))],
    [
      'OFF-01',
      'a commit of an old generation',
      'ILLEGAL_GENERATION',
      async (at, _, free) => errorOf(await commit(at, 9, { ...free, generationId: 0 })),
    ],
    [
      'GRP-12',
      'a commit under the instance of another',
      'FENCED_INSTANCE_ID',
      async (at, fixed, free) => errorOf(await commit(at, 9, { ...fixed, memberId: free.memberId })),
    ],
    [
      'OFF-02',
      'a commit with too much metadata',
      'OFFSET_METADATA_TOO_LARGE',
      async (at, _, free) => errorOf(await commit(at, 9, { ...free, metadata: 'x'.repeat(4_097) })),
    ],
    [
      'GRP-12',
      'an unknown member that leaves',
      'UNKNOWN_MEMBER_ID',
      async at => (await leave(at, { memberId: 'x' })).members[0]?.error,
    ],
    ['GRP-15', 'the deletion of the group', 'NON_EMPTY_GROUP', at => at.coordinator.deleteGroup(groupId)],
  ]

  it.each(table)('%s: %s: %s', async (_rule, _what, error, ask) => {
    const { at, fixed, free } = await arranged()
    const before = await picture(at)
    expect(await now(at, ask(at, fixed, free))).toBe(error)
    expect(await picture(at)).toEqual(before)
    expect(await now(at, heartbeat(at, free))).toBe('NONE')
    expect(await now(at, heartbeat(at, fixed))).toBe('NONE')
  })

  it('GRP-12: fifty thousand strangers that leave are each told so', async () => {
    const { at } = await arranged()
    const before = await picture(at)
    const { members } = await now(at, leave(at, ...Array.from({ length: strangers }, (_, index) => ({ memberId: `m${index}` }))))
    expect(new Set(members.map(({ error }) => error))).toEqual(new Set(['UNKNOWN_MEMBER_ID']))
    expect(members).toHaveLength(strangers)
    expect(await picture(at)).toEqual(before)
  })

  it('GRP-09: a leader that assigns to fifty thousand strangers assigns to its members only', async () => {
    const at = await groupGround()
    const joined = watch(join(at))
    await at.time.advance(at.settings.initialRebalanceDelayMs)
    const member = { memberId: joined.value!.memberId, generationId: joined.value!.generationId }
    const others = Object.fromEntries(Array.from({ length: strangers }, (_, index) => [`m${index}`, 'part']))
    expect((await now(at, sync(at, member, { ...others, [member.memberId]: 'mine' }))).error).toBe('NONE')
    const described = await now(at, at.coordinator.describeGroup(groupId))
    expect(typeof described === 'object' ? described.members : []).toHaveLength(1)
    expect(at.facts.batches.reduce((sum, batch) => sum + batch.length, 0)).toBeLessThan(1_000)
  })

  it('GRP-09: an assignment that no record can hold is refused, and a smaller one is taken', async () => {
    const at = await groupGround()
    const joined = watch(join(at))
    await at.time.advance(at.settings.initialRebalanceDelayMs)
    const member = { memberId: joined.value!.memberId, generationId: joined.value!.generationId }
    expect((await now(at, sync(at, member, { [member.memberId]: 'x'.repeat(2_000_000) }))).error).toBe('UNKNOWN_SERVER_ERROR')
    expect([await stateOf(at), at.facts.logEndOffset]).toEqual(['CompletingRebalance', 0])
    expect((await now(at, sync(at, member, { [member.memberId]: 'mine' }))).error).toBe('NONE')
    expect(await stateOf(at)).toBe('Stable')
  })

  it('GRP-07: a leader that never syncs is removed, and the group goes on without it', async () => {
    const at = await groupGround()
    const joins = [watch(join(at, { rebalanceTimeoutMs: 10_000 })), watch(join(at, { rebalanceTimeoutMs: 10_000 }))]
    await at.time.advance(at.settings.initialRebalanceDelayMs * 2)
    const leaderId = joins[0]!.value!.leader
    const follower = joins.map(({ value }) => value!).find(({ memberId }) => memberId !== leaderId)!
    const waiting = watch(sync(at, { memberId: follower.memberId, generationId: follower.generationId }))
    for (let waited = 0; waited < 10_000; waited += 2_000) {
      await at.time.advance(2_000)
      void heartbeat(at, { memberId: leaderId, generationId: follower.generationId })
    }
    expect(waiting.value?.error).toBe('REBALANCE_IN_PROGRESS')
    const again = watch(join(at, { memberId: follower.memberId, rebalanceTimeoutMs: 10_000 }))
    await at.time.advance(1_000)
    expect(again.value).toMatchObject({ error: 'NONE', leader: follower.memberId, generationId: follower.generationId + 1 })
  })
})

describe('bad input to a group of the consumer protocol', () => {
  it('CG-07, CG-09, OFF-08: hears the exact error and leaves the group as it was', async () => {
    const at = await consumerGround()
    const [one, two] = [new Consumer(at, 'm1', { instanceId: 'fixed' }), new Consumer(at, 'm2')]
    await converge(one, two)
    await now(at, commit(at, 5, { memberId: 'm2', generationId: two.epoch, apiVersion: 9 }))
    const view = async () => [await describeGroup(at), await committed(at), at.facts.logEndOffset]
    const before = await view()
    const of = (memberId: string, memberEpoch: number, more: object = {}) => beat(at, { memberId, memberEpoch, ...more })
    const commitAs = async (memberId: string, generationId: number, metadata = '') =>
      errorOf(await now(at, commit(at, 9, { memberId, generationId, metadata, apiVersion: 9 })))
    expect((await of('stranger', two.epoch)).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await of('m2', two.epoch + 1)).error).toBe('FENCED_MEMBER_EPOCH')
    expect(
      (
        await of('m3', 0, {
          instanceId: 'fixed',
          rebalanceTimeoutMs: 1_000,
          subscribedTopicNames: ['orders'],
          ownedPartitions: [],
        })
      ).error,
    ).toBe('UNRELEASED_INSTANCE_ID')
    expect((await of('m2', two.epoch, { instanceId: 'fixed' })).error).toBe('FENCED_INSTANCE_ID')
    expect(await commitAs('stranger', 1)).toBe('UNKNOWN_MEMBER_ID')
    expect(await commitAs('m2', 0)).toBe('STALE_MEMBER_EPOCH')
    expect(await commitAs('m2', two.epoch, 'x'.repeat(4_097))).toBe('OFFSET_METADATA_TOO_LARGE')
    expect(await now(at, at.coordinator.deleteGroup(groupId))).toBe('NON_EMPTY_GROUP')
    expect(await view()).toEqual(before)
    expect((await two.beat()).error).toBe('NONE')
  })
})
