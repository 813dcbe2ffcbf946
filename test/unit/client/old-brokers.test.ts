import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeCluster, describeQuorum } from '../../../broker-core/client/admin/cluster.ts'
import { describeGroup } from '../../../broker-core/client/admin/describe-group.ts'
import { alterGroupOffsets, committedOffsets } from '../../../broker-core/client/admin/group-offsets.ts'
import { listGroups } from '../../../broker-core/client/admin/groups.ts'
import { listOffsets } from '../../../broker-core/client/admin/offsets.ts'
import { createTopics, deleteTopics } from '../../../broker-core/client/admin/topics.ts'
import type { KafkaClient } from '../../../broker-core/client/kafka-client.ts'
import { createProducer } from '../../../broker-core/client/producing/producer.ts'
import { openPartitionReader } from '../../../broker-core/client/reading/partition-reader.ts'
import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import { produce } from '../../../broker-core/protocol/messages/00-produce.ts'
import { offsetCommit } from '../../../broker-core/protocol/messages/08-offset-commit.ts'
import { offsetFetch } from '../../../broker-core/protocol/messages/09-offset-fetch.ts'
import { describeGroups } from '../../../broker-core/protocol/messages/15-describe-groups.ts'
import { listGroups as listGroupsApi } from '../../../broker-core/protocol/messages/16-list-groups.ts'
import { createTopics as createTopicsApi } from '../../../broker-core/protocol/messages/19-create-topics.ts'
import { deleteTopics as deleteTopicsApi } from '../../../broker-core/protocol/messages/20-delete-topics.ts'
import { initProducerId } from '../../../broker-core/protocol/messages/22-init-producer-id.ts'
import { scriptedCluster, type ScriptedCluster } from './scripted-cluster.ts'
import { ScriptedLog } from './scripted-log.ts'

/** What Apache Kafka 2.0 offered of the APIs that the client uses. */
const versions2: Readonly<Record<string, readonly [number, number] | null>> = {
  Produce: [0, 6],
  Fetch: [0, 8],
  ListOffsets: [0, 3],
  Metadata: [0, 6],
  OffsetCommit: [0, 4],
  OffsetFetch: [0, 4],
  FindCoordinator: [0, 2],
  DescribeGroups: [0, 2],
  ListGroups: [0, 2],
  ApiVersions: [0, 2],
  CreateTopics: [0, 3],
  DeleteTopics: [0, 2],
  InitProducerId: [0, 1],
  DescribeCluster: null,
  DescribeQuorum: null,
  ConsumerGroupDescribe: null,
  ShareGroupDescribe: null,
}

let cluster: ScriptedCluster
let client: KafkaClient
beforeEach(async () => {
  cluster = await scriptedCluster(1)
  for (const [name, range] of Object.entries(versions2)) cluster.versions.set(name, range)
  cluster.topics.set('t', { leaderId: 1, leaderEpoch: 1 })
  client = cluster.client()
})
afterEach(() => client.close())

const versionOf = (api: string): number | undefined => cluster.heard.findLast(it => it.api === api)?.version

describe('brokers of 2018', () => {
  it('are read from and written to', async () => {
    const log = new ScriptedLog()
    log.append(['a', 'b'])
    log.serve(cluster)
    const page = await openPartitionReader(client, { topic: 't', partition: 0, offset: 0 }).read({ recordsMax: 5 })
    expect(page.records).toHaveLength(2)
    expect([versionOf('Metadata'), versionOf('Fetch')]).toEqual([6, 8])
    expect(await listOffsets(client, [{ topic: 't', partition: 0, at: 'latest' }])).toMatchObject([
      { offset: 2, leaderEpoch: -1 },
    ])

    cluster.answer(initProducerId, () => ({ ...initProducerId.response.zero, producerId: 5, producerEpoch: 0 }))
    cluster.answer(produce, body => ({
      ...produce.response.zero,
      responses: body.topicData.map(({ name, partitionData }) => ({
        name,
        topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
        partitionResponses: partitionData.map(({ index }) => ({ ...noError, index, baseOffset: 2 })),
      })),
    }))
    const producer = createProducer(client)
    expect(await producer.send({ topic: 't', partition: 0, key: null, value: new Uint8Array(1) })).toMatchObject({ offset: 2 })
    expect([versionOf('Produce'), versionOf('InitProducerId')]).toEqual([6, 1])
    await producer.close()
  })

  it('say what they know of the cluster and of groups', async () => {
    expect(await describeCluster(client)).toMatchObject({ clusterId: 'scripted', brokers: [{ nodeId: 1, isFenced: false }] })
    await expect(describeQuorum(client)).rejects.toMatchObject({ code: 'UNSUPPORTED_VERSION' })

    cluster.answer(listGroupsApi, () => ({ ...listGroupsApi.response.zero, groups: [listed] }))
    expect((await listGroups(client)).groups).toEqual([
      { groupId: 'g', type: 'unknown', protocolType: 'consumer', state: '', coordinatorId: 1 },
    ])
    const described = {
      errorCode: 0,
      errorMessage: null,
      groupId: 'g',
      groupState: 'Empty',
      protocolType: 'consumer',
      protocolData: '',
      members: [],
      authorizedOperations: -2147483648,
    }
    cluster.answer(describeGroups, () => ({ throttleTimeMs: 0, groups: [described] }))
    expect(await describeGroup(client, 'g')).toMatchObject({ type: 'classic', state: 'Empty' })
  })

  it('keep and tell committed offsets', async () => {
    cluster.answer(offsetFetch, (body, { version }) => {
      expect([version, body.groupId, body.topics]).toEqual([4, 'g', null])
      const partition = { partitionIndex: 0, committedOffset: 9, committedLeaderEpoch: -1, metadata: '', errorCode: 0 }
      return { ...offsetFetch.response.zero, topics: [{ name: 't', partitions: [partition] }] }
    })
    expect(await committedOffsets(client, 'g')).toMatchObject([{ topic: 't', partition: 0, offset: 9 }])
    cluster.answer(offsetCommit, body => ({
      throttleTimeMs: 0,
      topics: body.topics.map(({ name, partitions }) => ({
        name,
        topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: errorCode('UNKNOWN_MEMBER_ID') })),
      })),
    }))
    const outcomes = await alterGroupOffsets(client, 'g', [{ topic: 't', partition: 0, offset: 3 }])
    expect(outcomes).toMatchObject([{ error: 'UNKNOWN_MEMBER_ID' }])
    expect(versionOf('FindCoordinator')).toBe(2)
  })

  it('create and delete topics', async () => {
    cluster.answer(createTopicsApi, body => ({
      throttleTimeMs: 0,
      topics: body.topics.map(({ name }) => ({
        ...createdZero,
        name,
        errorCode: errorCode('INVALID_REPLICATION_FACTOR'),
        errorMessage: 'one broker',
      })),
    }))
    expect(await createTopics(client, [{ name: 'n', partitions: 1, replicationFactor: 3 }])).toMatchObject([
      { name: 'n', error: 'INVALID_REPLICATION_FACTOR', message: 'one broker', partitions: -1 },
    ])
    cluster.answer(deleteTopicsApi, body => {
      expect(body).toMatchObject({ topicNames: ['n'], topics: [] })
      const response = { name: 'n', topicId: 'AAAAAAAAAAAAAAAAAAAAAA', errorCode: 0, errorMessage: null }
      return { throttleTimeMs: 0, responses: [response] }
    })
    expect(await deleteTopics(client, ['n'])).toMatchObject([{ name: 'n', error: 'NONE' }])
  })
})

describe('changes at the controller', () => {
  it('are repeated while nothing of them was done, and told as they are when a part was', async () => {
    const codes = (...names: Parameters<typeof errorCode>[0][]) => ({
      throttleTimeMs: 0,
      topics: names.map((name, index) => ({ ...createdZero, name: `n${index}`, errorCode: errorCode(name) })),
    })
    cluster.answer(createTopicsApi, (_, { count }) =>
      count < 3 ? codes('NOT_CONTROLLER', 'NOT_CONTROLLER') : codes('NOT_CONTROLLER', 'NONE'),
    )
    const outcomes = await createTopics(client, [{ name: 'n0' }, { name: 'n1' }])
    expect(outcomes.map(it => it.error)).toEqual(['NOT_CONTROLLER', 'NONE'])
    expect(cluster.count(createTopicsApi)).toBe(3)
  })
})

describe('groups of all brokers', () => {
  it('come from those that answer, and the others are named', async () => {
    const two = await scriptedCluster(2)
    two.answer(listGroupsApi, (_, { nodeId }) => ({
      ...listGroupsApi.response.zero,
      errorCode: nodeId === 2 ? errorCode('CLUSTER_AUTHORIZATION_FAILED') : 0,
      groups: nodeId === 2 ? [] : [{ ...listed, groupType: 'Consumer', groupState: 'Stable' }],
    }))
    const other = two.client()
    const { groups, silentBrokers } = await listGroups(other)
    expect(groups).toMatchObject([{ groupId: 'g', type: 'consumer', state: 'Stable' }])
    expect(silentBrokers).toMatchObject([{ brokerId: 2, error: { code: 'CLUSTER_AUTHORIZATION_FAILED' } }])
    await other.close()
  })
})

const listed = { groupId: 'g', protocolType: 'consumer', groupState: '', groupType: '' }
const noError = {
  errorCode: 0,
  logAppendTimeMs: -1,
  logStartOffset: 0,
  recordErrors: [],
  errorMessage: null,
  currentLeader: { leaderId: -1, leaderEpoch: -1 },
}
const createdZero = {
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  errorMessage: null,
  topicConfigErrorCode: 0,
  numPartitions: -1,
  replicationFactor: -1,
  configs: [],
}
