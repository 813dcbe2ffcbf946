import { describe, expect, it } from 'vitest'
import type { JoinReply } from '../../../../broker-core/coordinator/groups/classic/classic-group.ts'
import { partitionsInAssignment } from '../../../../broker-core/coordinator/groups/consumer/embedded-assignment.ts'
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
} from '../../../../broker-core/protocol/embedded/consumer-protocol.ts'
import { encodeVersioned } from '../../../../broker-core/protocol/message.ts'
import { beat, Consumer, consumerGround, converge, describeGroup } from './consumer-ground.ts'
import { commit, committed, type GroupGround, heartbeat, join, leave, now, stateOf, sync, watch } from './group-ground.ts'

/** A member of the classic protocol as kafkajs or an old Java client are: it joins, syncs, and joins again when told to. */
class Classic {
  readonly at: GroupGround
  memberId = ''
  generationId = -1
  partitions: number[] = []
  readonly instanceId: string | null
  leader: string | undefined

  constructor(at: GroupGround, instanceId: string | null = null) {
    this.at = at
    this.instanceId = instanceId
  }

  get identity() {
    return { memberId: this.memberId, generationId: this.generationId, groupInstanceId: this.instanceId }
  }

  async join(): Promise<JoinReply> {
    const owned = [{ topic: 'orders', partitions: this.partitions }]
    const wishes = { ...consumerProtocolSubscription.body.zero, topics: ['orders'], ownedPartitions: owned }
    const metadata = encodeVersioned(consumerProtocolSubscription, 1, wishes)
    const options = { memberId: this.memberId, groupInstanceId: this.instanceId, apiVersion: 3 }
    const reply = watch(join(this.at, { ...options, protocols: [{ name: 'cooperative-sticky', metadata }] }))
    await this.at.time.settle()
    if (!reply.isThere) await this.at.time.advance(this.at.settings.initialRebalanceDelayMs)
    if (reply.value === undefined) throw new Error('no answer to the join')
    if (reply.value.error === 'NONE') {
      this.memberId = reply.value.memberId
      this.generationId = reply.value.generationId
      this.leader = reply.value.leader
    }
    return reply.value
  }

  async sync(assignments: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
    const reply = await now(
      this.at,
      this.at.coordinator.syncGroup({
        ...{ groupId: 'readers', protocolType: null, protocolName: null, ...this.identity },
        assignments: Object.entries(assignments).map(([memberId, assignment]) => ({ memberId, assignment })),
      }),
    )
    if (reply.error === 'NONE') {
      this.partitions = (partitionsInAssignment(reply.assignment, this.at.metadata) ?? []).flatMap(({ partitions }) => [
        ...partitions,
      ])
    }
    return reply.error
  }

  /** One heartbeat and what follows from it. */
  async step(): Promise<void> {
    if (this.memberId !== '' && (await now(this.at, heartbeat(this.at, this.identity))) === 'NONE') return
    if ((await this.join()).error !== 'NONE') return
    await this.sync()
  }
}

const assignmentOf = (partitions: readonly number[]): Uint8Array =>
  encodeVersioned(consumerProtocolAssignment, 0, { assignedPartitions: [{ topic: 'orders', partitions }], userData: null })

/** A stable classic group of one, which owns everything. */
async function classicGroup(at: GroupGround, instanceId: string | null = null): Promise<Classic> {
  const member = new Classic(at, instanceId)
  await member.join()
  expect(await member.sync({ [member.memberId]: assignmentOf([0, 1, 2, 3, 4, 5]) })).toBe('NONE')
  return member
}

async function settle(classics: readonly Classic[], consumers: readonly Consumer[]): Promise<void> {
  for (let round = 0; round < 12; round++) {
    for (const member of classics) await member.step()
    for (const member of consumers) await member.beat()
    const owned = [...classics.flatMap(member => member.partitions), ...consumers.flatMap(member => member.partitions())]
    expect(new Set(owned).size, 'nobody shares').toBe(owned.length)
  }
}

const owners = (classics: readonly Classic[], consumers: readonly Consumer[]): number[] => [
  ...classics.map(member => member.partitions.length),
  ...consumers.map(member => member.partitions().length),
]

describe('a group on its way between the protocols', () => {
  it('CG-11: a member of the consumer protocol joins a classic group, which goes on without losing partitions', async () => {
    const at = await consumerGround()
    const old = await classicGroup(at)
    const consumer = new Consumer(at, 'c1')
    expect((await consumer.beat()).error).toBe('NONE')
    const described = await describeGroup(at)
    expect(described.members.map(member => member.isClassic)).toEqual([true, false])
    expect(described.epoch).toBe(old.generationId + 1)
    await settle([old], [consumer])
    expect(owners([old], [consumer])).toEqual([3, 3])
    expect((await describeGroup(at)).state).toBe('Stable')
  })

  it('CG-11: classic members that wait for their rebalance are told to come again', async () => {
    const at = await consumerGround()
    const old = await classicGroup(at)
    const waiting = watch(join(at, { protocols: [{ name: 'cooperative-sticky', metadata: encodeSubscription() }] }))
    await at.time.settle()
    await new Consumer(at, 'c1').beat()
    expect(waiting.value?.error).toBe('REBALANCE_IN_PROGRESS')
    expect(await now(at, heartbeat(at, old.identity))).toBe('REBALANCE_IN_PROGRESS')
  })

  it('CG-11: a classic member joins a consumer group', async () => {
    const at = await consumerGround()
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    const old = new Classic(at)
    expect(await old.join()).toMatchObject({
      error: 'NONE',
      protocolType: 'consumer',
      protocolName: 'cooperative-sticky',
      leader: '',
    })
    expect(await old.sync()).toBe('NONE')
    await settle([old], [consumer])
    expect(owners([old], [consumer])).toEqual([3, 3])
    expect((await now(at, commit(at, 7, old.identity)))[0]).toBe('NONE')
    expect(await committed(at)).toBe(7)
    expect(await now(at, commit(at, 8, { ...old.identity, generationId: 77 }))).toBe('ILLEGAL_GENERATION')
  })

  it('CG-11: the last member of the consumer protocol leaves, and the others are a classic group again', async () => {
    const at = await consumerGround()
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    const old = new Classic(at)
    await settle([old], [consumer])
    const { epoch } = await describeGroup(at)
    await consumer.leave()
    expect(await stateOf(at)).toBe('PreparingRebalance')
    expect(await now(at, heartbeat(at, old.identity))).toBe('REBALANCE_IN_PROGRESS')
    const rejoined = await old.join()
    expect(rejoined).toMatchObject({ error: 'NONE', leader: old.memberId, generationId: epoch + 1 })
    expect(await old.sync({ [old.memberId]: assignmentOf([0, 1, 2, 3, 4, 5]) })).toBe('NONE')
    await at.failover()
    expect(await stateOf(at)).toBe('Stable')
    expect(await now(at, heartbeat(at, old.identity))).toBe('NONE')
  })

  it('CG-11, GRP-13: there and back across failovers, and somebody gets what the last one left', async () => {
    const at = await consumerGround()
    const old = await classicGroup(at)
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    await at.failover()
    await settle([old], [consumer])
    expect(owners([old], [consumer])).toEqual([3, 3])
    await consumer.leave()
    await at.failover()
    expect(await stateOf(at)).toBe('PreparingRebalance')
    expect(await now(at, heartbeat(at, old.identity))).toBe('REBALANCE_IN_PROGRESS')
    expect(await old.join()).toMatchObject({ error: 'NONE', leader: old.memberId })
    expect(await old.sync({ [old.memberId]: assignmentOf([0, 1, 2, 3, 4, 5]) })).toBe('NONE')
    await at.failover()
    expect(await stateOf(at)).toBe('Stable')
  })

  it('CG-05, CG-11: a group that goes back and forth gives nothing away that a classic member is still to give up', async () => {
    const at = await consumerGround()
    const old = await classicGroup(at)
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    expect(await now(at, heartbeat(at, old.identity))).toBe('REBALANCE_IN_PROGRESS')
    expect((await old.join()).error).toBe('NONE')
    await consumer.leave()
    const second = new Consumer(at, 'c2')
    expect((await second.beat()).error).toBe('NONE')
    expect(second.partitions().filter(partition => old.partitions.includes(partition))).toEqual([])
    await settle([old], [second])
    expect(owners([old], [second])).toEqual([3, 3])
  })

  it.each(['disabled', 'downgrade'] as const)('CG-11: policy %s keeps a classic group classic', async consumerMigrationPolicy => {
    const at = await consumerGround({ consumerMigrationPolicy })
    await classicGroup(at)
    expect((await new Consumer(at, 'c1').beat()).error).toBe('GROUP_ID_NOT_FOUND')
    expect(await stateOf(at)).toBe('Stable')
  })

  it('CG-11: policy upgrade keeps a consumer group one', async () => {
    const at = await consumerGround({ consumerMigrationPolicy: 'upgrade' })
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    const old = new Classic(at)
    await settle([old], [consumer])
    await consumer.leave()
    await settle([old], [])
    expect((await describeGroup(at)).members.length).toBe(1)
    expect(old.partitions.length).toBe(6)
  })

  it('CG-11: a group of another kind than consumers stays classic', async () => {
    const at = await consumerGround()
    const joined = watch(join(at, { protocolType: 'connect' }))
    await at.time.advance(3_000)
    expect(joined.value?.error).toBe('NONE')
    expect((await new Consumer(at, 'c1').beat()).error).toBe('GROUP_ID_NOT_FOUND')
  })

  it.each([
    ['another protocol type', { protocolType: 'connect' }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['no protocol', { protocols: [] }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['metadata that is none', { protocols: [{ name: 'range', metadata: new Uint8Array([9]) }] }, 'INCONSISTENT_GROUP_PROTOCOL'],
    ['a session timeout out of range', { sessionTimeoutMs: 1 }, 'INVALID_SESSION_TIMEOUT'],
    ['version 4 without an id', { apiVersion: 4 }, 'MEMBER_ID_REQUIRED'],
  ])('CG-11: a classic member with %s: %s', async (_what, options, error) => {
    const at = await consumerGround()
    await new Consumer(at, 'c1').beat()
    expect((await now(at, join(at, options))).error).toBe(error)
    expect((await describeGroup(at)).members.length).toBe(1)
  })

  it('CG-11: a classic member that was told to join again, and does not, is fenced', async () => {
    const at = await consumerGround()
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    const old = new Classic(at)
    await settle([old], [consumer])
    const second = new Consumer(at, 'c2')
    await second.beat()
    for (let waited = 0; waited <= 60_000; waited += 5_000) {
      await now(at, heartbeat(at, old.identity))
      await consumer.beat()
      await second.beat()
      await at.time.advance(5_000)
    }
    expect(await now(at, heartbeat(at, old.identity))).toBe('UNKNOWN_MEMBER_ID')
    await converge(consumer, second)
    expect(consumer.partitions().length + second.partitions().length).toBe(6)
  })

  it('CG-11, GRP-10: a static classic member comes back under a new id, and leaves by its instance', async () => {
    const at = await consumerGround()
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    const first = new Classic(at, 'i1')
    await settle([first], [consumer])
    const { epoch } = await describeGroup(at)
    const second = new Classic(at, 'i1')
    await second.join()
    await second.sync()
    expect(second.partitions).toEqual(first.partitions)
    expect((await describeGroup(at)).epoch).toBe(epoch)
    expect(await now(at, heartbeat(at, first.identity))).toBe('FENCED_INSTANCE_ID')
    expect((await now(at, sync(at, first.identity))).error).toBe('FENCED_INSTANCE_ID')
    const left = await now(at, leave(at, { memberId: '', groupInstanceId: 'i1' }, { memberId: 'stranger' }))
    expect(left.members.map(member => member.error)).toEqual(['NONE', 'UNKNOWN_MEMBER_ID'])
    expect((await describeGroup(at)).members.length).toBe(1)
  })

  it('CG-09, CG-11: a static classic member that comes back with the consumer protocol takes its place at once', async () => {
    const at = await consumerGround()
    const old = await classicGroup(at, 'i1')
    const back = new Consumer(at, 'c1', { instanceId: 'i1' })
    expect((await back.beat()).error).toBe('NONE')
    expect(back.partitions()).toEqual(old.partitions)
    expect((await describeGroup(at)).members.map(({ memberId, isClassic }) => [memberId, isClassic])).toEqual([['c1', false]])
    expect((await new Consumer(at, 'c2', { instanceId: 'i1' }).beat()).error).toBe('UNRELEASED_INSTANCE_ID')
  })

  it('GRP-12, CG-11: the classic member whose instance went on with the consumer protocol is fenced, not unknown', async () => {
    const at = await consumerGround()
    const old = await classicGroup(at, 'i1')
    await new Consumer(at, 'c1', { instanceId: 'i1' }).beat()
    expect(await now(at, heartbeat(at, old.identity))).toBe('FENCED_INSTANCE_ID')
    expect(await old.sync()).toBe('FENCED_INSTANCE_ID')
  })

  it.each([
    ['while the leader assigns', false],
    ['after one left while the leader assigned', true],
  ])('CG-05, CG-11: who joins %s gets nothing that cooperative members still have', async (_when, leaves) => {
    const at = await consumerGround()
    const old = await classicGroup(at)
    const second = new Classic(at)
    const joined = watch(second.join().catch(() => undefined))
    await at.time.settle()
    await old.join()
    await at.time.settle()
    expect(await stateOf(at)).toBe('CompletingRebalance')
    if (leaves) await now(at, leave(at, { memberId: (await firstOther(at, old.memberId)) ?? '' }))
    const consumer = new Consumer(at, 'c1')
    expect((await consumer.beat()).error).toBe('NONE')
    expect(consumer.partitions().filter(partition => old.partitions.includes(partition))).toEqual([])
    await settle(leaves ? [old] : [old, second], [consumer])
    expect(joined.isThere).toBe(true)
    expect((await describeGroup(at)).state).toBe('Stable')
  })

  it('CG-11: a classic member that takes the place of the last of the consumer protocol makes the group classic', async () => {
    const at = await consumerGround()
    const consumer = new Consumer(at, 'c1', { instanceId: 'i1' })
    await consumer.beat()
    await beat(at, { memberId: 'c1', instanceId: 'i1', memberEpoch: -2 })
    const back = new Classic(at, 'i1')
    expect((await back.join()).error).toBe('NONE')
    expect(await stateOf(at)).toBe('PreparingRebalance')
    expect(await back.sync()).toBe('REBALANCE_IN_PROGRESS')
    expect(await back.join()).toMatchObject({ error: 'NONE', leader: back.memberId })
    expect(await back.sync({ [back.memberId]: assignmentOf([0, 1, 2, 3, 4, 5]) })).toBe('NONE')
    expect(await stateOf(at)).toBe('Stable')
  })

  it('CG-11: policy disabled keeps classic members out of a consumer group', async () => {
    const at = await consumerGround({ consumerMigrationPolicy: 'disabled' })
    const consumer = new Consumer(at, 'c1')
    await consumer.beat()
    expect((await new Classic(at).join()).error).toBe('INCONSISTENT_GROUP_PROTOCOL')
    await consumer.leave()
    expect((await new Classic(at).join()).error).toBe('NONE')
    expect(await stateOf(at)).toBe('CompletingRebalance')
  })

  it('GRP-12, CG-11: a static classic member that was removed is unknown under its old id, and joins without one', async () => {
    const at = await consumerGround()
    await new Consumer(at, 'c1').beat()
    const old = new Classic(at, 'i1')
    await old.join()
    await now(at, leave(at, { memberId: '', groupInstanceId: 'i1' }))
    expect((await old.join()).error).toBe('UNKNOWN_MEMBER_ID')
    expect((await describeGroup(at)).members.length).toBe(1)
    expect((await new Classic(at, 'i1').join()).error).toBe('NONE')
  })

  it('CG-11: a consumer heartbeat cannot speak for a classic group that it did not join', async () => {
    const at = await consumerGround()
    const old = await classicGroup(at)
    expect((await beat(at, { memberId: old.memberId, memberEpoch: old.generationId })).error).toBe('GROUP_ID_NOT_FOUND')
    expect((await beat(at, { memberId: old.memberId, memberEpoch: -1 })).error).toBe('GROUP_ID_NOT_FOUND')
    expect(await stateOf(at)).toBe('Stable')
  })
})

const encodeSubscription = (): Uint8Array =>
  encodeVersioned(consumerProtocolSubscription, 1, { ...consumerProtocolSubscription.body.zero, topics: ['orders'] })

async function firstOther(at: GroupGround, memberId: string): Promise<string | undefined> {
  const described = await now(at, at.coordinator.describeGroup('readers'))
  if (described === undefined || typeof described === 'string') return undefined
  return described.members.find(member => member.memberId !== memberId)?.memberId
}
