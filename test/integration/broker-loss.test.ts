import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
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
  type TestTopic,
} from '../helpers/broker-conversation.ts'
import { startCluster, type InProcessCluster } from '../helpers/in-process-cluster.ts'

/** Fencing by silence after a second instead of nine, so that the test is short; the mechanism is the same. */
const quickFencing = { 'broker.session.timeout.ms': '1000', 'broker.heartbeat.interval.ms': '200' }

describe('a broker is lost', () => {
  let cluster: InProcessCluster
  let talk: Conversation
  afterEach(async () => {
    talk.close()
    await cluster.close()
  })

  it('REPL-20, LEAD-01, PROD-08: the others elect, acks=all goes on, nothing acknowledged is lost, and it catches up', async () => {
    cluster = await startCluster({ properties: { ...quickFencing, 'min.insync.replicas': '2' } })
    talk = conversation()
    const topic = await createTopic(talk, portOfAny(), { name: 'survives', partitions: 1 })
    const victim = topic.partitions[0]?.leaderId ?? 0
    const producer = steadyProducer(() => topicNow(topic.name), topic)
    await eventually(() => producer.acknowledged.length >= 20 || undefined, 'records are acknowledged')
    await cluster.kill(victim)
    const before = producer.acknowledged.length
    await eventually(() => producer.acknowledged.length >= before + 20 || undefined, 'acks=all goes on without the leader')
    const now = await topicNow(topic.name)
    expect(now.partitions[0]?.leaderId).not.toBe(victim)
    expect(now.partitions[0]?.isrNodes).not.toContain(victim)
    await cluster.start(victim)
    await eventually(async () => (await isrSize(topic.name)) === 3 || undefined, 'REPL-04: the restarted broker is in sync again')
    await producer.stop()
    const last = await topicNow(topic.name)
    const { values } = await fetchFrom(talk, leaderPort(last), last, 0)
    expect(values).toEqual(expect.arrayContaining(producer.acknowledged))
    await eventually(
      () => new Set([1, 2, 3].map(id => logDigest(id, 'survives-0'))).size === 1 || undefined,
      'all replicas hold the same bytes',
    )
  })

  it('REPL-19: a broker that stops cleanly hands its leaderships over first: no write waits for a session to end', async () => {
    cluster = await startCluster({ properties: { 'min.insync.replicas': '2' } })
    talk = conversation()
    const topic = await createTopic(talk, portOfAny(), { name: 'handed-over', partitions: 1 })
    const leader = topic.partitions[0]?.leaderId ?? 0
    await produceTo(talk, leaderPort(topic), topic, batchOf(['before']))
    const startMs = performance.now()
    await cluster.stop(leader)
    expect(performance.now() - startMs).toBeLessThan(5_000)
    const now = await topicNow(topic.name)
    expect(now.partitions[0]?.leaderId).not.toBe(leader)
    expect(await produceTo(talk, leaderPort(now), now, batchOf(['after']))).toMatchObject({ error: 'NONE' })
    expect((await fetchFrom(talk, leaderPort(now), now, 0)).values).toEqual(['before', 'after'])
    expect(performance.now() - startMs).toBeLessThan(8_000)
  })

  it('PROD-08: with too few in sync acks=all is refused, acks=1 is not', async () => {
    cluster = await startCluster({ properties: { ...quickFencing, 'min.insync.replicas': '3' } })
    talk = conversation()
    const topic = await createTopic(talk, portOfAny(), { name: 'too-few', partitions: 1 })
    const leader = topic.partitions[0]?.leaderId ?? 0
    expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['a']))).toMatchObject({ error: 'NONE' })
    await cluster.kill([1, 2, 3].find(id => id !== leader) ?? 0)
    await eventually(async () => (await isrSize(topic.name)) === 2 || undefined, 'the ISR shrinks')
    const refused = await eventually(async () => {
      const answer = await produceTo(talk, leaderPort(topic), topic, batchOf(['b']))
      return answer.error === 'NOT_ENOUGH_REPLICAS' ? answer : undefined
    }, 'acks=all is refused')
    expect(refused.baseOffset).toBe(-1)
    expect(await produceTo(talk, leaderPort(topic), topic, batchOf(['c']), { acks: 1 })).toMatchObject({ error: 'NONE' })
    const { values } = await fetchFrom(talk, leaderPort(topic), topic, 0)
    expect(values, 'REPL-07: the high watermark stands still below min.insync.replicas').toEqual(['a'])
  })

  function portOfAny(): number {
    for (const [index, { port }] of cluster.bootstrap.entries()) if (cluster.broker(index + 1) !== undefined) return port
    throw new Error('no broker runs')
  }
  async function topicNow(name: string): Promise<TestTopic> {
    return await eventually(async () => {
      const found = await describeTopic(talk, portOfAny(), name)
      const leader = found?.partitions[0]?.leaderId ?? -1
      return leader >= 0 && found?.brokers.some(broker => broker.nodeId === leader) === true ? found : undefined
    }, `${name} has a leader`)
  }
  const isrSize = async (name: string) => (await describeTopic(talk, portOfAny(), name))?.partitions[0]?.isrNodes.length
  function logDigest(nodeId: number, directory: string): string {
    const path = join(cluster.dataFolder, `broker-${nodeId}`, directory)
    const hash = createHash('sha256')
    for (const name of readdirSync(path).sort()) if (name.endsWith('.log')) hash.update(readFileSync(join(path, name)))
    return hash.digest('hex')
  }

  /** One record after the other with acks=all; asks again until it is acknowledged, as a client would. */
  function steadyProducer(find: () => Promise<TestTopic>, topic: TestTopic) {
    const acknowledged: string[] = []
    const stopping = { asked: false }
    const running = (async () => {
      let now = topic
      for (let count = 0; !stopping.asked; ) {
        const value = `value-${count}`
        try {
          const answer = await produceTo(talk, leaderPort(now), now, batchOf([value]), { timeoutMs: 1_000 })
          if (answer.error === 'NONE') {
            acknowledged.push(value)
            count += 1
          } else now = await find()
        } catch {
          now = await find()
        }
      }
    })()
    return {
      acknowledged,
      async stop() {
        stopping.asked = true
        await running
      },
    }
  }
})
