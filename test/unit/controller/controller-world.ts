import type { ControllerDefaults, ControllerState, Decision } from '../../../broker-core/controller/controller.ts'
import { decideBrokerHeartbeat } from '../../../broker-core/controller/decisions/heartbeat.ts'
import { decideBrokerRegistration } from '../../../broker-core/controller/decisions/register-broker.ts'
import { decideCreateTopics } from '../../../broker-core/controller/decisions/create-topics.ts'
import { bootstrapRecords } from '../../../broker-core/controller/bootstrap-records.ts'
import {
  elrFeature,
  featureRecords,
  metadataVersionOf,
  newClusterLevels,
  registeredFeatures,
} from '../../../broker-core/controller/feature-levels.ts'
import { emptyImage, evolveImage } from '../../../broker-core/controller/image-draft.ts'
import type { MetadataImage, PartitionImage } from '../../../broker-core/controller/image.ts'
import { decodeMetadataRecord, encodeMetadataRecords } from '../../../broker-core/controller/metadata-record-codec.ts'
import type { MetadataRecord, RecordFeature } from '../../../broker-core/controller/metadata-records.ts'
import { openSessions, type SessionBook } from '../../../broker-core/controller/sessions.ts'
import { nodeDigest } from '../../../broker-core/env/node/digest.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import { seededRandom } from '../../simulation/sim-random.ts'

export interface WorldOptions {
  readonly seed?: number
  readonly racks?: readonly (string | null)[]
  readonly elr?: boolean
  /** `4.0`; the newest by default. */
  readonly release?: string
  readonly defaults?: Partial<ControllerDefaults>
}

/** The decisions with nothing around them: each is applied at once, through the bytes of its records. */
export class ControllerWorld {
  image: MetadataImage = emptyImage('cluster')
  nowMs = 0
  readonly records: MetadataRecord[] = []
  readonly sessions: SessionBook
  readonly defaults: ControllerDefaults
  private readonly random
  private incarnations = 0

  constructor(options: WorldOptions = {}) {
    this.random = seededRandom(options.seed ?? 1)
    this.defaults = {
      numPartitions: 1,
      defaultReplicationFactor: 1,
      staticConfigs: {},
      sessionTimeoutMs: 9000,
      leaderBalanceIntervalMs: undefined,
      ...options.defaults,
    }
    this.sessions = openSessions({ sessionTimeoutMs: 9000, image: () => this.image, nowMs: () => this.nowMs })
    const levels = newClusterLevels({ release: options.release })
    if (options.elr === false) levels.delete(elrFeature)
    this.apply(bootstrapRecords(featureRecords(levels), this.defaults))
  }

  state(): ControllerState {
    return {
      image: this.image,
      nextOffset: this.image.offset,
      nowMs: this.nowMs,
      defaults: this.defaults,
      sessions: this.sessions,
      random: this.random,
      digest: nodeDigest,
      quorum: { nodeId: 1, kraftVersion: 0, whyNotUpgraded: () => undefined },
    }
  }

  apply(records: readonly MetadataRecord[]): void {
    const decoded = encodeMetadataRecords(records, metadataVersionOf(this.image)).map(decodeMetadataRecord)
    this.image = evolveImage(this.image, decoded, { offset: this.image.offset + records.length, epoch: 1 })
    this.records.push(...decoded)
  }

  perform<Request, Reply>(decide: (state: ControllerState, request: Request) => Decision<Reply>, request: Request): Reply {
    const { records, reply } = decide(this.state(), request)
    this.apply(records)
    return reply
  }

  register(
    brokerId: number,
    options: {
      rack?: string | null
      previousBrokerEpoch?: number
      port?: number
      logDirs?: readonly string[]
      features?: readonly RecordFeature[]
    } = {},
  ) {
    this.incarnations += 1
    return this.perform(decideBrokerRegistration, {
      brokerId,
      clusterId: 'cluster',
      incarnationId: `${String(this.incarnations).padStart(20, 'i')}AA`,
      listeners: [{ name: 'PLAINTEXT', host: 'localhost', port: options.port ?? 9000 + brokerId, securityProtocol: 0 }],
      features: options.features ?? registeredFeatures,
      rack: options.rack ?? null,
      isMigratingZkBroker: false,
      logDirs: options.logDirs ?? [`${String(brokerId).padStart(20, 'd')}AA`],
      previousBrokerEpoch: options.previousBrokerEpoch ?? -1,
    })
  }

  heartbeat(brokerId: number, wants: { fence?: boolean; shutDown?: boolean; offset?: number; offline?: readonly string[] } = {}) {
    const broker = this.image.brokers.get(brokerId)
    const currentMetadataOffset = wants.offset ?? this.image.offset - 1
    this.sessions.heard(brokerId, currentMetadataOffset, this.nowMs)
    const before = broker?.inControlledShutdown
    const reply = this.perform(decideBrokerHeartbeat, {
      brokerId,
      brokerEpoch: broker?.brokerEpoch ?? -1,
      currentMetadataOffset,
      wantFence: wants.fence ?? false,
      wantShutDown: wants.shutDown ?? false,
      offlineLogDirs: wants.offline ?? [],
      cordonedLogDirs: null,
    })
    if (before === false && this.image.brokers.get(brokerId)?.inControlledShutdown === true) {
      this.sessions.shutdownDecided(brokerId, this.image.offset - 1)
    }
    return reply
  }

  /** Registered and unfenced. */
  join(...brokerIds: readonly number[]): this {
    for (const brokerId of brokerIds) {
      this.register(brokerId)
      this.heartbeat(brokerId)
    }
    return this
  }

  /** A topic with these replicas per partition. Throws when it is refused. */
  topic(name: string, assignment: readonly (readonly number[])[], configs: Readonly<Record<string, string>> = {}): this {
    const reply = this.perform(decideCreateTopics, {
      topics: [
        {
          name,
          numPartitions: -1,
          replicationFactor: -1,
          assignments: assignment.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: 0,
      validateOnly: false,
    })
    const [result] = reply.topics
    if (result?.errorCode !== 0) throw new Error(`${errorName(result?.errorCode ?? -1)}: ${result?.errorMessage}`)
    return this
  }

  partition(name: string, index = 0): PartitionImage {
    const partition = this.image.topicsByName.get(name)?.partitions[index]
    if (partition === undefined) throw new Error(`no partition ${name}-${index}`)
    return partition
  }

  /** The parts that elections are about, short enough to compare at a glance. */
  standing(name: string, index = 0) {
    const {
      leader,
      isr,
      eligibleLeaderReplicas: elr,
      lastKnownElr,
      leaderEpoch,
      leaderRecoveryState,
    } = this.partition(name, index)
    return { leader, isr: [...isr], elr: [...elr], lastKnownElr: [...lastKnownElr], leaderEpoch, leaderRecoveryState }
  }
}
