import type { MetadataImage, PartitionImage } from '../controller/image.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { Partition } from '../replication/partition.ts'
import type { Replicas } from '../replication/replicas.ts'

export interface PartitionDirectory {
  readonly replicas: Replicas
  image(): MetadataImage
}

/** How a request names a partition: by id since Fetch v13 and Produce v13 (KIP-516), by name before. */
export interface PartitionAddress {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly byId: boolean
}

/** The local replica, or why there is none (PROD-10, FETCH-08, DISK-38). */
export function findReplica(directory: PartitionDirectory, address: PartitionAddress): Partition | KafkaErrorName {
  const { replicas } = directory
  const replica = address.byId
    ? replicas.getById(address.topicId, address.partition)
    : replicas.get(address.topic, address.partition)
  if (replica !== undefined) return replica
  const image = directory.image()
  const topic = address.byId ? image.topicsById.get(address.topicId) : image.topicsByName.get(address.topic)
  if (topic !== undefined && replicas.isOutOfReach(topic.topicId, address.partition)) return 'KAFKA_STORAGE_ERROR'
  if (topic === undefined) return address.byId ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION'
  return partitionImage(image, topic.topicId, address.partition) === undefined
    ? 'UNKNOWN_TOPIC_OR_PARTITION'
    : 'NOT_LEADER_OR_FOLLOWER'
}

export function partitionImage(image: MetadataImage, topicId: string, partition: number): PartitionImage | undefined {
  return image.topicsById.get(topicId)?.partitions[partition]
}

export interface LeaderHint {
  readonly leaderId: number
  readonly leaderEpoch: number
}

export const noLeader: LeaderHint = { leaderId: -1, leaderEpoch: -1 }

/** KIP-951: who leads now, for clients that asked the wrong broker. */
export function leaderHint(directory: PartitionDirectory, address: PartitionAddress): LeaderHint {
  const image = directory.image()
  const topic = address.byId ? image.topicsById.get(address.topicId) : image.topicsByName.get(address.topic)
  const partition = topic?.partitions[address.partition]
  return partition === undefined ? noLeader : { leaderId: partition.leader, leaderEpoch: partition.leaderEpoch }
}

export interface NodeEndpoint {
  readonly nodeId: number
  readonly host: string
  readonly port: number
  readonly rack: string | null
}

/** The endpoints of `nodeIds` on the listener that a request came in on (META-03); nodes without one are left out. */
export function nodeEndpoints(image: MetadataImage, nodeIds: Iterable<number>, listener: string): NodeEndpoint[] {
  const endpoints: NodeEndpoint[] = []
  for (const nodeId of new Set(nodeIds)) {
    const broker = image.brokers.get(nodeId)
    const endpoint = broker?.endpoints.find(candidate => candidate.listener === listener)
    if (broker === undefined || endpoint === undefined) continue
    endpoints.push({ nodeId, host: endpoint.host, port: endpoint.port, rack: broker.rack })
  }
  return endpoints
}
