import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  batchOf,
  conversation,
  createTopic,
  eventually,
  fetchFrom,
  leaderPort,
  portOf,
  produceTo,
} from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'

describe('consumers that read near them', () => {
  let cluster: InProcessCluster
  const talk = conversation()
  beforeAll(async () => {
    cluster = await startCluster({
      properties: { 'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector' },
      propertiesOf: nodeId => ({ 'broker.rack': `rack-${nodeId}` }),
    })
  })
  afterAll(async () => {
    talk.close()
    await cluster.close()
    expect(cluster.complaints).toEqual([])
  })

  it('FF-01..FF-04: the leader names the replica in the rack, which serves the data, and hears of the watermark at once', async () => {
    const topic = await createTopic(talk, cluster.bootstrap[0]?.port ?? 0, { name: 'near' })
    const leader = topic.partitions[0]?.leaderId ?? 0
    const near = [1, 2, 3].find(id => id !== leader) ?? 0
    await produceTo(talk, leaderPort(topic), topic, batchOf(['a']))
    const sent = await eventually(async () => {
      const answer = await fetchFrom(talk, leaderPort(topic), topic, 0, { rack: `rack-${near}` })
      return answer.preferredReadReplica === near ? answer : undefined
    }, 'the leader sends the reader to its rack')
    expect(sent).toMatchObject({ error: 'NONE', values: [] })
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0, { rack: `rack-${leader}` })).toMatchObject({
      preferredReadReplica: -1,
      values: ['a'],
    })
    expect(await fetchFrom(talk, leaderPort(topic), topic, 0)).toMatchObject({ preferredReadReplica: -1, values: ['a'] })
    const reader = conversation()
    const waiting = fetchFrom(reader, portOf(topic, near), topic, 1, { rack: `rack-${near}`, maxWaitMs: 10_000 })
    await produceTo(talk, leaderPort(topic), topic, batchOf(['b']))
    const startMs = performance.now()
    expect(await waiting).toMatchObject({ error: 'NONE', values: ['b'], preferredReadReplica: -1 })
    expect(performance.now() - startMs, 'KAFKA-9731: not only with the next data or after half a second').toBeLessThan(400)
    expect(await fetchFrom(talk, portOf(topic, near), topic, 5)).toMatchObject({ error: 'OFFSET_OUT_OF_RANGE' })
    reader.close()
  })
})
