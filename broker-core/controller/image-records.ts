import type { BrokerEndpoint, BrokerRegistration, FeatureRange, MetadataImage, PartitionImage } from './image.ts'
import type { MetadataRecord, RecordEndpoint, RecordFeature } from './metadata-records.ts'

/** The records that recreate `image` from nothing: the content of a snapshot. */
export const imageRecords = (image: MetadataImage): MetadataRecord[] => [...eachImageRecord(image)]

/** One after the other, so that whoever writes a large image can do it in steps. Features first, as in Kafka. */
export function* eachImageRecord(image: MetadataImage): Generator<MetadataRecord> {
  for (const [name, featureLevel] of image.features) yield { type: 'FeatureLevelRecord', name, featureLevel }
  for (const broker of image.brokers.values()) yield brokerRecord(broker)
  for (const controller of image.controllers.values()) {
    yield {
      type: 'RegisterControllerRecord',
      controllerId: controller.controllerId,
      incarnationId: controller.incarnationId,
      zkMigrationReady: false,
      endPoints: controller.endpoints.map(endpointRecord),
      features: featureRecords(controller.features),
    }
  }
  for (const topic of image.topicsById.values()) {
    yield { type: 'TopicRecord', name: topic.name, topicId: topic.topicId }
    for (const partition of topic.partitions) yield partitionRecord(topic.topicId, partition)
  }
  for (const [key, values] of image.configs) yield* configRecords(key, values)
  for (const { entity, values } of image.quotas.values()) {
    for (const [key, value] of values) yield { type: 'ClientQuotaRecord', entity, key, value, remove: false }
  }
  for (const credential of image.scramCredentials.values()) yield { type: 'UserScramCredentialRecord', ...credential }
  yield* image.accessControlEntries.values()
  yield* image.delegationTokens.values()
  if (image.nextProducerId > 0) {
    yield { type: 'ProducerIdsRecord', brokerId: -1, brokerEpoch: -1, nextProducerId: image.nextProducerId }
  }
}

function* configRecords(key: string, values: ReadonlyMap<string, string>): Generator<MetadataRecord> {
  const separator = key.indexOf(':')
  const resourceType = Number(key.slice(0, separator))
  const resourceName = key.slice(separator + 1)
  for (const [name, value] of values) yield { type: 'ConfigRecord', resourceType, resourceName, name, value }
}

function brokerRecord(broker: BrokerRegistration): MetadataRecord {
  return {
    type: 'RegisterBrokerRecord',
    brokerId: broker.brokerId,
    isMigratingZkBroker: false,
    incarnationId: broker.incarnationId,
    brokerEpoch: broker.brokerEpoch,
    endPoints: broker.endpoints.map(endpointRecord),
    features: featureRecords(broker.features),
    rack: broker.rack,
    fenced: broker.fenced,
    inControlledShutdown: broker.inControlledShutdown,
    logDirs: broker.logDirectoryIds,
    cordonedLogDirs: broker.cordonedLogDirectoryIds.length === 0 ? null : broker.cordonedLogDirectoryIds,
  }
}

export const endpointRecord = (endpoint: BrokerEndpoint): RecordEndpoint => ({
  name: endpoint.listener,
  host: endpoint.host,
  port: endpoint.port,
  securityProtocol: endpoint.securityProtocol,
})

const featureRecords = (features: ReadonlyMap<string, FeatureRange>): RecordFeature[] =>
  [...features].map(([name, range]) => ({ name, minSupportedVersion: range.min, maxSupportedVersion: range.max }))

export function partitionRecord(topicId: string, partition: PartitionImage): MetadataRecord {
  return {
    type: 'PartitionRecord',
    partitionId: partition.partition,
    topicId,
    replicas: partition.replicas,
    isr: partition.isr,
    removingReplicas: partition.removingReplicas,
    addingReplicas: partition.addingReplicas,
    leader: partition.leader,
    leaderRecoveryState: partition.leaderRecoveryState,
    leaderEpoch: partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch,
    directories: partition.directories,
    eligibleLeaderReplicas: partition.eligibleLeaderReplicas.length === 0 ? null : partition.eligibleLeaderReplicas,
    lastKnownElr: partition.lastKnownElr.length === 0 ? null : partition.lastKnownElr,
  }
}
