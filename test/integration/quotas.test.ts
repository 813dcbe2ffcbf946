import { expect, it } from 'vitest'
import { alterClientQuotas } from '../../broker-core/protocol/messages/49-alter-client-quotas.ts'
import { describeClientQuotas } from '../../broker-core/protocol/messages/48-describe-client-quotas.ts'
import { batchOf, conversation, createTopic, eventually, leaderPort, portOf, produceTo } from '../helpers/broker-conversation.ts'
import { startCluster } from '../helpers/in-process-cluster.ts'

it('QUO-04, QUO-05, QUO-07: a quota set at one broker slows its clients at every broker', async () => {
  const cluster = await startCluster()
  const talk = conversation()
  const topic = await createTopic(talk, cluster.bootstrap[0]?.port ?? 0, { name: 't' })
  const follower = [1, 2, 3].find(nodeId => nodeId !== topic.partitions[0]?.leaderId) ?? -1
  const entity = [{ entityType: 'client-id', entityName: 'test' }]
  const ops = [{ key: 'producer_byte_rate', value: 100, remove: false }]
  const altered = await talk.call(portOf(topic, follower), alterClientQuotas, { entries: [{ entity, ops }], validateOnly: false })
  expect(altered.entries[0]?.errorCode).toBe(0)
  const described = await eventually(async () => {
    const components = [{ entityType: 'client-id', matchType: 0, match: 'test' }]
    const answer = await talk.call(leaderPort(topic), describeClientQuotas, { components, strict: true })
    return answer.entries?.length === 1 ? answer.entries[0] : undefined
  }, 'the quota is known at the leader')
  expect(described?.values).toEqual([{ key: 'producer_byte_rate', value: 100 }])

  const send = () => produceTo(talk, leaderPort(topic), topic, batchOf(['x'.repeat(850)]))
  const startMs = performance.now()
  await send()
  await send()
  await send()
  // The second went beyond what a window of ten seconds holds, by more than half of it; the third had to wait for that.
  expect(performance.now() - startMs).toBeGreaterThan(1000)
  talk.close()
  await cluster.close()
}, 40_000)
