import { assert } from '../base/assert.ts'
import { ShardedMap, type ShardedMapEdit } from '../base/sharded-map.ts'
import { zeroUuid } from '../base/bytes/uuid.ts'
import type {
  BrokerEndpoint,
  BrokerRegistration,
  ControllerRegistration,
  FeatureRange,
  MetadataDelta,
  MetadataImage,
  PartitionImage,
  QuotaImage,
  ScramCredential,
  TopicImage,
} from './image.ts'
import {
  type BrokerRegistrationChangeRecord,
  type ClientQuotaRecord,
  type ConfigRecord,
  leaderUnchanged,
  type MetadataRecord,
  type PartitionChangeRecord,
  type PartitionRecord,
  type QuotaEntityPart,
  type RecordEndpoint,
  type RecordFeature,
  type RecordOfType,
  type RegisterBrokerRecord,
} from './metadata-records.ts'

export function emptyImage(clusterId: string): MetadataImage {
  return {
    offset: 0,
    epoch: 0,
    clusterId,
    brokers: new Map(),
    topicsByName: new ShardedMap(),
    topicsById: new ShardedMap(),
    configs: new ShardedMap(),
    features: new Map(),
    nextProducerId: 0,
    quotas: new Map(),
    controllers: new Map(),
    scramCredentials: new Map(),
    accessControlEntries: new Map(),
    delegationTokens: new Map(),
  }
}

/** Key of `MetadataImage.scramCredentials`. */
export const scramKey = (name: string, mechanism: number): string => `${mechanism}:${name}`

/** Key of `MetadataImage.configs`. */
export const configKey = (resourceType: number, resourceName: string): string => `${resourceType}:${resourceName}`

/** Key of `MetadataImage.quotas`: the parts sorted by type; a default has no `=`. */
export const quotaEntityKey = (entity: readonly QuotaEntityPart[]): string =>
  entity
    .map(part => (part.entityName === null ? part.entityType : `${part.entityType}=${part.entityName}`))
    .sort()
    .join('\u0000')

/**
 * `evolve` of the metadata: applies records in order and, at the end, gives the next image and what changed. Total: a record that
 * names what does not exist is an assertion, because the log is written by decisions that looked first.
 */
export interface ImageDraft {
  apply(record: MetadataRecord): void
  finish(position: { readonly offset: number; readonly epoch: number }): MetadataDelta
}

export function draftImage(previous: MetadataImage): ImageDraft {
  const draft = new Draft(previous)
  return { apply: record => draft.apply(record), finish: position => draft.finish(position) }
}

/** All of `records` at once: the next image alone. */
export function evolveImage(
  image: MetadataImage,
  records: readonly MetadataRecord[],
  position: { readonly offset: number; readonly epoch: number },
): MetadataImage {
  const draft = draftImage(image)
  for (const record of records) draft.apply(record)
  return draft.finish(position).next
}

/** Maps are copied (or edited in shards) when first changed; what no record touches is shared with the image before. */
class Draft {
  private readonly previous: MetadataImage
  private brokers: Map<number, BrokerRegistration> | undefined
  private features: Map<string, number> | undefined
  private quotas: Map<string, QuotaImage> | undefined
  private controllers: Map<number, ControllerRegistration> | undefined
  private byName: ShardedMapEdit<string, TopicImage> | undefined
  private byId: ShardedMapEdit<string, TopicImage> | undefined
  private configs: ShardedMapEdit<string, ReadonlyMap<string, string>> | undefined
  private scramCredentials: Map<string, ScramCredential> | undefined
  private accessControlEntries: Map<string, RecordOfType<'AccessControlEntryRecord'>> | undefined
  private delegationTokens: Map<string, RecordOfType<'DelegationTokenRecord'>> | undefined
  private readonly openConfigs = new Map<string, Map<string, string>>()
  private readonly openTopics = new Map<string, { name: string; topicId: string; partitions: PartitionImage[] }>()
  private readonly changedTopicIds = new Set<string>()
  private readonly deletedTopics: TopicImage[] = []
  private nextProducerId: number

  constructor(previous: MetadataImage) {
    this.previous = previous
    this.nextProducerId = previous.nextProducerId
  }

  apply(record: MetadataRecord): void {
    switch (record.type) {
      case 'RegisterBrokerRecord':
        this.ownBrokers().set(record.brokerId, registration(record))
        return
      case 'UnregisterBrokerRecord':
        this.ownBrokers().delete(record.brokerId)
        return
      case 'FenceBrokerRecord':
        return this.changeBroker(record.id, { fenced: true })
      case 'UnfenceBrokerRecord':
        return this.changeBroker(record.id, { fenced: false })
      case 'BrokerRegistrationChangeRecord':
        return this.changeBroker(record.brokerId, registrationChange(record))
      case 'TopicRecord':
        this.openTopics.set(record.topicId, { name: record.name, topicId: record.topicId, partitions: [] })
        this.changedTopicIds.add(record.topicId)
        return
      case 'PartitionRecord':
        this.openTopic(record.topicId).partitions[record.partitionId] = newPartition(record)
        return
      case 'PartitionChangeRecord':
        return this.changePartition(record)
      case 'RemoveTopicRecord':
        return this.removeTopic(record.topicId)
      case 'ConfigRecord':
        return this.changeConfig(record)
      case 'FeatureLevelRecord':
        if (record.featureLevel === 0) this.ownFeatures().delete(record.name)
        else this.ownFeatures().set(record.name, record.featureLevel)
        return
      case 'ProducerIdsRecord':
        this.nextProducerId = record.nextProducerId
        return
      case 'ClientQuotaRecord':
        return this.changeQuota(record)
      case 'RegisterControllerRecord':
        this.ownControllers().set(record.controllerId, {
          controllerId: record.controllerId,
          incarnationId: record.incarnationId,
          endpoints: record.endPoints.map(endpointOf),
          features: featureRanges(record.features),
        })
        return
      case 'UnregisterControllerRecord':
        this.ownControllers().delete(record.controllerId)
        return
      case 'ClearElrRecord':
        return this.clearElr(record.topicName)
      default:
        return this.applySecurity(record)
    }
  }

  private applySecurity(record: MetadataRecord): void {
    switch (record.type) {
      case 'UserScramCredentialRecord':
        this.scramCredentials ??= new Map(this.previous.scramCredentials)
        this.scramCredentials.set(scramKey(record.name, record.mechanism), ownCredential(record))
        return
      case 'RemoveUserScramCredentialRecord':
        this.scramCredentials ??= new Map(this.previous.scramCredentials)
        this.scramCredentials.delete(scramKey(record.name, record.mechanism))
        return
      case 'AccessControlEntryRecord':
        this.accessControlEntries ??= new Map(this.previous.accessControlEntries)
        this.accessControlEntries.set(record.id, record)
        return
      case 'RemoveAccessControlEntryRecord':
        this.accessControlEntries ??= new Map(this.previous.accessControlEntries)
        this.accessControlEntries.delete(record.id)
        return
      case 'DelegationTokenRecord':
        this.delegationTokens ??= new Map(this.previous.delegationTokens)
        this.delegationTokens.set(record.tokenId, record)
        return
      case 'RemoveDelegationTokenRecord':
        this.delegationTokens ??= new Map(this.previous.delegationTokens)
        this.delegationTokens.delete(record.tokenId)
        return
      default:
        // No-ops, and the marks of Kafka's own metadata transactions and of its migration, which say nothing about the image.
        return
    }
  }

  finish(position: { readonly offset: number; readonly epoch: number }): MetadataDelta {
    const { previous } = this
    for (const [topicId, topic] of this.openTopics) this.putTopic(topicId, topic)
    for (const [key, values] of this.openConfigs) {
      this.configs ??= editOf(previous.configs)
      if (values.size === 0) this.configs.delete(key)
      else this.configs.set(key, values)
    }
    const next: MetadataImage = {
      ...position,
      clusterId: previous.clusterId,
      brokers: this.brokers ?? previous.brokers,
      topicsByName: this.byName?.finish() ?? previous.topicsByName,
      topicsById: this.byId?.finish() ?? previous.topicsById,
      configs: this.configs?.finish() ?? previous.configs,
      features: this.features ?? previous.features,
      nextProducerId: this.nextProducerId,
      quotas: this.quotas ?? previous.quotas,
      controllers: this.controllers ?? previous.controllers,
      scramCredentials: this.scramCredentials ?? previous.scramCredentials,
      accessControlEntries: this.accessControlEntries ?? previous.accessControlEntries,
      delegationTokens: this.delegationTokens ?? previous.delegationTokens,
    }
    return {
      previous,
      next,
      changedTopicIds: this.changedTopicIds,
      deletedTopics: this.deletedTopics,
      changedConfigKeys: new Set(this.openConfigs.keys()),
      brokersChanged: this.brokers !== undefined,
      featuresChanged: this.features !== undefined,
      quotasChanged: this.quotas !== undefined,
    }
  }

  private putTopic(topicId: string, topic: TopicImage): void {
    this.byName ??= editOf(this.previous.topicsByName)
    this.byId ??= editOf(this.previous.topicsById)
    this.byName.set(topic.name, topic)
    this.byId.set(topicId, topic)
  }

  private openTopic(topicId: string): { name: string; topicId: string; partitions: PartitionImage[] } {
    let open = this.openTopics.get(topicId)
    if (open === undefined) {
      const topic = this.byId?.get(topicId) ?? this.previous.topicsById.get(topicId)
      assert(topic !== undefined, `metadata: record about the unknown topic ${topicId}`)
      open = { name: topic.name, topicId, partitions: [...topic.partitions] }
      this.openTopics.set(topicId, open)
      this.changedTopicIds.add(topicId)
    }
    return open
  }

  private changePartition(record: PartitionChangeRecord): void {
    const topic = this.openTopic(record.topicId)
    const partition = topic.partitions[record.partitionId]
    assert(partition !== undefined, `metadata: change of the unknown partition ${topic.name}-${record.partitionId}`)
    topic.partitions[record.partitionId] = changedPartition(partition, record)
  }

  private removeTopic(topicId: string): void {
    const topic = this.openTopics.get(topicId) ?? this.previous.topicsById.get(topicId)
    assert(topic !== undefined, `metadata: removal of the unknown topic ${topicId}`)
    this.byName ??= editOf(this.previous.topicsByName)
    this.byId ??= editOf(this.previous.topicsById)
    this.openTopics.delete(topicId)
    this.changedTopicIds.delete(topicId)
    if (this.byName.get(topic.name)?.topicId === topicId) this.byName.delete(topic.name)
    if (this.byId.delete(topicId)) this.deletedTopics.push(topic)
    this.openConfigs.set(configKey(topicResource, topic.name), new Map())
  }

  private changeConfig(record: ConfigRecord): void {
    const key = configKey(record.resourceType, record.resourceName)
    let values = this.openConfigs.get(key)
    if (values === undefined) {
      values = new Map(this.previous.configs.get(key))
      this.openConfigs.set(key, values)
    }
    if (record.value === null) values.delete(record.name)
    else values.set(record.name, record.value)
  }

  private changeQuota(record: ClientQuotaRecord): void {
    this.quotas ??= new Map(this.previous.quotas)
    const key = quotaEntityKey(record.entity)
    const values = new Map(this.quotas.get(key)?.values)
    if (record.remove) values.delete(record.key)
    else values.set(record.key, record.value)
    if (values.size === 0) this.quotas.delete(key)
    else this.quotas.set(key, { entity: record.entity, values })
  }

  private clearElr(topicName: string): void {
    const topics = topicName === '' ? [...this.previous.topicsById.values()] : [this.previous.topicsByName.get(topicName)]
    for (const topic of topics) {
      if (topic === undefined || !topic.partitions.some(hasElr)) continue
      const open = this.openTopic(topic.topicId)
      open.partitions = open.partitions.map(partition =>
        hasElr(partition) ? { ...partition, eligibleLeaderReplicas: [], lastKnownElr: [] } : partition,
      )
    }
  }

  private changeBroker(brokerId: number, change: Partial<BrokerRegistration>): void {
    const brokers = this.ownBrokers()
    const broker = brokers.get(brokerId)
    assert(broker !== undefined, `metadata: change of the unknown broker ${brokerId}`)
    brokers.set(brokerId, { ...broker, ...change })
  }

  private ownBrokers(): Map<number, BrokerRegistration> {
    return (this.brokers ??= new Map(this.previous.brokers))
  }

  private ownFeatures(): Map<string, number> {
    return (this.features ??= new Map(this.previous.features))
  }

  private ownControllers(): Map<number, ControllerRegistration> {
    return (this.controllers ??= new Map(this.previous.controllers))
  }
}

const topicResource = 2

/** Its bytes are views on the log, which goes on without them. */
const ownCredential = ({ name, mechanism, salt, storedKey, serverKey, iterations }: ScramCredential): ScramCredential => ({
  name,
  mechanism,
  salt: new Uint8Array(salt),
  storedKey: new Uint8Array(storedKey),
  serverKey: new Uint8Array(serverKey),
  iterations,
})

const hasElr = (partition: PartitionImage): boolean =>
  partition.eligibleLeaderReplicas.length > 0 || partition.lastKnownElr.length > 0

function editOf<K extends string | number, V>(map: ReadonlyMap<K, V>): ShardedMapEdit<K, V> {
  if (map instanceof ShardedMap) return map.edit()
  const edit = new ShardedMap<K, V>().edit()
  for (const [key, value] of map) edit.set(key, value)
  return edit
}

function registration(record: RegisterBrokerRecord): BrokerRegistration {
  return {
    brokerId: record.brokerId,
    brokerEpoch: record.brokerEpoch,
    incarnationId: record.incarnationId,
    endpoints: record.endPoints.map(endpointOf),
    rack: record.rack,
    fenced: record.fenced,
    inControlledShutdown: record.inControlledShutdown,
    logDirectoryIds: record.logDirs,
    cordonedLogDirectoryIds: record.cordonedLogDirs ?? [],
    features: featureRanges(record.features),
  }
}

function registrationChange(record: BrokerRegistrationChangeRecord): Partial<BrokerRegistration> {
  return {
    ...(record.fenced === 0 ? {} : { fenced: record.fenced === 1 }),
    ...(record.inControlledShutdown === 0 ? {} : { inControlledShutdown: record.inControlledShutdown === 1 }),
    ...(record.logDirs.length === 0 ? {} : { logDirectoryIds: record.logDirs }),
    ...(record.cordonedLogDirs === null ? {} : { cordonedLogDirectoryIds: record.cordonedLogDirs }),
  }
}

const endpointOf = (endpoint: RecordEndpoint): BrokerEndpoint => ({
  listener: endpoint.name,
  host: endpoint.host,
  port: endpoint.port,
  securityProtocol: endpoint.securityProtocol,
})

const featureRanges = (features: readonly RecordFeature[]): ReadonlyMap<string, FeatureRange> =>
  new Map(features.map(feature => [feature.name, { min: feature.minSupportedVersion, max: feature.maxSupportedVersion }]))

function newPartition(record: PartitionRecord): PartitionImage {
  return {
    partition: record.partitionId,
    replicas: record.replicas,
    directories: record.directories.length > 0 ? record.directories : record.replicas.map(() => zeroUuid),
    isr: record.isr,
    addingReplicas: record.addingReplicas,
    removingReplicas: record.removingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? [],
    lastKnownElr: record.lastKnownElr ?? [],
    leader: record.leader,
    leaderRecoveryState: record.leaderRecoveryState === 1 ? 1 : 0,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  }
}

/** REPL-10: every change bumps the partition epoch; one that names a leader (or none) bumps the leader epoch. */
export function changedPartition(partition: PartitionImage, record: PartitionChangeRecord): PartitionImage {
  const replicas = record.replicas ?? partition.replicas
  return {
    partition: partition.partition,
    replicas,
    directories: record.directories ?? (record.replicas === null ? partition.directories : directoriesFor(partition, replicas)),
    isr: record.isr ?? partition.isr,
    addingReplicas: record.addingReplicas ?? partition.addingReplicas,
    removingReplicas: record.removingReplicas ?? partition.removingReplicas,
    eligibleLeaderReplicas: record.eligibleLeaderReplicas ?? partition.eligibleLeaderReplicas,
    lastKnownElr: record.lastKnownElr ?? partition.lastKnownElr,
    leader: record.leader === leaderUnchanged ? partition.leader : record.leader,
    leaderRecoveryState:
      record.leaderRecoveryState < 0 ? partition.leaderRecoveryState : record.leaderRecoveryState === 1 ? 1 : 0,
    leaderEpoch: partition.leaderEpoch + (record.leader === leaderUnchanged ? 0 : 1),
    partitionEpoch: partition.partitionEpoch + 1,
  }
}

function directoriesFor(partition: PartitionImage, replicas: readonly number[]): string[] {
  return replicas.map(replica => partition.directories[partition.replicas.indexOf(replica)] ?? zeroUuid)
}
