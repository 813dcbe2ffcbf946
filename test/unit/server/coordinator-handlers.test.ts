import { describe, expect, it } from 'vitest'
import { coordinatorFinder, offsetsTopicPlan, transactionTopicPlan } from '../../../broker-core/coordinator/find-coordinator.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { encodeResponse } from '../../../broker-core/protocol/frames.ts'
import { offsetFetch } from '../../../broker-core/protocol/messages/09-offset-fetch.ts'
import type { Handler, RequestContext } from '../../../broker-core/server/handler.ts'
import { offsetCommitHandler } from '../../../broker-core/server/handlers/08-offset-commit.ts'
import { offsetFetchHandler } from '../../../broker-core/server/handlers/09-offset-fetch.ts'
import { findCoordinatorHandler } from '../../../broker-core/server/handlers/10-find-coordinator.ts'
import { joinGroupHandler } from '../../../broker-core/server/handlers/11-join-group.ts'
import { heartbeatHandler } from '../../../broker-core/server/handlers/12-heartbeat.ts'
import { leaveGroupHandler } from '../../../broker-core/server/handlers/13-leave-group.ts'
import { syncGroupHandler } from '../../../broker-core/server/handlers/14-sync-group.ts'
import { describeGroupsHandler } from '../../../broker-core/server/handlers/15-describe-groups.ts'
import { listGroupsHandler } from '../../../broker-core/server/handlers/16-list-groups.ts'
import { deleteGroupsHandler } from '../../../broker-core/server/handlers/42-delete-groups.ts'
import { offsetDeleteHandler } from '../../../broker-core/server/handlers/47-offset-delete.ts'
import { consumerGroupHeartbeatHandler } from '../../../broker-core/server/handlers/68-consumer-group-heartbeat.ts'
import { consumerGroupDescribeHandler } from '../../../broker-core/server/handlers/69-consumer-group-describe.ts'
import { FakeMetadata, ground } from '../coordinator/ground.ts'
import { joinWishes } from '../coordinator/groups/consumer-ground.ts'
import { groupGround, type GroupGround, groupId, stableGroup, subscription } from '../coordinator/groups/group-ground.ts'

const zeroTopic = 'AAAAAAAAAAAAAAAAAAAAAA'
const name = (code: number | undefined): string => (code === undefined ? 'none' : errorName(code))

/** Handles a request, and encodes the answer in its version, as the wire would. */
async function call<A extends Api>(
  at: Pick<GroupGround, 'time'>,
  handler: Handler<A>,
  version: number,
  request: Partial<RequestOf<A>>,
): Promise<ResponseOf<A>> {
  const context = {
    apiVersion: version,
    clientId: 'app',
    listener: 'PLAINTEXT',
    remoteAddress: '127.0.0.1:5000',
  } as RequestContext
  const { api } = handler
  const seen: { response?: ResponseOf<A> } = {}
  void Promise.resolve(handler.handle({ ...api.request.zero, ...request }, context)).then(response => {
    if (response !== undefined) seen.response = response
  })
  await at.time.settle()
  if (seen.response === undefined) throw new Error('no answer')
  encodeResponse(api, version, 1, seen.response)
  return seen.response
}

async function withTopics(): Promise<GroupGround> {
  const at = await groupGround({ initialRebalanceDelayMs: 0 })
  at.metadata.put('orders', 3)
  at.metadata.put('bills', 1)
  return at
}

const committedPartition = (partitionIndex: number, committedOffset: number) => ({
  ...{ partitionIndex, committedOffset, committedLeaderEpoch: -1, committedMetadata: 'note' },
})

describe('OffsetCommit and OffsetFetch', () => {
  const commitAll = async (at: GroupGround, version = 8) => {
    const id = (topic: string) => at.metadata.topic(topic)?.topicId ?? zeroTopic
    const handler = offsetCommitHandler({ groups: at.coordinator, topics: at.metadata })
    const topics = [
      { name: 'orders', topicId: id('orders'), partitions: [committedPartition(0, 5), committedPartition(2, 7)] },
      { name: 'nowhere', topicId: 'BBBBBBBBBBBBBBBBBBBBBA', partitions: [committedPartition(0, 1)] },
      { name: 'bills', topicId: id('bills'), partitions: [committedPartition(0, 9)] },
    ]
    const { topics: results } = await call(at, handler, version, { groupId, topics })
    return results.map(topic => topic.partitions.map(partition => name(partition.errorCode)))
  }

  it.each([
    [2, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [9, 'UNKNOWN_TOPIC_OR_PARTITION'],
    [10, 'UNKNOWN_TOPIC_ID'],
  ])('OFF-07: version %i refuses only topics that are not there, in the order of the request', async (version, error) => {
    expect(await commitAll(await withTopics(), version)).toEqual([['NONE', 'NONE'], [error], ['NONE']])
  })

  it('a commit of unknown topics only asks nobody', async () => {
    const at = await withTopics()
    const handler = offsetCommitHandler({ groups: at.coordinator, topics: at.metadata })
    const topics = [{ name: 'nowhere', topicId: zeroTopic, partitions: [committedPartition(0, 1)] }]
    const { topics: results } = await call(at, handler, 8, { groupId: 'never', topics })
    expect(name(results[0]?.partitions[0]?.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
    const { groups } = await call(at, listGroupsHandler({ groups: at.coordinator }), 5, {})
    expect(groups).toEqual([])
  })

  it.each([1, 2, 7])('OFF-03: version %i is about one group', async version => {
    const at = await withTopics()
    await commitAll(at)
    const handler = offsetFetchHandler({ groups: at.coordinator, topics: at.metadata })
    const response = await call(at, handler, version, { groupId, topics: [{ name: 'orders', partitionIndexes: [0, 1] }] })
    expect(response.topics[0]?.partitions.map(({ committedOffset, metadata }) => [committedOffset, metadata])).toEqual([
      [5, 'note'],
      [-1, ''],
    ])
  })

  it('OFF-03: null topics are all, several groups at once from version 8', async () => {
    const at = await withTopics()
    await commitAll(at)
    const handler = offsetFetchHandler({ groups: at.coordinator, topics: at.metadata })
    const single = await call(at, handler, 6, { groupId, topics: null })
    expect(single.topics.map(topic => topic.name).toSorted()).toEqual(['bills', 'orders'])
    const group = (id: string) => ({ groupId: id, memberId: null, memberEpoch: -1, topics: null })
    const several = await call(at, handler, 9, { groups: [group(groupId), group('nobody')] })
    expect(several.groups.map(({ errorCode, topics }) => [name(errorCode), topics.length])).toEqual([
      ['NONE', 2],
      ['NONE', 0],
    ])
  })

  it('OFF-07: version 10 asks by topic id', async () => {
    const at = await withTopics()
    await commitAll(at)
    const { topicId } = at.metadata.topic('orders')!
    const handler = offsetFetchHandler({ groups: at.coordinator, topics: at.metadata })
    const topics = [
      { name: '', topicId, partitionIndexes: [0] },
      { name: '', topicId: 'BBBBBBBBBBBBBBBBBBBBBA', partitionIndexes: [4] },
    ]
    const { groups } = await call(at, handler, 10, { groups: [{ groupId, memberId: null, memberEpoch: -1, topics }] })
    expect(groups[0]?.topics.map(topic => [topic.topicId, name(topic.partitions[0]?.errorCode)])).toEqual([
      [topicId, 'NONE'],
      ['BBBBBBBBBBBBBBBBBBBBBA', 'UNKNOWN_TOPIC_ID'],
    ])
  })

  it.each([1, 7, 9, 10])('OFF-06, OFF-07: version %i gets no offset of a topic that was made anew since', async version => {
    const at = await withTopics()
    await commitAll(at)
    at.facts.refuses = 'NOT_ENOUGH_REPLICAS'
    at.metadata.drop('orders')
    await at.time.settle()
    at.facts.refuses = undefined
    const { topicId } = at.metadata.put('orders', 3, { topicId: 'BBBBBBBBBBBBBBBBBBBBBA' })
    const handler = offsetFetchHandler({ groups: at.coordinator, topics: at.metadata })
    const topics = [{ name: 'orders', topicId, partitionIndexes: [0] }]
    const groups = [{ groupId, memberId: null, memberEpoch: -1, topics }]
    const response = await call(at, handler, version, { groupId, topics, groups })
    const [topic] = version < 8 ? response.topics : (response.groups[0]?.topics ?? [])
    expect(topic?.partitions).toMatchObject([{ committedOffset: -1, errorCode: 0, metadata: '' }])
    if (version > 1 && version < 8) {
      const all = await call(at, handler, version, { groupId, topics: null })
      expect(all.topics.map(({ name: each }) => each)).toEqual(['bills'])
    }
  })

  it('before version 2 the error of the group stands at each partition', async () => {
    const at = await withTopics()
    at.coordinator.leadership.resigned(0, 1)
    const handler = offsetFetchHandler({ groups: at.coordinator, topics: at.metadata })
    const asked = { groupId, topics: [{ name: 'orders', partitionIndexes: [0] }] }
    const first = await call(at, handler, 1, asked)
    expect(name(first.topics[0]?.partitions[0]?.errorCode)).toBe('NOT_COORDINATOR')
    const second = await call(at, handler, 2, asked)
    expect([name(second.errorCode), second.topics]).toEqual(['NOT_COORDINATOR', []])
    expect(offsetFetch.versions[0]).toBe(1)
  })
})

describe('members of classic groups', () => {
  it('GRP-06: version 0 has the session timeout for both', async () => {
    const at = await withTopics()
    const protocols = [{ name: 'range', metadata: subscription(['orders']) }]
    const request = { groupId, sessionTimeoutMs: 10_000, protocolType: 'consumer', protocols }
    const joined = await call(at, joinGroupHandler({ groups: at.coordinator }), 0, request)
    expect([name(joined.errorCode), joined.members.length]).toEqual(['NONE', 1])
    // Rejoining starts a rebalance, whose length is now that of the session.
    const other = await call(at, joinGroupHandler({ groups: at.coordinator }), 0, request).catch(() => 'waits')
    expect(other).toBe('waits')
    await at.time.advance(10_001)
    const { groups } = await call(at, describeGroupsHandler({ groups: at.coordinator }), 5, { groups: [groupId] })
    expect(groups[0]?.groupState).toBe('CompletingRebalance')
  })

  it('a refusal before version 7 has an empty protocol name instead of none', async () => {
    const at = await withTopics()
    const handler = joinGroupHandler({ groups: at.coordinator })
    expect((await call(at, handler, 6, { groupId, sessionTimeoutMs: 1 })).protocolName).toBe('')
    expect((await call(at, handler, 7, { groupId, sessionTimeoutMs: 1 })).protocolName).toBeNull()
  })

  it('GRP-09: from version 5 on a sync names its protocol', async () => {
    const at = await withTopics()
    const [member] = await stableGroup(at)
    const handler = syncGroupHandler({ groups: at.coordinator })
    const request = { groupId, memberId: member!.memberId, generationId: member!.generationId }
    expect(name((await call(at, handler, 4, request)).errorCode)).toBe('NONE')
    expect(name((await call(at, handler, 5, request)).errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL')
    const named = { ...request, protocolType: 'consumer', protocolName: 'range' }
    expect(name((await call(at, handler, 5, named)).errorCode)).toBe('NONE')
    expect(name((await call(at, handler, 5, { ...named, protocolName: 'other' })).errorCode)).toBe('INCONSISTENT_GROUP_PROTOCOL')
  })

  it('GRP-08: one member leaves before version 3, several since', async () => {
    const at = await withTopics()
    const [first, second] = await stableGroup(at)
    const handler = leaveGroupHandler({ groups: at.coordinator })
    expect(name((await call(at, handler, 2, { groupId, memberId: 'stranger' })).errorCode)).toBe('UNKNOWN_MEMBER_ID')
    const members = [first, second ?? { memberId: 'stranger' }].map(one => ({
      ...{ memberId: one!.memberId, groupInstanceId: null, reason: null },
    }))
    const left = await call(at, handler, 5, { groupId, members })
    expect([name(left.errorCode), left.members.length]).toEqual(['NONE', 2])
    expect(name(left.members[0]?.errorCode)).toBe('NONE')
  })

  it('while the coordinator loads a heartbeat is well, everything else is told so', async () => {
    const at = await withTopics()
    const [member] = await stableGroup(at)
    at.coordinator.leadership.elected(at.facts.successor())
    const { memberId, generationId } = member!
    const heartbeat = heartbeatHandler({ groups: at.coordinator }).handle(
      { groupId, memberId, generationId, groupInstanceId: null },
      { apiVersion: 4 } as RequestContext,
    )
    expect(name((await heartbeat)?.errorCode)).toBe('NONE')
    const listed = await listGroupsHandler({ groups: at.coordinator }).handle({ statesFilter: [], typesFilter: [] }, {
      apiVersion: 5,
    } as RequestContext)
    expect(name(listed?.errorCode)).toBe('COORDINATOR_LOAD_IN_PROGRESS')
  })
})

describe('descriptions, lists, deletions', () => {
  it('GRP-14: an unknown group is Dead, an error from version 6 on', async () => {
    const at = await withTopics()
    const handler = describeGroupsHandler({ groups: at.coordinator })
    const of = async (version: number) => (await call(at, handler, version, { groups: ['nobody'] })).groups[0]
    expect([name((await of(5))?.errorCode), (await of(5))?.groupState]).toEqual(['NONE', 'Dead'])
    expect([name((await of(6))?.errorCode), (await of(6))?.groupState]).toEqual(['GROUP_ID_NOT_FOUND', 'Dead'])
  })

  it('GRP-14: what members said and got is shown, and what may be done only when asked', async () => {
    const at = await withTopics()
    await stableGroup(at)
    const handler = describeGroupsHandler({ groups: at.coordinator })
    const [shown] = (await call(at, handler, 6, { groups: [groupId], includeAuthorizedOperations: true })).groups
    expect(shown).toMatchObject({ groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' })
    expect(shown?.members[0]).toMatchObject({ clientId: 'client-0', clientHost: '/127.0.0.1' })
    expect(shown?.members[0]?.memberMetadata).toEqual(subscription(['orders']))
    expect(shown?.authorizedOperations).toBeGreaterThan(0)
    const [plain] = (await call(at, handler, 6, { groups: [groupId] })).groups
    expect(plain?.authorizedOperations).toBe(-2147483648)
  })

  it('GRP-14: filters by state and type ignore case', async () => {
    const at = await withTopics()
    await stableGroup(at)
    const handler = listGroupsHandler({ groups: at.coordinator })
    const ids = async (statesFilter: string[], typesFilter: string[] = []) =>
      (await call(at, handler, 5, { statesFilter, typesFilter })).groups.map(group => group.groupId)
    expect([await ids(['STABLE']), await ids(['Empty']), await ids([], ['Classic'])]).toEqual([[groupId], [], [groupId]])
  })

  it('GRP-15: DeleteGroups and OffsetDelete, each with its own errors', async () => {
    const at = await withTopics()
    const [member] = await stableGroup(at)
    const deleteHandler = deleteGroupsHandler({ groups: at.coordinator })
    const { results } = await call(at, deleteHandler, 3, { groupsNames: [groupId, 'nobody', ''] })
    expect(results.map(({ errorCode }) => name(errorCode))).toEqual(['NON_EMPTY_GROUP', 'GROUP_ID_NOT_FOUND', 'INVALID_GROUP_ID'])
    expect(member).toBeDefined()
    const offsetHandler = offsetDeleteHandler({ groups: at.coordinator, topics: at.metadata })
    const topics = ['orders', 'nowhere', 'bills'].map(topic => ({ name: topic, partitions: [{ partitionIndex: 0 }] }))
    const deleted = await call(at, offsetHandler, 0, { groupId, topics })
    expect(deleted.topics.map(({ partitions }) => name(partitions[0]?.errorCode))).toEqual([
      ...['GROUP_SUBSCRIBED_TO_TOPIC', 'UNKNOWN_TOPIC_OR_PARTITION', 'NONE'],
    ])
  })

  it('CG-08, CG-12: a member of the consumer protocol, from its heartbeat to its description', async () => {
    const at = await withTopics()
    const heartbeat = consumerGroupHeartbeatHandler({ groups: at.coordinator })
    const { ownedPartitions: topicPartitions, ...wishes } = joinWishes
    const joined = await call(at, heartbeat, 1, { groupId, memberId: 'm1', topicPartitions, ...wishes })
    expect([name(joined.errorCode), joined.memberEpoch, joined.assignment?.topicPartitions[0]?.partitions]).toEqual([
      'NONE',
      1,
      [0, 1, 2],
    ])
    expect((await call(at, heartbeat, 1, { groupId, memberId: 'm1', memberEpoch: 1 })).assignment).toBeNull()
    const describe_ = consumerGroupDescribeHandler({ groups: at.coordinator })
    const { groups } = await call(at, describe_, 1, { groupIds: [groupId, 'nobody', ''] })
    expect(groups.map(({ errorCode }) => name(errorCode))).toEqual(['NONE', 'GROUP_ID_NOT_FOUND', 'INVALID_GROUP_ID'])
    expect(groups[0]).toMatchObject({ groupState: 'Stable', groupEpoch: 1, assignmentEpoch: 1, assignorName: 'uniform' })
    expect(groups[0]?.members[0]).toMatchObject({ memberEpoch: 1, memberType: 1, subscribedTopicNames: ['orders'] })
    expect(groups[0]?.members[0]?.assignment.topicPartitions[0]?.topicName).toBe('orders')
  })
})

describe('FindCoordinator', () => {
  const counts = { partitionCount: 50, replicationFactor: 3, segmentBytes: 1 }
  const plans = { group: offsetsTopicPlan(counts), transaction: transactionTopicPlan({ ...counts, inSyncReplicasMin: 2 }) }
  const found = (at: ReturnType<typeof ground>, version: number, request: object) => {
    const handler = findCoordinatorHandler({ coordinators: coordinatorFinder(at, plans) })
    return call(at, handler, version, request)
  }

  it('finds one key before version 4 and several since, for groups and transactions', async () => {
    const at = ground()
    const single = await found(at, 3, { key: 'g', keyType: 0 })
    expect([name(single.errorCode), single.nodeId, single.port]).toEqual(['NONE', 1, 9093])
    const several = await found(at, 6, { coordinatorKeys: ['a', 'b', 'a'], keyType: 1 })
    expect(several.coordinators.map(({ errorCode, key }) => [key, name(errorCode)])).toEqual([
      ['a', 'NONE'],
      ['b', 'NONE'],
    ])
  })

  it.each([
    ['an empty group', { coordinatorKeys: [''], keyType: 0 }, 'INVALID_GROUP_ID'],
    ['a share partition', { coordinatorKeys: ['g:t:0'], keyType: 2 }, 'INVALID_REQUEST'],
    ['an unknown kind', { coordinatorKeys: ['x'], keyType: 9 }, 'INVALID_REQUEST'],
  ])('%s: %s', async (_what, request, error) => {
    const { coordinators } = await found(ground(), 6, request)
    expect(name(coordinators[0]?.errorCode)).toBe(error)
  })

  it('INT-01: asks for a missing topic with its configuration, and waits a little until it is known', async () => {
    const metadata = new FakeMetadata()
    metadata.topics.delete('__transaction_state')
    const plansAsked: string[] = []
    const at = ground({
      metadata,
      internalTopics: {
        ensure(plan) {
          plansAsked.push(
            `${plan.name} ${plan.partitionCount} ${plan.replicationFactor} ${plan.configs['cleanup.policy']} ${plan.configs['min.insync.replicas']}`,
          )
          at.time.after(200, () => metadata.put('__transaction_state', 50))
          return Promise.resolve('COORDINATOR_NOT_AVAILABLE')
        },
      },
    })
    const finder = coordinatorFinder(at, plans)
    const answer = finder.find('transaction', 't', 'PLAINTEXT')
    await at.time.advance(250)
    expect(await answer).toMatchObject({ error: 'NONE', nodeId: 1 })
    expect(plansAsked).toEqual(['__transaction_state 50 3 compact 2'])
  })

  it('without a leader, or a topic in time, the client is told to come again', async () => {
    const at = ground()
    at.metadata.leader = -1
    at.metadata.endpoint = nodeId => (nodeId < 0 ? undefined : { host: 'localhost', port: 1 }) as never
    expect(name((await found(at, 6, { coordinatorKeys: ['g'], keyType: 0 })).coordinators[0]?.errorCode)).toBe(
      'COORDINATOR_NOT_AVAILABLE',
    )
    at.metadata.topics.delete('__consumer_offsets')
    const finder = coordinatorFinder(at, plans)
    const answer = finder.find('group', 'g', 'PLAINTEXT')
    await at.time.advance(1_001)
    expect(await answer).toEqual({ error: 'COORDINATOR_NOT_AVAILABLE' })
  })
})
