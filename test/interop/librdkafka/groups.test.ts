import { afterAll, beforeAll, describe, it } from 'vitest'
import { playGroupLife } from '../../helpers/group-scenario.ts'
import { type InProcessCluster, startCluster } from '../../helpers/in-process-cluster.ts'
import { librdkafkaMember } from './python.ts'

const sessionTimeoutMs = 3_000
const classic = { 'session.timeout.ms': sessionTimeoutMs, 'heartbeat.interval.ms': 200 }

describe('groups of one to eight members on librdkafka', () => {
  let cluster: InProcessCluster
  let bootstrap: string
  beforeAll(async () => {
    cluster = await startCluster({
      properties: {
        'group.min.session.timeout.ms': '1000',
        'group.consumer.min.session.timeout.ms': '1000',
        'group.consumer.session.timeout.ms': `${sessionTimeoutMs}`,
        'group.consumer.min.heartbeat.interval.ms': '100',
        'group.consumer.heartbeat.interval.ms': '200',
      },
    })
    bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
  })
  afterAll(() => cluster.close())

  it.concurrent.each([
    ['GRP-03, GRP-08: eager', 'eager', { ...classic, 'partition.assignment.strategy': 'range' }],
    ['GRP-03, GRP-08: cooperative', 'cooperative', { ...classic, 'partition.assignment.strategy': 'cooperative-sticky' }],
    ['CG-01, CG-05, CG-06: KIP-848', 'consumer', { 'group.protocol': 'consumer' }],
  ])('%s: members join, leave and die; nothing is lost, nothing has two owners', async (_, topic, settings) => {
    await playGroupLife({
      bootstrap,
      topic,
      newMember: () => librdkafkaMember(topic, topic, { 'bootstrap.servers': bootstrap, ...settings }),
    })
  })
})
