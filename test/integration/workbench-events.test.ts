import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../broker-core/client/connect-cluster.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import type { KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { type InProcessCluster, startCluster } from '../helpers/in-process-cluster.ts'
import { openWorkbenchOn, type WorkbenchInProcess } from '../helpers/workbench-in-process.ts'

describe('what the sampler saw', () => {
  let cluster: InProcessCluster
  let client: KafkaClient
  let workbench: WorkbenchInProcess
  const topic = 'watched'
  const within = { timeout: 30_000 }
  beforeAll(async () => {
    cluster = await startCluster({ brokers: 3 })
    for (const nodeId of [1, 2, 3]) await cluster.broker(nodeId)?.ready
    const bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    client = createClient({ bootstrap, clientId: 'watched-client' }, nodeEnv())
    workbench = openWorkbenchOn(bootstrap)
    const { call, connection } = workbench
    await call('connections.update', { connection, readOnly: false })
    await call('topics.create', {
      connection,
      topic,
      partitions: 2,
      assignment: [
        [1, 2, 3],
        [2, 3, 1],
      ],
    })
  })
  afterAll(async () => {
    await client?.close()
    await workbench?.close()
    await cluster?.close()
  })

  const member = () =>
    consumeAsGroup(
      client,
      { groupId: 'watched-group', topics: [topic], heartbeatIntervalMs: 100, fetchWaitMs: 100 },
      { receive: () => undefined, trouble: () => undefined },
    )

  it('tells the rebalances of a group: who joined, who left, what moved', async () => {
    const { call, stream, connection } = workbench
    // The first round only learns what is there.
    await call('groups.list', { connection })
    const first = member()
    const abort = new AbortController()
    const reasons: string[] = []
    const reading = (async () => {
      for await (const events of stream('groups.rebalances', { connection, group: 'watched-group' }, abort.signal))
        reasons.push(...events.map(event => event.reason))
    })()
    await expect.poll(() => reasons, within).toEqual(['watched-client joined (0 → 1 members)'])
    const second = member()
    await expect.poll(() => [first, second].every(it => it.status().assignment.length === 1), within).toBe(true)
    await expect.poll(() => reasons.some(reason => reason.includes('joined (1 → 2 members)')), within).toBe(true)
    await second.leave()
    await expect.poll(() => reasons.some(reason => reason.includes('left (2 → 1 members)')), within).toBe(true)
    await first.leave()
    abort.abort()
    await reading
    expect(reasons).toContain('watched-client joined (1 → 2 members)')
  }, 120_000)

  it('tells of a topic, and of a broker that is killed: elections, in-sync replicas, the broker itself', async () => {
    const { call, stream, connection } = workbench
    const abort = new AbortController()
    const texts: string[] = []
    const reading = (async () => {
      for await (const events of stream('cluster.events', { connection }, abort.signal)) texts.push(...events.map(it => it.text))
    })()
    await call('topics.create', { connection, topic: 'made-later', partitions: 1 })
    await expect.poll(() => texts, within).toContain('topic made-later was created with 1 partitions')
    await cluster.kill(1)
    await expect.poll(() => texts, within).toContain('broker 1 is gone')
    // It may be seen without a leader first.
    await expect
      .poll(() => texts, within)
      .toContainEqual(expect.stringMatching(new RegExp(`^${topic}-0: leader (1|none) → [23]$`)))
    await expect.poll(() => texts, within).toContainEqual(expect.stringMatching(`^${topic}-0: 1 left the in-sync replicas`))
    await cluster.start(1)
    await expect.poll(() => texts, within).toContain('broker 1 came')
    abort.abort()
    await reading
  }, 120_000)

  it('lays a new topic out over the brokers that are up, as it is then created', async () => {
    const { call, connection } = workbench
    const { replicas } = await call('topics.planLayout', { connection, partitions: 3, replicationFactor: 2 })
    expect(replicas.map(it => new Set(it).size)).toEqual([2, 2, 2])
    const assignment = replicas.map(it => [...it])
    const created = await call('topics.create', { connection, topic: 'laid-out', partitions: 3, assignment })
    expect(created.replicas).toEqual(replicas)
    await expect(call('topics.planLayout', { connection, partitions: 1, replicationFactor: 9 })).rejects.toThrow(
      /as many brokers/,
    )
  })

  it('notes what was done here in the audit list, and not what was only looked at', async () => {
    const { call, stream, connection } = workbench
    await call('topics.config', { connection, topic })
    await call('topics.alterConfig', { connection, topic, set: { 'retention.ms': '1000' } })
    await call('topics.delete', { connection, topics: ['laid-out', 'never-there'] })
    const abort = new AbortController()
    const entries: string[] = []
    for await (const entry of stream('connections.audit', { connection }, abort.signal)) {
      entries.push(`${entry.call} ${entry.target}: ${entry.outcome} ${entry.kafkaError ?? ''}`.trim())
      if (entry.call === 'topics.delete') abort.abort()
    }
    expect(entries.slice(-3)).toEqual([
      'topics.create topic laid-out, 3 partitions: done',
      `topics.alterConfig topic ${topic}: retention.ms: done`,
      'topics.delete topics laid-out, never-there: failed UNKNOWN_TOPIC_OR_PARTITION',
    ])
  })
})
