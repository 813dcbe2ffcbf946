import { zeroUuid } from '../base/bytes/uuid.ts'
import type { LogSink } from '../env/log-sink.ts'
import type { MetadataDelta, MetadataImage, PartitionImage, TopicImage } from '../controller/image.ts'
import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { Followers } from '../replication/followers.ts'
import { Partition, type PartitionPorts } from '../replication/partition.ts'
import type { Replicas } from '../replication/replicas.ts'
import { resourceType, topicConfigInForce, type BrokerLayers } from '../server/config-layers.ts'
import { StorageFailure } from '../storage/partition-log.ts'
import type { DirectoryChoice } from './directory-choices.ts'
import type { LogDirectories } from './log-directories.ts'
import type { ReplicaMoves } from './replica-moves.ts'
import { SteppedWork } from './stepped-work.ts'

export interface ReplicaAssignmentOptions {
  readonly nodeId: number
  readonly replicas: Replicas
  readonly followers: Followers
  readonly directories: LogDirectories
  readonly moves: ReplicaMoves
  readonly partitionPorts: PartitionPorts
  readonly layers: BrokerLayers
  readonly log: LogSink
  /** KIP-858: a replica lies in another directory than the metadata says. */
  directoryChosen(choice: DirectoryChoice): void
  bug(error: unknown): void
  /** This broker began, or ceased, to lead the partition in a leader epoch. */
  leadershipChanged(change: LeadershipChange): void
}

export interface LeadershipChange {
  readonly replica: Partition
  readonly leaderEpoch: number
  readonly isLeader: boolean
}

/** Opening or making a log takes a millisecond or more; a quorum that waits for its leader calls an election after a thousand. */
const stretchMs = 20

/** Makes the replicas of this broker what the metadata says: logs, roles, followed leaders, configuration. */
export class ReplicaAssignment {
  readonly #options: ReplicaAssignmentOptions
  /** What was told of as led, with the epoch: a replica whose disk failed is no leader any more when it is resigned. */
  readonly #led = new Map<Partition, number>()
  readonly #work: SteppedWork

  constructor(options: ReplicaAssignmentOptions) {
    this.#options = options
    const { clock, timers } = options.partitionPorts
    this.#work = new SteppedWork({ clock, timers, stretchMs, bug: options.bug })
  }

  /** In the order of the calls; a change of a few partitions is applied when this returns. */
  apply(delta: MetadataDelta): void {
    void this.#work.add(this.#stepsOf(delta))
  }

  /** The first image after a start: everything in it is new, and what is on disk without being in it is stray. */
  applyAll(image: MetadataImage): Promise<void> {
    return this.#work.add(this.#firstSteps(image))
  }

  *#stepsOf(delta: MetadataDelta): Generator<void> {
    for (const topic of delta.deletedTopics) yield* this.#removeTopic(topic)
    for (const topicId of delta.changedTopicIds) {
      const topic = delta.next.topicsById.get(topicId)
      if (topic !== undefined) yield* this.#assignTopic(topic)
    }
    yield* this.#applyConfigs(delta.changedConfigKeys, delta.next)
  }

  *#firstSteps(image: MetadataImage): Generator<void> {
    for (const topic of image.topicsById.values()) yield* this.#assignTopic(topic)
    this.#options.directories.setStraysAside(log => {
      const partition = image.topicsById.get(log.topicId)?.partitions[log.partition]
      return partition?.replicas.includes(this.#options.nodeId) === true
    })
  }

  /** Every role ends, no log is touched, no metadata is applied any more: the broker stops. */
  resignAll(): void {
    this.#work.stop()
    for (const replica of [...this.#led.keys()]) this.#resign(replica)
  }

  /** Nothing is applied any more; roles stay as they are. */
  stop(): void {
    this.#work.stop()
  }

  /** DISK-38: what lies in a failed directory is served no more; the others go on. */
  directoryFailed(path: string): void {
    const { directories, followers, replicas } = this.#options
    for (const replica of [...replicas.all()]) {
      if (directories.directoryOf(replica.topic, replica.partition) !== path) continue
      followers.unfollow(replica)
      this.#resign(replica)
      if (!replica.isOffline) replica.goOffline()
    }
  }

  *#assignTopic(topic: TopicImage): Generator<void> {
    const { nodeId, replicas } = this.#options
    for (const partition of topic.partitions) {
      const replica = replicas.getById(topic.topicId, partition.partition)
      if (partition.replicas.includes(nodeId)) this.#assign(topic, partition, replica)
      else if (replica !== undefined) this.#remove(replica, 'NOT_LEADER_OR_FOLLOWER')
      else replicas.forgetOutOfReach(topic.topicId, partition.partition)
      yield
    }
  }

  #assign(topic: TopicImage, partition: PartitionImage, present: Partition | undefined): void {
    const { nodeId, followers } = this.#options
    const replica = present ?? this.#create(topic, partition)
    if (replica === undefined || replica.isOffline) return
    this.#tellDirectory(replica, partition)
    if (partition.leader === nodeId) followers.unfollow(replica)
    if (!replica.assign(partition)) return
    if (partition.leader !== nodeId) followers.follow(replica, partition.leader, partition.leaderEpoch)
    if (!replica.isLeader) return this.#resign(replica)
    this.#led.set(replica, partition.leaderEpoch)
    this.#options.leadershipChanged({ replica, leaderEpoch: partition.leaderEpoch, isLeader: true })
  }

  /** Where there is only one directory nobody need be told, unless another one is on record: a disk that was replaced. */
  #tellDirectory(replica: Partition, { partition, replicas, directories: told }: PartitionImage): void {
    const { directories, moves, nodeId } = this.#options
    const onRecord = told[replicas.indexOf(nodeId)] ?? zeroUuid
    if (directories.all.length < 2 && onRecord === zeroUuid) return
    const directoryId = moves.directoryIdOf(replica)
    if (directoryId === undefined || directoryId === onRecord) return
    this.#options.directoryChosen({ topicId: replica.topicId, partition, directoryId })
  }

  #create(topic: TopicImage, partition: PartitionImage): Partition | undefined {
    const { directories, layers, moves, nodeId, partitionPorts, replicas } = this.#options
    if (directories.isOutOfReach(partition.directories[partition.replicas.indexOf(nodeId)])) {
      replicas.setOutOfReach(topic.topicId, partition.partition)
      return undefined
    }
    const config = topicConfigInForce(layers, topic.name)
    try {
      const spec = { topic: topic.name, partition: partition.partition, topicId: topic.topicId, config }
      const log = directories.createLog(spec, moves.takeWish(spec.topic, spec.partition))
      const replica = new Partition(log, nodeId, partition, partitionPorts)
      replica.setMinInsyncReplicas(Number(config['min.insync.replicas']))
      replicas.add(replica)
      moves.opened(replica)
      return replica
    } catch (error) {
      if (!(error instanceof StorageFailure)) throw error
      partitionPorts.storageFailed(error)
      return undefined
    }
  }

  *#removeTopic(topic: TopicImage): Generator<void> {
    for (const { partition } of topic.partitions) {
      const replica = this.#options.replicas.getById(topic.topicId, partition)
      if (replica !== undefined) this.#remove(replica, 'UNKNOWN_TOPIC_OR_PARTITION')
      this.#options.replicas.forgetOutOfReach(topic.topicId, partition)
      yield
    }
  }

  /** `told`: what those hear who still wait for something of it (PROD-10). */
  #remove(replica: Partition, told: KafkaErrorName): void {
    const { directories, followers, moves, partitionPorts, replicas } = this.#options
    followers.unfollow(replica)
    moves.cancel(replica)
    this.#resign(replica)
    replica.goOffline(told)
    replicas.remove(replica)
    try {
      directories.deleteLog(replica.log)
    } catch (error) {
      if (!(error instanceof StorageFailure)) throw error
      partitionPorts.storageFailed(error)
    }
  }

  #resign(replica: Partition): void {
    const leaderEpoch = this.#led.get(replica)
    if (leaderEpoch === undefined) return
    this.#led.delete(replica)
    this.#options.leadershipChanged({ replica, leaderEpoch, isLeader: false })
  }

  *#applyConfigs(changedKeys: ReadonlySet<string>, image: MetadataImage): Generator<void> {
    if (changedKeys.size === 0) return
    const isBrokerWide = [...changedKeys].some(key => key.startsWith(`${resourceType.broker}:`))
    for (const topic of image.topicsById.values()) {
      if (isBrokerWide || changedKeys.has(`${resourceType.topic}:${topic.name}`)) this.#reconfigure(topic)
      yield
    }
  }

  #reconfigure(topic: TopicImage): void {
    const config = topicConfigInForce(this.#options.layers, topic.name)
    for (const { partition } of topic.partitions) {
      const replica = this.#options.replicas.getById(topic.topicId, partition)
      if (replica === undefined || replica.isOffline) continue
      replica.log.reconfigure(config)
      replica.setMinInsyncReplicas(Number(config['min.insync.replicas']))
    }
  }
}
