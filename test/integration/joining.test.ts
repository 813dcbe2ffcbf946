import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { electLeaders } from '../../broker-core/protocol/messages/43-elect-leaders.ts'
import { alterPartitionReassignments } from '../../broker-core/protocol/messages/45-alter-partition-reassignments.ts'
import { listPartitionReassignments } from '../../broker-core/protocol/messages/46-list-partition-reassignments.ts'
import { describeQuorum } from '../../broker-core/protocol/messages/55-describe-quorum.ts'
import { unregisterBroker } from '../../broker-core/protocol/messages/64-unregister-broker.ts'
import {
  batchOf,
  conversation,
  createTopic,
  describeTopic,
  eventually,
  fetchFrom,
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

it('LEAD-09: a broker joins a running cluster as an observer of its quorum, takes over replicas, and one is retired', async () => {
  cluster = await startCluster({ brokers: 3, observers: 1 })
  talk = conversation()
  const port = (nodeId: number) => cluster.bootstrap[nodeId - 1]?.port ?? 0
  const topic = await createTopic(talk, port(1), { name: 't' })
  expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['kept']))).toMatchObject({ error: 'NONE' })
  await (await cluster.start(4)).ready
  expect((await eventually(() => describeTopic(talk, port(4), 't'), '4 knows the topic')).brokers).toHaveLength(4)

  const replicas = [4, 2, 3]
  const move = { name: 't', partitions: [{ partitionIndex: 0, replicas }] }
  const request = { ...alterPartitionReassignments.request.zero, timeoutMs: 5000, topics: [move] }
  expect((await talk.call(port(4), alterPartitionReassignments, request)).responses[0]?.partitions[0]?.errorCode).toBe(0)
  await eventually(async () => {
    const answer = await talk.call(port(2), listPartitionReassignments, { timeoutMs: 5000, topics: null })
    return answer.topics.length === 0 ? true : undefined
  }, 'the reassignment is done')
  const moved = await eventually(async () => {
    const found = await describeTopic(talk, port(4), 't')
    const [partition] = found?.partitions ?? []
    return partition?.replicaNodes.join() === '4,2,3' && partition.isrNodes.length === 3 ? found : undefined
  }, 'the replicas are those of the target')
  expect(await fetchFrom(talk, leaderPort(moved), moved, 0)).toMatchObject({ values: ['kept'] })

  const metadataPartition = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
  const quorum = (await talk.call(port(4), describeQuorum, metadataPartition)).topics[0]?.partitions[0]
  expect(quorum?.currentVoters.map(voter => voter.replicaId)).toEqual([1, 2, 3])
  expect(quorum?.observers.map(observer => observer.replicaId)).toEqual([4])

  await cluster.stop(1)
  expect((await talk.call(port(2), unregisterBroker, { brokerId: 1 })).errorCode).toBe(0)
  await eventually(async () => {
    const found = await describeTopic(talk, port(4), 't')
    return found?.brokers
      .map(broker => broker.nodeId)
      .sort()
      .join() === '2,3,4'
      ? true
      : undefined
  }, 'broker 1 is forgotten')
  expect(cluster.complaints).toEqual([])
})

it('LEAD-06: a broker that comes back with an empty disk takes everything anew', async () => {
  cluster = await startCluster()
  talk = conversation()
  const port = (nodeId: number) => cluster.bootstrap[nodeId - 1]?.port ?? 0
  const topic = await createTopic(talk, port(1), { name: 't', partitions: 3, configs: { 'min.insync.replicas': '2' } })
  for (const partition of [0, 1, 2]) {
    const produced = await produceTo(talk, leaderPort(topic, partition), topic, batchOf([`kept ${partition}`]), { partition })
    expect(produced.error).toBe('NONE')
  }
  await cluster.kill(3)
  rmSync(join(cluster.dataFolder, 'broker-3'), { recursive: true })
  await (await cluster.start(3)).ready
  await eventually(async () => {
    const found = await describeTopic(talk, port(3), 't')
    return found?.partitions.every(partition => partition.isrNodes.length === 3) === true ? found : undefined
  }, 'the ISRs are whole')

  const partitions = [0, 1, 2].map(partitionIndex => ({ partitionIndex, replicas: [3, 1, 2] }))
  const order = { ...alterPartitionReassignments.request.zero, timeoutMs: 5000, topics: [{ name: 't', partitions }] }
  await talk.call(port(1), alterPartitionReassignments, order)
  await talk.call(port(1), electLeaders, { electionType: 0, topicPartitions: null, timeoutMs: 5000 })
  const led = await eventually(async () => {
    const found = await describeTopic(talk, port(3), 't')
    return found?.partitions.every(partition => partition.leaderId === 3) === true ? found : undefined
  }, 'broker 3 leads them all')
  for (const partition of [0, 1, 2]) {
    const read = await eventually(async () => {
      const answer = await fetchFrom(talk, port(3), led, 0, { partition })
      return answer.values.length > 0 ? answer : undefined
    }, 'the record at broker 3')
    expect(read.values).toEqual([`kept ${partition}`])
  }
})

it('controllers and brokers may be different nodes; the quorum then outlives every broker, and the brokers a controller', async () => {
  const isController = (nodeId: number) => nodeId <= 3
  cluster = await startCluster({
    observers: 3,
    propertiesOf: nodeId => (isController(nodeId) ? { 'process.roles': 'controller' } : {}),
  })
  talk = conversation()
  await Promise.all([4, 5, 6].map(async nodeId => (await cluster.start(nodeId)).ready))
  const port = (nodeId: number) => cluster.bootstrap[nodeId - 1]?.port ?? 0
  expect(cluster.broker(1)?.port).toBe(-1)
  const topic = await createTopic(talk, port(4), { name: 't' })
  expect(topic.brokers.map(broker => broker.nodeId).sort()).toEqual([4, 5, 6])
  expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['kept']))).toMatchObject({ error: 'NONE' })
  const metadataPartition = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
  const quorum = (await talk.call(port(4), describeQuorum, metadataPartition)).topics[0]?.partitions[0]
  expect(quorum?.currentVoters.map(voter => voter.replicaId)).toEqual([1, 2, 3])
  await cluster.kill(quorum?.leaderId ?? -1)
  await createTopic(talk, port(5), { name: 'after' })
  const leader = topic.partitions[0]?.leaderId ?? -1
  await cluster.stop(leader)
  const other = [4, 5, 6].find(nodeId => nodeId !== leader) ?? -1
  const moved = await eventually(async () => {
    const found = await describeTopic(talk, port(other), 't')
    return found !== undefined && found.partitions[0]?.leaderId !== leader ? found : undefined
  }, 'another broker leads')
  expect(await fetchFrom(talk, leaderPort(moved), moved, 0)).toMatchObject({ values: ['kept'] })
})
