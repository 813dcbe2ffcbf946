import { expect, it, onTestFinished } from 'vitest'
import { createTopics } from '../../../broker-core/client/admin/topics.ts'
import { createTopics as createTopicsApi } from '../../../broker-core/protocol/messages/19-create-topics.ts'
import { scriptedCluster } from './scripted-cluster.ts'

it('a change that takes the controller long is sent once, although what was asked beside it has a shorter patience', async () => {
  const cluster = await scriptedCluster(1)
  const client = cluster.client({ requestTimeoutMs: 150 })
  onTestFinished(() => client.close())
  let finish = () => {}
  const working = new Promise<void>(resolve => (finish = resolve))
  cluster.answer(createTopicsApi, async body => {
    await working
    const created = { ...createTopicsApi.response.zero, topics: body.topics.map(({ name }) => ({ ...createdZero, name })) }
    return created
  })
  await client.refresh([])
  const creating = createTopics(client, [{ name: 't' }])
  await expect.poll(() => cluster.count(createTopicsApi)).toBe(1)
  for (let look = 0; look < 3; look++) await client.refresh([])
  finish()
  expect(await creating).toMatchObject([{ name: 't', error: 'NONE' }])
  expect(cluster.count(createTopicsApi)).toBe(1)
})

const createdZero = {
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  errorCode: 0,
  errorMessage: null,
  topicConfigErrorCode: 0,
  numPartitions: 1,
  replicationFactor: 1,
  configs: [],
}
