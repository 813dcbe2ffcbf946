import { emptyImage } from '../../../broker-core/controller/image-draft.ts'
import type { BrokerRegistration, MetadataImage, PartitionImage, TopicImage } from '../../../broker-core/controller/image.ts'
import type { RequestContext } from '../../../broker-core/server/handler.ts'

export function brokerOf(brokerId: number, more: Partial<BrokerRegistration> = {}): BrokerRegistration {
  return {
    brokerId,
    brokerEpoch: 10 + brokerId,
    incarnationId: 'AAAAAAAAAAAAAAAAAAAAAQ',
    endpoints: [{ listener: 'PLAINTEXT', host: 'localhost', port: 9091 + brokerId, securityProtocol: 0 }],
    rack: null,
    fenced: false,
    inControlledShutdown: false,
    logDirectoryIds: [],
    cordonedLogDirectoryIds: [],
    features: new Map(),
    ...more,
  }
}

export function partitionOf(partition: number, more: Partial<PartitionImage> = {}): PartitionImage {
  return {
    partition,
    replicas: [1, 2, 3],
    directories: [],
    isr: [1, 2, 3],
    addingReplicas: [],
    removingReplicas: [],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    leader: 1,
    leaderRecoveryState: 0,
    leaderEpoch: 4,
    partitionEpoch: 9,
    ...more,
  }
}

export const topicOf = (name: string, topicId: string, partitions: readonly PartitionImage[]): TopicImage => ({
  name,
  topicId,
  partitions,
})

export function imageOf(topics: readonly TopicImage[], more: Partial<MetadataImage> = {}): MetadataImage {
  return {
    ...emptyImage('cluster-of-tests-00000'),
    offset: 100,
    epoch: 2,
    brokers: new Map([1, 2, 3].map(brokerId => [brokerId, brokerOf(brokerId)])),
    topicsByName: new Map(topics.map(topic => [topic.name, topic])),
    topicsById: new Map(topics.map(topic => [topic.topicId, topic])),
    ...more,
  }
}

export function contextOf(apiVersion: number, more: Partial<RequestContext> = {}): RequestContext {
  return {
    apiVersion,
    correlationId: 1,
    clientId: 'test',
    listener: 'PLAINTEXT',
    principal: 'User:ANONYMOUS',
    remoteAddress: '127.0.0.1:1',
    connectionId: 1,
    isClosed: () => false,
    ...more,
  }
}
