import { expect, it } from 'vitest'
import { incrementalAlterConfigs } from '../../broker-core/protocol/messages/44-incremental-alter-configs.ts'
import { alterClientQuotas } from '../../broker-core/protocol/messages/49-alter-client-quotas.ts'
import { describeClientQuotas } from '../../broker-core/protocol/messages/48-describe-client-quotas.ts'
import { createTopics } from '../../broker-core/protocol/messages/19-create-topics.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  leaderPort,
  portOf,
  produceTo,
  type Conversation,
} from '../helpers/broker-conversation.ts'
import { startCluster } from '../helpers/in-process-cluster.ts'

it('QUO-04, QUO-05, QUO-07: a quota set at one broker slows its clients at every broker', async () => {
  const cluster = await startCluster()
  const talk = conversation()
  const topic = await createTopic(talk, cluster.bootstrap[0]?.port ?? 0, { name: 't' })
  const follower = [1, 2, 3].find(nodeId => nodeId !== topic.partitions[0]?.leaderId) ?? -1
  const entity = [{ entityType: 'client-id', entityName: 'test' }]
  const ops = [{ key: 'producer_byte_rate', value: 100, remove: false }]
  const altered = await talk.call(portOf(topic, follower), alterClientQuotas, { entries: [{ entity, ops }], validateOnly: false })
  expect(altered.entries[0]?.errorCode).toBe(0)
  const described = await eventually(async () => {
    const components = [{ entityType: 'client-id', matchType: 0, match: 'test' }]
    const answer = await talk.call(leaderPort(topic), describeClientQuotas, { components, strict: true })
    return answer.entries?.length === 1 ? answer.entries[0] : undefined
  }, 'the quota is known at the leader')
  expect(described?.values).toEqual([{ key: 'producer_byte_rate', value: 100 }])

  const send = () => produceTo(talk, leaderPort(topic), topic, batchOf(['x'.repeat(850)]))
  const startMs = performance.now()
  await send()
  await send()
  await send()
  // The second went beyond what a window of ten seconds holds, by more than half of it; the third had to wait for that.
  expect(performance.now() - startMs).toBeGreaterThan(1000)
  talk.close()
  await cluster.close()
}, 40_000)

const ip = [{ entityType: 'ip', entityName: null }]
const testClient = [{ entityType: 'client-id', entityName: 'test' }]

it('QUO-06: a client beyond its rate of mutations is refused with the wait', async () => {
  const cluster = await startCluster({ brokers: 1 })
  const talk = conversation()
  const port = cluster.bootstrap[0]?.port ?? 0
  await quota(talk, port, testClient, 'controller_mutation_rate', 1)
  const create = (by: Conversation, name: string, numPartitions: number) => {
    const topics = [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }]
    return by.call(port, createTopics, { topics, timeoutMs: 5000, validateOnly: false })
  }
  expect((await create(talk, 'many', 40)).topics[0]?.errorCode).toBe(0)
  // The first connection is not listened to for 29 s now; who comes by another one all the same is refused.
  const other = conversation()
  const answer = await create(other, 'late', 1)
  expect(answer.topics[0]).toMatchObject({ name: 'late', errorCode: 89 })
  expect(answer.throttleTimeMs).toBeGreaterThan(20_000)
  talk.close()
  other.close()
  await cluster.close()
})

it('QUO-01, QUO-08: connections beyond the rate of an address are closed', async () => {
  const cluster = await startCluster({ brokers: 1 })
  const talk = conversation()
  const port = cluster.bootstrap[0]?.port ?? 0
  await quota(talk, port, ip, 'connection_creation_rate', 1)
  const others = Array.from({ length: 15 }, () => conversation())
  const opened = await Promise.allSettled(others.map(other => describeTopic(other, port, 'none')))
  const welcome = opened.filter(it => it.status === 'fulfilled').length
  expect(welcome).toBeGreaterThanOrEqual(8)
  expect(welcome).toBeLessThanOrEqual(10)
  for (const one of [talk, ...others]) one.close()
  await cluster.close()
})

it('QUO-08: max.connections.per.ip takes effect while the broker runs', async () => {
  const cluster = await startCluster({ brokers: 1 })
  const talk = conversation()
  const port = cluster.bootstrap[0]?.port ?? 0
  await createTopic(talk, port, { name: 't', replicationFactor: 1 })
  const configs = [{ name: 'max.connections.per.ip', configOperation: 0, value: '3' }]
  const change = { resources: [{ resourceType: 4, resourceName: '1', configs }], validateOnly: false }
  expect((await talk.call(port, incrementalAlterConfigs, change)).responses[0]?.errorCode).toBe(0)
  await eventually(async () => {
    const others = Array.from({ length: 6 }, () => conversation())
    const opened = await Promise.allSettled(others.map(other => describeTopic(other, port, 't')))
    for (const other of others) other.close()
    const welcome = opened.filter(it => it.status === 'fulfilled').length
    return welcome > 0 && welcome <= 2 ? true : undefined
  }, 'no more than two beside the first one')
  talk.close()
  await cluster.close()
})

it('QUO-05: a quota on the address that brokers share with clients does not keep a broker out', async () => {
  const cluster = await startCluster({ brokers: 2 })
  const talk = conversation()
  const port = cluster.bootstrap[0]?.port ?? 0
  await createTopic(talk, port, { name: 't', replicationFactor: 2 })
  await quota(talk, port, ip, 'connection_creation_rate', 1)
  const hammer = { isOn: true }
  const hammering = (async () => {
    while (hammer.isOn) {
      const others = Array.from({ length: 5 }, () => conversation())
      await Promise.allSettled(others.map(other => describeTopic(other, port, 't')))
      for (const other of others) other.close()
    }
  })()
  await cluster.kill(2)
  await (await cluster.start(2)).ready
  await eventually(async () => {
    const found = await describeTopic(talk, port, 't')
    return found?.partitions[0]?.isrNodes.length === 2 ? true : undefined
  }, 'broker 2 is in sync again')
  hammer.isOn = false
  await hammering
  talk.close()
  await cluster.close()
})

async function quota(talk: Conversation, port: number, entity: typeof ip | typeof testClient, key: string, value: number) {
  const ops = [{ key, value, remove: false }]
  const answer = await talk.call(port, alterClientQuotas, { entries: [{ entity, ops }], validateOnly: false })
  expect(answer.entries[0]?.errorCode).toBe(0)
  await eventually(async () => {
    const { entries } = await talk.call(port, describeClientQuotas, { components: [], strict: false })
    return entries?.length === 1 || undefined
  }, 'the quota is known')
}
