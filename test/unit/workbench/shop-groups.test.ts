import { afterEach, beforeEach, expect, it } from 'vitest'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { offsetFetch } from '../../../broker-core/protocol/messages/09-offset-fetch.ts'
import { listGroups } from '../../../broker-core/protocol/messages/16-list-groups.ts'
import { createTopics } from '../../../broker-core/protocol/messages/19-create-topics.ts'
import { deleteTopics } from '../../../broker-core/protocol/messages/20-delete-topics.ts'
import { deleteGroups } from '../../../broker-core/protocol/messages/42-delete-groups.ts'
import { isForeign } from '../../../src-main/workbench/sample-shop/foreign-groups.ts'
import { sampleShop } from '../../../src-main/workbench/sample-shop/sample-shop.ts'
import { scriptedCluster, type ScriptedCluster, zeroTopicId } from '../client/scripted-cluster.ts'

const ordersId = 'AAAAAAAAAAAAAAAAAAAAAg'

let cluster: ScriptedCluster
let client: KafkaClient
const shopOf = (topics: Readonly<Record<string, string>>) => {
  const memory = { read: () => topics, write: () => undefined }
  return sampleShop({ client: () => client, memberClient: () => client, memory, nowMs: () => 0 })
}

/** Each group has committed something of one topic. */
function haveGroups(groups: Readonly<Record<string, string>>): void {
  cluster.answer(listGroups, () => ({
    ...listGroups.response.zero,
    groups: Object.keys(groups).map(groupId => ({
      groupId,
      protocolType: 'consumer',
      groupState: 'Empty',
      groupType: 'classic',
    })),
  }))
  const partition = { partitionIndex: 0, committedOffset: 5, committedLeaderEpoch: -1, metadata: '', errorCode: 0 }
  cluster.answer(offsetFetch, body => ({
    ...offsetFetch.response.zero,
    groups: body.groups.map(({ groupId }) => ({
      groupId,
      errorCode: 0,
      topics: [{ name: groups[groupId] ?? '', topicId: zeroTopicId, partitions: [partition] }],
    })),
  }))
}

beforeEach(async () => {
  cluster = await scriptedCluster(1)
  client = cluster.client()
})
afterEach(() => client.close())

it('the sample shop does not begin where a group of its names is somebody else’s', async () => {
  haveGroups({ billing: 'invoices' })
  await expect(shopOf({}).start(5)).rejects.toMatchObject({
    failure: { code: 'REFUSED', message: expect.stringContaining('groups named billing') },
  })
  expect(cluster.count(createTopics)).toBe(0)
})

it('removing it leaves such a group alone', async () => {
  cluster.topics.set('orders', { leaderId: 1, leaderEpoch: 0, topicId: ordersId })
  haveGroups({ billing: 'invoices', fulfilment: 'orders' })
  const deleted: string[] = []
  cluster.answer(deleteGroups, body => {
    deleted.push(...body.groupsNames)
    const results = body.groupsNames.map(groupId => ({ groupId, errorCode: 0, errorMessage: null }))
    return { ...deleteGroups.response.zero, results }
  })
  cluster.answer(deleteTopics, body => ({
    ...deleteTopics.response.zero,
    responses: body.topics.map(({ name }) => ({ name, topicId: ordersId, errorCode: 0, errorMessage: null })),
  }))
  await shopOf({ orders: ordersId }).stop()
  expect(deleted).toEqual(['fulfilment'])
})

it('a group that holds nothing can be taken, one with members or other topics cannot', () => {
  const own = new Set(['orders'])
  expect(isForeign('Empty', [], own)).toBe(false)
  expect(isForeign('Stable', [], own)).toBe(true)
  expect(isForeign('Stable', ['orders'], own)).toBe(false)
  expect(isForeign('Empty', ['orders', 'invoices'], own)).toBe(true)
})
