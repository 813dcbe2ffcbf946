import { expect, it } from 'vitest'
import { createTopics } from '../../broker-core/protocol/messages/19-create-topics.ts'
import { describeQuorum } from '../../broker-core/protocol/messages/55-describe-quorum.ts'
import { conversation, describeTopic, eventually } from '../helpers/broker-conversation.ts'
import { startCluster } from '../helpers/in-process-cluster.ts'

it('a topic of two thousand partitions is made without an election of any kind', async () => {
  const cluster = await startCluster()
  const talk = conversation()
  const port = cluster.bootstrap[0]?.port ?? 0
  const topic = { name: 'big', numPartitions: 2000, replicationFactor: 3, assignments: [], configs: [] }
  const answer = await talk.call(port, createTopics, { topics: [topic], timeoutMs: 30_000, validateOnly: false })
  expect(answer.topics[0]).toMatchObject({ errorCode: 0, numPartitions: 2000 })
  const found = await eventually(async () => {
    const known = await describeTopic(talk, port, 'big')
    return known?.partitions.length === 2000 ? known : undefined
  }, 'the topic is known')
  expect(found.partitions.every(partition => partition.leaderEpoch === 0 && partition.isrNodes.length === 3)).toBe(true)
  const metadataPartition = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
  const quorum = (await talk.call(port, describeQuorum, metadataPartition)).topics[0]?.partitions[0]
  expect(quorum?.leaderEpoch).toBeLessThan(3)
  talk.close()
  await cluster.close()
}, 60_000)
