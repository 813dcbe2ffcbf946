import { describe, expect, it } from 'vitest'
import { groupMachine } from '../../../../broker-core/coordinator/groups/machine.ts'
import {
  defaultGroupSettings,
  groupsPerPartitionMax,
  membersPerGroupMax,
} from '../../../../broker-core/coordinator/groups/settings.ts'
import { FakeMetadata } from '../ground.ts'
import { consumerGround } from './consumer-ground.ts'
import { groupGround, groupId, join, now, stateOf } from './group-ground.ts'

const filters = { states: new Set<string>(), types: new Set<string>() }

describe('what nobody may make grow', () => {
  it('ids that are handed out and not used leave nothing behind', async () => {
    const at = await groupGround()
    for (let i = 0; i < 50; i++) await now(at, join(at, { groupId: `idle-${i}`, apiVersion: 9 }))
    expect((await now(at, at.coordinator.listGroups(filters))).groups.length).toBe(50)
    await at.time.advance(10_001)
    expect((await now(at, at.coordinator.listGroups(filters))).groups).toEqual([])
    expect(at.facts.batches).toEqual([])
  })

  it('a group has no more members, ids that are handed out included, than we can keep', async () => {
    const at = await groupGround()
    const joins = Array.from({ length: membersPerGroupMax }, () => join(at, { apiVersion: 9 }))
    expect((await now(at, Promise.all(joins))).every(({ error }) => error === 'MEMBER_ID_REQUIRED')).toBe(true)
    expect((await now(at, join(at, { apiVersion: 9 }))).error).toBe('GROUP_MAX_SIZE_REACHED')
    expect(await stateOf(at)).toBe('Empty')
  }, 20_000)

  it('a member cannot say more of itself than a record can hold', async () => {
    const at = await groupGround()
    const protocols = [
      { name: 'range', metadata: new Uint8Array(600_000) },
      { name: 'other', metadata: new Uint8Array(600_000) },
    ]
    expect((await now(at, join(at, { protocols }))).error).toBe('INVALID_REQUEST')
    expect(await stateOf(at)).toBe('Dead')
  })

  it('one group too many is refused, those that are there go on', () => {
    const context = { settings: defaultGroupSettings, metadata: new FakeMetadata(), metadataVersion: () => 0 }
    const machine = groupMachine(context)
    const state = machine.initial()
    const commit = (id: string) =>
      machine.decide(
        state,
        {
          ...{ kind: 'commit-offsets', ticket: 1, groupId: id, memberId: '', groupInstanceId: null },
          ...{ generationIdOrMemberEpoch: -1, apiVersion: 8, retentionTimeMs: -1 },
          offsets: [{ topic: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partition: 0, offset: 1, leaderEpoch: -1, metadata: '' }],
        },
        0,
      )
    for (let i = 0; i < groupsPerPartitionMax; i++) {
      for (const fact of commit(`g${i}`).facts) if (fact.kind === 'classic-group') machine.evolve(state, fact)
    }
    expect(commit('one-more').replies[0]?.value).toBe('COORDINATOR_NOT_AVAILABLE')
    expect(commit('g7').replies[0]?.value).toEqual(['NONE'])
  })

  it('requests beyond what a shard keeps waiting are told to come again', async () => {
    const at = await groupGround()
    at.facts.commitsAtOnce = false
    const joins = Array.from({ length: 20_100 }, (_, index) => join(at, { groupId: `g${index % 50}`, memberId: 'nobody' }))
    const errors = new Map<string, number>()
    void Promise.all(joins.map(one => one.then(({ error }) => errors.set(error, (errors.get(error) ?? 0) + 1))))
    await at.time.settle()
    expect(errors).toEqual(
      new Map([
        ['COORDINATOR_NOT_AVAILABLE', 100],
        ['UNKNOWN_MEMBER_ID', 20_000],
      ]),
    )
  })

  it('CG-10: many members with one pattern have it matched once, and 200 members settle in bounded work', async () => {
    const at = await consumerGround()
    at.metadata.put('wide', 400)
    const startedMs = performance.now()
    const { Consumer, converge, describeGroup } = await import('./consumer-ground.ts')
    const members = Array.from(
      { length: 200 },
      (_, index) => new Consumer(at, `m${index}`, { subscribedTopicRegex: 'w.*', subscribedTopicNames: null }),
    )
    await converge(...members)
    expect(new Set(members.map(member => member.count))).toEqual(new Set([2]))
    expect((await describeGroup(at)).state).toBe('Stable')
    expect(performance.now() - startedMs).toBeLessThan(15_000)
    expect(groupId).toBe('readers')
  }, 30_000)
})
