import { afterEach, expect, it } from 'vitest'
import { incrementalAlterConfigs } from '../../broker-core/protocol/messages/44-incremental-alter-configs.ts'
import { alterPartitionReassignments } from '../../broker-core/protocol/messages/45-alter-partition-reassignments.ts'
import { listPartitionReassignments } from '../../broker-core/protocol/messages/46-list-partition-reassignments.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  leaderPort,
  produceTo,
  type Conversation,
} from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'

let cluster: InProcessCluster
let talk: Conversation
afterEach(async () => {
  talk.close()
  await cluster.close()
})
const port = () => cluster.bootstrap[0]?.port ?? 0

async function configure(type: 'topic' | 'broker', name: string, values: Readonly<Record<string, string | null>>): Promise<void> {
  const configs = Object.entries(values).map(([key, value]) => ({ name: key, configOperation: value === null ? 1 : 0, value }))
  const resources = [{ resourceType: type === 'topic' ? 2 : 4, resourceName: name, configs }]
  const answer = await talk.call(port(), incrementalAlterConfigs, { resources, validateOnly: false })
  expect(answer.responses[0]?.errorCode).toBe(0)
}

/** Moves every named topic of one replica to the next broker. */
async function moveOn(names: readonly string[]): Promise<void> {
  const topics = await Promise.all(
    names.map(async name => {
      const found = await describeTopic(talk, port(), name)
      const from = found?.partitions[0]?.replicaNodes[0] ?? 0
      return { name, partitions: [{ partitionIndex: 0, replicas: [(from % 3) + 1] }] }
    }),
  )
  const request = { ...alterPartitionReassignments.request.zero, timeoutMs: 5000, topics }
  const answer = await talk.call(port(), alterPartitionReassignments, request)
  expect(answer.responses.map(topic => topic.partitions[0]?.errorCode)).toEqual(names.map(() => 0))
}

async function moving(): Promise<string> {
  const answer = await talk.call(port(), listPartitionReassignments, { timeoutMs: 5000, topics: null })
  return answer.topics.map(topic => topic.name).join()
}

async function fill(name: string, megabytes: number): Promise<void> {
  const topic = await createTopic(talk, port(), { name, replicationFactor: 1 })
  for (let index = 0; index < megabytes * 4; index += 1)
    expect((await produceTo(talk, leaderPort(topic), topic, batchOf(['x'.repeat(250_000)]))).error).toBe('NONE')
}

it.each(['leader', 'follower'] as const)(
  'LEAD-12: a throttle of the %s holds back the replicas that it lists, and no others, until it is lifted',
  async side => {
    cluster = await startCluster()
    talk = conversation()
    await Promise.all([fill('held', 1), fill('free', 1)])
    for (const brokerId of ['1', '2', '3']) await configure('broker', brokerId, { [`${side}.replication.throttled.rate`]: '0' })
    await configure('topic', 'held', { [`${side}.replication.throttled.replicas`]: '*' })
    await moveOn(['held', 'free'])
    await eventually(async () => ((await moving()) === 'held' ? true : undefined), 'only what is not listed has moved')
    await moveOn(['free'])
    await eventually(async () => ((await moving()) === 'held' ? true : undefined), 'it has moved once more')
    for (const brokerId of ['1', '2', '3']) await configure('broker', brokerId, { [`${side}.replication.throttled.rate`]: null })
    await eventually(async () => ((await moving()) === '' ? true : undefined), 'all has moved')
    expect(cluster.complaints).toEqual([])
  },
)

it('LEAD-12: a reassignment within a throttle cannot be faster than that, and gets to its end', async () => {
  cluster = await startCluster()
  talk = conversation()
  await fill('slow', 3)
  for (const brokerId of ['1', '2', '3'])
    await configure('broker', brokerId, {
      'leader.replication.throttled.rate': '1000000',
      'follower.replication.throttled.rate': '1000000',
    })
  await configure('topic', 'slow', {
    'leader.replication.throttled.replicas': '*',
    'follower.replication.throttled.replicas': '*',
  })
  const startMs = performance.now()
  await moveOn(['slow'])
  await eventually(async () => ((await moving()) === '' ? true : undefined), 'it has moved')
  // Three seconds' worth, of which the first second's may go at once.
  expect(performance.now() - startMs).toBeGreaterThan(1500)
})
