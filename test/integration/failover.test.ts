import { afterEach, describe, expect, it } from 'vitest'
import { describeQuorum } from '../../broker-core/protocol/messages/55-describe-quorum.ts'
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

const metadataPartition = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }

async function quorum(talk: Conversation, port: number) {
  const answer = await talk.call(port, describeQuorum, metadataPartition)
  return answer.topics[0]?.partitions[0]
}

describe('a broker that ends', () => {
  let cluster: InProcessCluster
  let talk: Conversation
  const portOfNode = (nodeId: number) => cluster.bootstrap[nodeId - 1]?.port ?? 0
  const others = (nodeId: number) => [1, 2, 3].filter(id => id !== nodeId)
  afterEach(async () => {
    talk.close()
    await cluster.close()
  })

  /** A topic with a record, its leader, and the time until another broker leads after `end` of the leader. */
  async function failover(end: (nodeId: number) => Promise<void>, isController: boolean): Promise<number> {
    cluster = await startCluster()
    talk = conversation()
    const controllerId = (await quorum(talk, portOfNode(1)))?.leaderId ?? -1
    const topic = await createTopic(talk, portOfNode(1), { name: 't', partitions: 3 })
    const partition = topic.partitions.find(each => (each.leaderId === controllerId) === isController)
    if (partition === undefined) throw new Error('no partition with such a leader')
    const index = partition.partitionIndex
    const produced = await produceTo(talk, leaderPort(topic, index), topic, batchOf(['kept']), { partition: index })
    expect(produced.error).toBe('NONE')
    const survivor = others(partition.leaderId).find(id => id !== controllerId) ?? -1
    const startMs = performance.now()
    const ended = end(partition.leaderId)
    const next = await eventually(async () => {
      const found = await describeTopic(talk, portOfNode(survivor), 't')
      const leaderId = found?.partitions.find(each => each.partitionIndex === index)?.leaderId ?? -1
      return found !== undefined && leaderId >= 0 && leaderId !== partition.leaderId ? found : undefined
    }, 'another broker leads')
    const tookMs = performance.now() - startMs
    const read = await eventually(async () => {
      const answer = await fetchFrom(talk, leaderPort(next, index), next, 0, { partition: index })
      return answer.values.length > 0 ? answer : undefined
    }, 'the record is there')
    expect(read.values).toEqual(['kept'])
    await ended
    return tookMs
  }

  it('REPL-20: killed: its partitions have another leader within a second, long before its session ends', async () => {
    expect(await failover(nodeId => cluster.kill(nodeId), false)).toBeLessThan(1000)
  })

  it('REPL-20: killed while it is the active controller: within two seconds', async () => {
    expect(await failover(nodeId => cluster.kill(nodeId), true)).toBeLessThan(2000)
  })

  it('REPL-19: stopped cleanly: within half a second, also when it is the active controller', async () => {
    expect(await failover(nodeId => cluster.stop(nodeId), true)).toBeLessThan(500)
  })

  it('comes back into every ISR', async () => {
    await failover(nodeId => cluster.kill(nodeId), true)
    const gone = [1, 2, 3].find(nodeId => cluster.broker(nodeId) === undefined) ?? -1
    await (await cluster.start(gone)).ready
    await eventually(async () => {
      const found = await describeTopic(talk, portOfNode(gone), 't')
      return found?.partitions.every(each => each.isrNodes.length === 3) === true ? found : undefined
    }, 'the ISRs are whole')
  })
})
