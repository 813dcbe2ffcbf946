import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createTopics } from '../../broker-core/protocol/messages/19-create-topics.ts'
import { conversation, createTopic, describeTopic, eventually, type Conversation } from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'

let cluster: InProcessCluster
let talk: Conversation
afterEach(async () => {
  talk.close()
  await cluster.close()
})

const port = (nodeId: number) => cluster.bootstrap[nodeId - 1]?.port ?? 0
const files = (nodeId: number, suffix: string) =>
  readdirSync(join(cluster.dataFolder, `broker-${nodeId}`, '__cluster_metadata-0')).filter(name => name.endsWith(suffix))

it('KIP-630: snapshots keep the metadata log short, a broker that was away gets one, and one that restarts reads its own', async () => {
  cluster = await startCluster({ properties: { 'metadata.log.max.record.bytes.between.snapshots': '4000' } })
  talk = conversation()
  await createTopic(talk, port(1), { name: 'first' })
  await cluster.stop(3)
  for (let n = 0; n < 30; n++) await createTopic(talk, port(1), { name: `topic-${n}`, partitions: 2, replicationFactor: 1 })
  for (const nodeId of [1, 2]) {
    await eventually(() => (files(nodeId, '.checkpoint').length === 1 ? true : undefined), `a snapshot on ${nodeId}`)
    expect(files(nodeId, '.log').every(name => Number(name.slice(0, 20)) > 0)).toBe(true)
  }
  // The log that broker 3 would go on with is gone everywhere: it must take the snapshot.
  await (await cluster.start(3)).ready
  const found = await eventually(() => describeTopic(talk, port(3), 'topic-29'), 'the last topic is known to 3')
  expect(found.partitions).toHaveLength(2)
  expect(files(3, '.checkpoint')).toHaveLength(1)
  await cluster.stop(1)
  await (await cluster.start(1)).ready
  expect(await describeTopic(talk, port(1), 'first')).toBeDefined()
  expect(cluster.complaints).toEqual([])
})

it('META-02: every broker takes what the active controller decides', async () => {
  cluster = await startCluster()
  talk = conversation()
  for (const nodeId of [1, 2, 3]) {
    const topic = { name: `by-${nodeId}`, numPartitions: 1, replicationFactor: 3, assignments: [], configs: [] }
    const answer = await talk.call(port(nodeId), createTopics, { topics: [topic], timeoutMs: 5000, validateOnly: false })
    expect(answer.topics[0]).toMatchObject({ errorCode: 0, replicationFactor: 3 })
  }
  expect(cluster.complaints).toEqual([])
})
