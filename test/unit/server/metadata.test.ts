import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import { errorCode, type KafkaErrorName } from '../../../broker-core/model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../../broker-core/protocol/api.ts'
import { metadata } from '../../../broker-core/protocol/messages/03-metadata.ts'
import { metadataHandler, type MetadataDeps } from '../../../broker-core/server/handlers/03-metadata.ts'
import { brokerOf, contextOf, imageOf, partitionOf, topicOf } from './images.ts'

const idA = 'AAAAAAAAAAAAAAAAAAAAAw'
const idB = 'AAAAAAAAAAAAAAAAAAAABA'
const image = imageOf([
  topicOf('a', idA, [partitionOf(0), partitionOf(1, { leader: 2 })]),
  topicOf('__consumer_offsets', idB, [partitionOf(0, { leader: -1 })]),
])

function ask(request: Partial<RequestOf<typeof metadata>>, version = 12, deps: Partial<MetadataDeps> = {}) {
  const created: string[][] = []
  const handler = metadataHandler({
    image: () => image,
    fraction: () => 0.5,
    createsTopics: true,
    createTopics: names => {
      created.push([...names])
      return Promise.resolve(new Map(names.map(name => [name, 'NONE' as KafkaErrorName])))
    },
    ...deps,
  })
  const full = { ...metadata.request.zero, allowAutoTopicCreation: false, ...request }
  const answer = Promise.resolve(handler.handle(full, contextOf(version))) as Promise<ResponseOf<typeof metadata>>
  return { answer, created }
}
const topicNamed = (name: string) => ({ topicId: 'AAAAAAAAAAAAAAAAAAAAAA', name })

describe('Metadata', () => {
  it('META-01: null asks for all topics, an empty list for none; in v0 the empty list is all', async () => {
    expect((await ask({ topics: null }).answer).topics.map(topic => topic.name)).toEqual(['a', '__consumer_offsets'])
    expect((await ask({ topics: [] }).answer).topics).toEqual([])
    expect((await ask({ topics: [] }, 0).answer).topics.length).toBe(2)
  })

  it('META-01: unknown and invalid names are told apart', async () => {
    const { topics } = await ask({ topics: [topicNamed('gone'), topicNamed('no/name'), topicNamed('..')] }).answer
    const unknown = errorCode('UNKNOWN_TOPIC_OR_PARTITION')
    const invalid = errorCode('INVALID_TOPIC_EXCEPTION')
    expect(topics.map(topic => topic.errorCode)).toEqual([unknown, invalid, invalid])
  })

  it('META-01: a missing topic is created when request and broker allow it, and the client asks again', async () => {
    const allowed = ask({ topics: [topicNamed('new')], allowAutoTopicCreation: true })
    expect((await allowed.answer).topics[0]?.errorCode).toBe(errorCode('LEADER_NOT_AVAILABLE'))
    expect(allowed.created).toEqual([['new']])
    for (const refused of [
      ask({ topics: [topicNamed('new')] }),
      ask({ topics: [topicNamed('new')], allowAutoTopicCreation: true }, 12, { createsTopics: false }),
    ]) {
      expect((await refused.answer).topics[0]?.errorCode).toBe(errorCode('UNKNOWN_TOPIC_OR_PARTITION'))
      expect(refused.created).toEqual([])
    }
  })

  it('META-01: why a topic cannot be created is told', async () => {
    const { answer } = ask({ topics: [topicNamed('new')], allowAutoTopicCreation: true }, 12, {
      createTopics: () => Promise.resolve(new Map([['new', 'INVALID_REPLICATION_FACTOR' as KafkaErrorName]])),
    })
    expect((await answer).topics[0]?.errorCode).toBe(errorCode('INVALID_REPLICATION_FACTOR'))
  })

  it('META-02: the controller is some live broker', async () => {
    expect((await ask({}, 12, { fraction: () => 0 }).answer).controllerId).toBe(1)
    expect((await ask({}, 12, { fraction: () => 0.99 }).answer).controllerId).toBe(3)
    const fenced = { ...image, brokers: new Map([[1, brokerOf(1, { fenced: true })]]) }
    expect((await ask({}, 12, { image: () => fenced }).answer).controllerId).toBe(-1)
  })

  it('META-03: endpoints are those of the listener asked through; fenced brokers are neither listed nor alive', async () => {
    const brokers = new Map([
      [1, brokerOf(1)],
      [2, brokerOf(2, { fenced: true })],
      [3, brokerOf(3, { endpoints: [{ listener: 'OTHER', host: 'x', port: 1, securityProtocol: 0 }] })],
    ])
    const response = await ask({ topics: [topicNamed('a')] }, 12, { image: () => ({ ...image, brokers }) }).answer
    expect(response.brokers.map(broker => broker.nodeId)).toEqual([1])
    expect(response.topics[0]?.partitions.map(partition => partition.offlineReplicas)).toEqual([[2], [2]])
    expect(response.topics[0]?.partitions[1]?.errorCode).toBe(errorCode('LEADER_NOT_AVAILABLE'))
  })

  it('META-03, KIP-858: a replica in a directory that is offline is offline, though its broker serves', async () => {
    const [lost, kept] = ['AAAAAAAAAAAAAAAAAAAAAw', 'AAAAAAAAAAAAAAAAAAAABA'] as const
    const brokers = new Map([1, 2, 3].map(id => [id, brokerOf(id, { logDirectoryIds: id === 3 ? [] : [kept] })]))
    const partition = partitionOf(0, { directories: [kept, lost, lost] })
    const topics = [topicOf('a', idA, [partition, partitionOf(1, { directories: [zeroUuid, zeroUuid, zeroUuid] })])]
    const response = await ask({ topics: [topicNamed('a')] }, 12, { image: () => imageOf(topics, { brokers }) }).answer
    expect(response.topics[0]?.partitions.map(one => one.offlineReplicas)).toEqual([[2], []])
  })

  it('LEAD-01: a partition without leader is LEADER_NOT_AVAILABLE', async () => {
    const [topic] = (await ask({ topics: [topicNamed('__consumer_offsets')] }).answer).topics
    expect(topic?.isInternal).toBe(true)
    expect(topic?.partitions[0]).toMatchObject({ errorCode: errorCode('LEADER_NOT_AVAILABLE'), leaderId: -1 })
  })

  it('KIP-516: topics can be asked for by id', async () => {
    const { topics } = await ask({
      topics: [
        { topicId: idA, name: null },
        { topicId: 'AAAAAAAAAAAAAAAAAAAACQ', name: null },
      ],
    }).answer
    expect(topics.map(topic => [topic.name, topic.errorCode])).toEqual([
      ['a', 0],
      [null, errorCode('UNKNOWN_TOPIC_ID')],
    ])
  })

  it('KIP-516, META-01: an id counts, whatever name is beside it; before v12 there are no ids; what is asked twice is told once', async () => {
    const byId = (await ask({ topics: [{ topicId: idA, name: '' }] }).answer).topics
    expect(byId.map(topic => [topic.name, topic.errorCode])).toEqual([['a', 0]])
    const tooOld = (await ask({ topics: [{ topicId: idA, name: null }] }, 11).answer).topics
    expect(tooOld.map(topic => [topic.name, topic.errorCode])).toEqual([['', errorCode('INVALID_REQUEST')]])
    const twice = (await ask({ topics: [topicNamed('a'), topicNamed('gone'), topicNamed('a'), topicNamed('gone')] }).answer)
      .topics
    expect(twice.map(topic => topic.name)).toEqual(['a', 'gone'])
  })

  it('SEC-14: operations are filled when asked for', async () => {
    const [asked] = (await ask({ topics: [topicNamed('a')], includeTopicAuthorizedOperations: true }).answer).topics
    expect(asked?.topicAuthorizedOperations).toBe(3576)
    const [plain] = (await ask({ topics: [topicNamed('a')] }).answer).topics
    expect(plain?.topicAuthorizedOperations).toBe(-2147483648)
  })
})
