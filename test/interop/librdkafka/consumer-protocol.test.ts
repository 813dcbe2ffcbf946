import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { alterConfigs } from '../../../broker-core/client/admin/configs.ts'
import { listGroups } from '../../../broker-core/client/admin/groups.ts'
import { createTopics } from '../../../broker-core/client/admin/topics.ts'
import { connectCluster } from '../../../broker-core/client/connect-cluster.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { nodeEnv } from '../../../broker-core/env/node/node-env.ts'
import { areShared, type GroupMember } from '../../helpers/group-member.ts'
import { missing, startWriter } from '../../helpers/group-scenario.ts'
import { type InProcessCluster, startCluster } from '../../helpers/in-process-cluster.ts'
import { until } from '../../helpers/json-process.ts'
import { librdkafkaMember } from './python.ts'

const partitionsOf = (topic: string, count: number) => Array.from({ length: count }, (_, partition) => `${topic}-${partition}`)

describe('the consumer protocol (KIP-848) through librdkafka', () => {
  let cluster: InProcessCluster
  let bootstrap: string
  let client: KafkaClient
  const members: GroupMember[] = []
  beforeAll(async () => {
    cluster = await startCluster({
      properties: {
        'group.consumer.min.session.timeout.ms': '1000',
        'group.consumer.min.heartbeat.interval.ms': '100',
        'group.consumer.heartbeat.interval.ms': '200',
      },
    })
    bootstrap = cluster.bootstrap.map(({ host, port }) => `${host}:${port}`).join(',')
    client = await connectCluster({ bootstrap, clientId: 'consumer-protocol' }, nodeEnv({ log: { write() {} } }))
  })
  afterAll(async () => {
    await Promise.all(members.map(member => member.kill()))
    await client.close()
    await cluster.close()
  })
  const join = (group: string, topic: string, settings: Readonly<Record<string, string | number>> = {}) => {
    const protocol = settings['partition.assignment.strategy'] === undefined ? 'consumer' : 'classic'
    const all = {
      'bootstrap.servers': bootstrap,
      'group.protocol': protocol,
      'topic.metadata.refresh.interval.ms': 500,
      ...settings,
    }
    const member = librdkafkaMember(group, topic, all)
    members.push(member)
    return member
  }
  const newTopic = (name: string, partitions: number) => createTopics(client, [{ name, partitions, replicationFactor: 1 }])
  const shared = (among: readonly GroupMember[], all: readonly string[]) =>
    until(
      `${all.join()} are shared out`,
      () => areShared(among, all),
      () => among.map(member => member.text).join('\n'),
    )

  it('CG-10: a pattern takes in what is there, what is made later, and nothing else', async () => {
    for (const name of ['orders-north', 'orders-south', 'returns-north']) await newTopic(name, 2)
    const group = [join('patterns', '^orders-[a-z]+$'), join('patterns', '^orders-[a-z]+$')]
    const first = [...partitionsOf('orders-north', 2), ...partitionsOf('orders-south', 2)]
    await shared(group, first)
    await newTopic('orders-east', 2)
    await newTopic('orders-2', 2)
    await shared(group, [...first, ...partitionsOf('orders-east', 2)])
  })

  it('CG-09: a static member that comes back has its partitions again, and nobody else moved', async () => {
    await newTopic('static', 4)
    const instance = (name: string) => join('static', 'static', { 'group.instance.id': name })
    const [one, two] = [instance('one'), instance('two')]
    await shared([one, two], partitionsOf('static', 4))
    const before = one.owned
    const changesOfTwo = two.changes
    await one.leave()
    const again = instance('one')
    await until(
      'the static member is back',
      () => again.owned?.length === before?.length,
      () => again.text,
    )
    expect(again.owned).toEqual(before)
    expect(two.changes).toBe(changesOfTwo)
    const usurper = instance('two')
    await until(
      'an instance id in use is refused',
      () => usurper.errors.length > 0,
      () => usurper.text,
    )
    expect(usurper.errors[0]).toContain('instance ID is still used by another member')
    expect(usurper.owned ?? []).toEqual([])
    expect(areShared([again, two], partitionsOf('static', 4))).toBe(true)
  })

  it('CG-06, CG-13: a group with a shorter session of its own misses a member that died', async () => {
    await newTopic('mortal', 4)
    const shorter = { name: 'consumer.session.timeout.ms', operation: 'set', value: '1500' } as const
    expect(await alterConfigs(client, { type: 'group', name: 'mortal' }, [shorter])).toMatchObject({ error: 'NONE' })
    const [mortal, heir] = [join('mortal', 'mortal'), join('mortal', 'mortal')]
    await shared([mortal, heir], partitionsOf('mortal', 4))
    await mortal.kill()
    await shared([heir], partitionsOf('mortal', 4))
  })

  it('CG-11: a running group moves from the classic protocol to the new one and back, and misses nothing', async () => {
    const writer = await startWriter(bootstrap, 'moving')
    const all = partitionsOf('moving', 12)
    const old = () =>
      join('moving', 'moving', { 'partition.assignment.strategy': 'cooperative-sticky', 'heartbeat.interval.ms': 200 })
    const fresh = () => join('moving', 'moving')
    const present: GroupMember[] = []
    const everybody: GroupMember[] = []
    const texts = () => present.map(member => member.text).join('\n')
    const step = async (newcomer: () => GroupMember, leaves: boolean, type: string) => {
      const newest = newcomer()
      present.push(newest)
      everybody.push(newest)
      await shared(present, all)
      if (leaves) await present.shift()?.leave()
      await shared(present, all)
      await writer.write()
      await until('all is read', () => missing(writer.sent, everybody) === 0, texts)
      const { groups } = await listGroups(client)
      expect(groups.find(({ groupId }) => groupId === 'moving')).toMatchObject({ type, state: 'Stable' })
    }
    await step(old, false, 'classic')
    await step(old, false, 'classic')
    for (const type of ['consumer', 'consumer']) await step(fresh, true, type)
    for (const type of ['consumer', 'classic']) await step(old, true, type)
    expect(everybody.flatMap(member => member.read).length).toBe(writer.sent.length)
    await writer.close()
  })
})
