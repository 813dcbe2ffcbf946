import { afterEach, describe, expect, it } from 'vitest'
import type { ConsumerOptions, GroupConsumer } from '../../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../../broker-core/client/consuming/group-consumer.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { consumerProtocolAssignment } from '../../../broker-core/protocol/embedded/consumer-protocol.ts'
import { encodeVersioned } from '../../../broker-core/protocol/message.ts'
import { errorCode, type KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import { offsetCommit } from '../../../broker-core/protocol/messages/08-offset-commit.ts'
import { offsetFetch } from '../../../broker-core/protocol/messages/09-offset-fetch.ts'
import { joinGroup } from '../../../broker-core/protocol/messages/11-join-group.ts'
import { heartbeat } from '../../../broker-core/protocol/messages/12-heartbeat.ts'
import { leaveGroup } from '../../../broker-core/protocol/messages/13-leave-group.ts'
import { syncGroup } from '../../../broker-core/protocol/messages/14-sync-group.ts'
import { scriptedCluster, type ScriptedCluster } from './scripted-cluster.ts'
import { ScriptedLog } from './scripted-log.ts'
import { soon } from './soon.ts'

const clients: KafkaClient[] = []
const consumers: GroupConsumer[] = []
afterEach(async () => {
  for (const consumer of consumers.splice(0)) consumer.crash()
  for (const client of clients.splice(0)) await client.close()
})

/** A coordinator of one member, which the test can make say other things. */
interface Script {
  readonly cluster: ScriptedCluster
  readonly log: ScriptedLog
  generation: number
  heartbeats: KafkaErrorName[]
  joins: KafkaErrorName[]
  committed: number
  offsetErrors: KafkaErrorName[]
  readonly commits: { readonly offset: number; readonly memberId: string; readonly generation: number }[]
}

async function scripted(): Promise<Script> {
  const cluster = await scriptedCluster(1)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1 })
  const log = new ScriptedLog()
  log.append(['0', '1', '2'])
  log.serve(cluster)
  const script: Script = { cluster, log, generation: 0, heartbeats: [], joins: [], committed: -1, offsetErrors: [], commits: [] }
  cluster.answer(joinGroup, body => joined(script, body.memberId, body.protocols[0]))
  const assignment = encodeVersioned(consumerProtocolAssignment, 1, {
    assignedPartitions: [{ topic: 't', partitions: [0] }],
    userData: null,
  })
  cluster.answer(syncGroup, () => ({ ...syncGroup.response.zero, protocolType: 'consumer', protocolName: 'range', assignment }))
  cluster.answer(heartbeat, () => ({ throttleTimeMs: 0, errorCode: errorCode(script.heartbeats.shift() ?? 'NONE') }))
  cluster.answer(leaveGroup, () => leaveGroup.response.zero)
  cluster.answer(offsetFetch, body => {
    const partition = {
      partitionIndex: 0,
      // As a broker answers: no offset beside an error.
      committedOffset: script.offsetErrors.length > 0 ? -1 : script.committed,
      committedLeaderEpoch: -1,
      metadata: '',
      errorCode: errorCode(script.offsetErrors.shift() ?? 'NONE'),
    }
    const topics = [{ name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions: [partition] }]
    return { ...offsetFetch.response.zero, groups: body.groups.map(({ groupId }) => ({ groupId, topics, errorCode: 0 })) }
  })
  cluster.answer(offsetCommit, body => {
    const offset = body.topics[0]?.partitions[0]?.committedOffset ?? -1
    script.commits.push({ offset, memberId: body.memberId, generation: body.generationIdOrMemberEpoch })
    const partitions = [{ partitionIndex: 0, errorCode: 0 }]
    return { throttleTimeMs: 0, topics: [{ name: 't', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', partitions }] }
  })
  return script
}

function joined(
  script: Script,
  memberId: string,
  protocol: { readonly name: string; readonly metadata: Uint8Array } | undefined,
) {
  const error = script.joins.shift() ?? (memberId === '' ? 'MEMBER_ID_REQUIRED' : 'NONE')
  const zero = { ...joinGroup.response.zero, protocolType: 'consumer', protocolName: protocol?.name ?? '' }
  if (error !== 'NONE') return { ...zero, errorCode: errorCode(error), memberId: 'm-1' }
  script.generation++
  const members = [{ memberId, groupInstanceId: null, metadata: protocol?.metadata ?? new Uint8Array(0) }]
  return { ...zero, generationId: script.generation, leader: memberId, memberId, members }
}

function consume(script: Script, options: Partial<ConsumerOptions> = {}) {
  const client = script.cluster.client()
  clients.push(client)
  const events: string[] = []
  const consumer = consumeAsGroup(
    client,
    {
      groupId: 'g',
      topics: ['t'],
      offsetReset: 'earliest',
      heartbeatIntervalMs: 20,
      autoCommitIntervalMs: 60_000,
      fetchWaitMs: 10,
      ...options,
    },
    {
      receive: ({ fromOffset, batches }) => void events.push(`received ${fromOffset}-${batches.at(-1)?.lastOffset}`),
      assigned: (partitions, generation) => void events.push(`assigned ${partitions.length} in ${generation}`),
      revoked: partitions => void events.push(`revoked ${partitions.length}`),
      lost: partitions => void events.push(`lost ${partitions.length}`),
      trouble: error => void events.push(`trouble ${error.code}`),
    },
  )
  consumers.push(consumer)
  return { consumer, events }
}

describe('a member of a classic group', () => {
  it('takes the member id that it is given, assigns as leader, begins where the options say', async () => {
    const script = await scripted()
    const { consumer, events } = consume(script)
    await soon(() => events).toEqual(['assigned 1 in 1', 'received 0-2'])
    expect(consumer.status()).toMatchObject({
      state: 'stable',
      memberId: 'm-1',
      generation: 1,
      isLeader: true,
      assignor: 'range',
    })
    const sync = script.cluster.heard.find(it => it.api === 'SyncGroup')?.body as { assignments: unknown[] }
    expect(sync.assignments).toHaveLength(1)
  })

  it('begins at the committed offset, and waits for one that a transaction is about to commit', async () => {
    const script = await scripted()
    script.committed = 2
    script.offsetErrors = ['UNSTABLE_OFFSET_COMMIT', 'UNSTABLE_OFFSET_COMMIT']
    const { events } = consume(script)
    await soon(() => events).toEqual(['assigned 1 in 1', 'received 2-2'])
  })

  it('gives up its partitions with a commit and joins again when the group rebalances', async () => {
    const script = await scripted()
    const { events } = consume(script)
    await soon(() => events).toContain('received 0-2')
    script.committed = 3
    script.heartbeats = ['REBALANCE_IN_PROGRESS']
    await soon(() => events).toEqual(['assigned 1 in 1', 'received 0-2', 'revoked 1', 'assigned 1 in 2'])
    expect(script.commits).toEqual([{ offset: 3, memberId: 'm-1', generation: 1 }])
  })

  it('loses its partitions without a commit when it was removed, and begins as somebody new', async () => {
    const script = await scripted()
    const { events } = consume(script)
    await soon(() => events).toContain('received 0-2')
    script.heartbeats = ['UNKNOWN_MEMBER_ID']
    await soon(() => events).toEqual(['assigned 1 in 1', 'received 0-2', 'lost 1', 'assigned 1 in 2', 'received 0-2'])
    expect(script.commits).toEqual([])
  })

  it('goes through a coordinator that is loading, and tells of it', async () => {
    const script = await scripted()
    script.joins = ['COORDINATOR_LOAD_IN_PROGRESS', 'NOT_COORDINATOR']
    const { events } = consume(script)
    await soon(() => events).toContain('received 0-2')
    expect(events.slice(0, 2)).toEqual(['trouble COORDINATOR_LOAD_IN_PROGRESS', 'trouble NOT_COORDINATOR'])
  })

  it('ends with what cannot be mended', async () => {
    const script = await scripted()
    script.joins = ['GROUP_AUTHORIZATION_FAILED']
    const { consumer } = consume(script)
    await expect(consumer.stopped).rejects.toMatchObject({ code: 'GROUP_AUTHORIZATION_FAILED', place: { group: 'g' } })
    expect(consumer.status().state).toBe('stopped')
  })

  it('commits and says goodbye when it leaves, and does neither when it crashes', async () => {
    const script = await scripted()
    const leaving = consume(script)
    await soon(() => leaving.events).toContain('received 0-2')
    await leaving.consumer.leave()
    await leaving.consumer.stopped
    expect(script.commits).toHaveLength(1)
    expect(script.cluster.count(leaveGroup)).toBe(1)
    const crashing = consume(script)
    await soon(() => crashing.events).toContain('received 0-2')
    crashing.consumer.crash()
    await crashing.consumer.stopped
    expect(script.commits).toHaveLength(1)
    expect(script.cluster.count(leaveGroup)).toBe(1)
  })

  it('leaves at once, also while the others keep it waiting to join', async () => {
    const script = await scripted()
    let joins = 0
    script.cluster.answer(joinGroup, body => {
      joins++
      return body.memberId === '' ? joined(script, '', body.protocols[0]) : new Promise<never>(() => {})
    })
    const { consumer } = consume(script)
    await soon(() => joins).toBe(2)
    const before = performance.now()
    await consumer.leave()
    expect(performance.now() - before).toBeLessThan(2_000)
    expect(script.cluster.heard.find(it => it.api === 'LeaveGroup')?.body).toMatchObject({ members: [{ memberId: 'm-1' }] })
  })

  it('commits what was received every so often, and only what moved', async () => {
    const script = await scripted()
    const { events } = consume(script, { autoCommitIntervalMs: 30 })
    const offsets = () => script.commits.map(it => it.offset)
    await soon(() => offsets().at(-1)).toBe(3)
    script.log.append(['3'])
    await soon(() => events).toContain('received 3-3')
    await soon(() => offsets().at(-1)).toBe(4)
    // The position before the first record may be committed too: with `latest` a restart must not skip what came meanwhile.
    expect(new Set(offsets()).size).toBe(offsets().length)
  })

  it('receives nothing while paused, and stays a member', async () => {
    const script = await scripted()
    const { consumer, events } = consume(script)
    await soon(() => events).toContain('received 0-2')
    consumer.pause()
    script.log.append(['3'])
    const beats = script.cluster.count(heartbeat)
    await soon(() => script.cluster.count(heartbeat)).toBeGreaterThan(beats + 2)
    expect(events).not.toContain('received 3-3')
    consumer.resume()
    await soon(() => events).toContain('received 3-3')
  })
})
