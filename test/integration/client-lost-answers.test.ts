import { expect, it, onTestFinished } from 'vitest'
import { createTopics } from '../../broker-core/client/admin/topics.ts'
import { connectCluster } from '../../broker-core/client/connect-cluster.ts'
import type { GroupConsumer } from '../../broker-core/client/consuming/consumer-options.ts'
import { consumeAsGroup } from '../../broker-core/client/consuming/group-consumer.ts'
import { nodeEnv } from '../../broker-core/env/node/node-env.ts'
import { eventually } from '../helpers/broker-conversation.ts'
import { startFrontedBroker } from '../helpers/fronted-broker.ts'

const env = nodeEnv({ log: { write() {} } })
const heartbeatMs = 500

it('CG-08: a member whose answer with its partitions was lost on the way is told of them again', async () => {
  const properties = {
    'group.consumer.min.heartbeat.interval.ms': String(heartbeatMs),
    'group.consumer.heartbeat.interval.ms': String(heartbeatMs),
  }
  const { bootstrap, close, front } = await startFrontedBroker({ asks: () => false, properties })
  onTestFinished(close)
  const join = async (clientId: string): Promise<GroupConsumer> => {
    const client = await connectCluster({ bootstrap, clientId }, env)
    onTestFinished(() => client.close())
    await createTopics(client, [{ name: 'orders', partitions: 2, replicationFactor: 1 }])
    const options = { groupId: 'g', topics: ['orders'], protocol: 'consumer', offsetReset: 'earliest' } as const
    const consumer = consumeAsGroup(client, options, { receive: () => undefined })
    onTestFinished(() => consumer.crash())
    return consumer
  }
  const holds = (consumer: GroupConsumer, count: number) =>
    eventually(() => consumer.status().assignment.length === count || undefined, `${count} partitions`)
  const one = await join('one')
  await holds(one, 2)
  const reader = await connectCluster({ bootstrap, clientId: 'reader' }, env)
  onTestFinished(() => reader.close())
  const answerHas = Buffer.from((await reader.topic('orders')).topicId, 'base64url')
  const lost = front.loseAnswer({ api: 'ConsumerGroupHeartbeat', clientId: 'two', answerHas })
  const two = await join('two')
  // It has joined and got nothing: the other member has both, and gives one up at its next heartbeat.
  await eventually(() => two.status().generation > 0 || undefined, 'the second has joined')
  await holds(one, 1)
  await lost
  expect(two.status().assignment).toEqual([])
  await holds(two, 1)
  expect([one, two].map(consumer => consumer.status().assignment.length)).toEqual([1, 1])
})
