import type { Env } from '../env/env.ts'
import type { ControllerChannel } from '../controller/controller-channel.ts'
import type { MetadataView } from '../controller/image.ts'
import { FollowerLoop } from '../replication/follower-loop.ts'
import { Followers } from '../replication/followers.ts'
import type { PartitionPorts } from '../replication/partition.ts'
import type { CatchUpLimit } from '../replication/ports.ts'
import { Replicas } from '../replication/replicas.ts'
import { topicConfigInForce, type BrokerLayers } from '../server/config-layers.ts'
import { MoveThrottle } from '../server/quotas/move-throttle.ts'
import { ReplicationThrottle } from '../server/quotas/replication-throttle.ts'
import type { StorageFailure } from '../storage/partition-log.ts'
import { openConnection } from '../wire/outbound-connection.ts'
import { configNumber, type BrokerConfig } from './broker-config.ts'
import { directoryChoices, type DirectoryChoice } from './directory-choices.ts'
import { isrChannel } from './isr-channel.ts'
import { leaderEndpoint } from './leader-endpoint.ts'
import type { LogDirectories } from './log-directories.ts'
import { ReplicaMoves } from './replica-moves.ts'
import { ReplicaAssignment, type LeadershipChange } from './replica-assignment.ts'

export interface DataPlaneOptions {
  readonly config: BrokerConfig
  readonly env: Env
  readonly directories: LogDirectories
  readonly metadata: MetadataView
  readonly layers: BrokerLayers
  readonly controller: ControllerChannel
  brokerEpoch(): number
  storageFailed(failure: StorageFailure): void
  leadershipChanged(change: LeadershipChange): void
  bug(error: unknown): void
}

export interface DataPlane {
  readonly replicas: Replicas
  readonly assignment: ReplicaAssignment
  readonly moves: ReplicaMoves
  /** Applies the image that is there and all that follow; ISRs are watched from now on. Resolves when the first one is applied. */
  start(): Promise<void>
  /** Follows nobody and applies nothing any more; logs stay as they are. */
  stop(): void
}

const requestToControllerMs = 30_000

/** The replicas of one broker, kept as the metadata says, and the loops that follow their leaders. */
export function dataPlane(options: DataPlaneOptions): DataPlane {
  const { config, env, metadata } = options
  const replicas = new Replicas()
  const limit = new ReplicationThrottle('follower', options.layers, () => env.clock.monotonicMs())
  const followers = new Followers(leaderId => followerLoop(options, leaderId, limit))
  const choices = directoryChoices({ ...toController(options), timers: env.timers, log: env.log })
  const moves = replicaMoves(options, replicas, choices.chosen)
  const assignment = new ReplicaAssignment({
    nodeId: config.nodeId,
    replicas,
    followers,
    directories: options.directories,
    moves,
    partitionPorts: partitionPorts(options),
    layers: options.layers,
    log: env.log,
    leadershipChanged: options.leadershipChanged,
    directoryChosen: choices.chosen,
    bug: options.bug,
  })
  const shrinkEveryMs = configNumber(config, 'replica.lag.time.max.ms') / 2
  let unsubscribe = () => {}
  let cancelShrink = () => {}
  const shrinkLater = () => {
    cancelShrink = env.timers.after(shrinkEveryMs, () => {
      for (const replica of replicas.all()) replica.shrinkIsr()
      shrinkLater()
    })
  }
  return {
    replicas,
    assignment,
    moves,
    start() {
      const isApplied = assignment.applyAll(metadata.image())
      unsubscribe = metadata.subscribe(delta => assignment.apply(delta))
      shrinkLater()
      return isApplied
    },
    stop() {
      unsubscribe()
      assignment.stop()
      moves.stop()
      cancelShrink()
      followers.stop()
      choices.close()
    },
  }
}

function replicaMoves(options: DataPlaneOptions, replicas: Replicas, chosen: (choice: DirectoryChoice) => void): ReplicaMoves {
  const { bug, config, directories, env, layers, metadata } = options
  return new ReplicaMoves({
    brokerId: config.nodeId,
    directories,
    replicas,
    clock: env.clock,
    timers: env.timers,
    log: env.log,
    throttle: new MoveThrottle(layers, () => env.clock.monotonicMs()),
    configOf: topic => topicConfigInForce(layers, topic),
    directoryOnRecord(topicId, partition) {
      const found = metadata.image().topicsById.get(topicId)?.partitions[partition]
      return found?.directories[found.replicas.indexOf(config.nodeId)]
    },
    directoryChosen: chosen,
    bug,
  })
}

const toController = ({ brokerEpoch, config, controller }: DataPlaneOptions) => ({
  brokerId: config.nodeId,
  brokerEpoch,
  controller,
  timeoutMs: requestToControllerMs,
})

function partitionPorts(options: DataPlaneOptions): PartitionPorts {
  const { config, env, metadata } = options
  return {
    clock: env.clock,
    timers: env.timers,
    log: env.log,
    isrChannel: isrChannel(toController(options)),
    replicaLagTimeMaxMs: configNumber(config, 'replica.lag.time.max.ms'),
    brokers: {
      activeEpochOf(brokerId) {
        const broker = metadata.image().brokers.get(brokerId)
        return broker === undefined || broker.fenced || broker.inControlledShutdown ? -1 : broker.brokerEpoch
      },
      isAlive: brokerId => metadata.image().brokers.get(brokerId)?.fenced === false,
    },
    storageFailed: options.storageFailed,
  }
}

function followerLoop(options: DataPlaneOptions, leaderId: number, limit: CatchUpLimit): FollowerLoop {
  const { config, env, metadata } = options
  const connectionOptions = {
    clientId: `broker-${config.nodeId}-fetcher-0`,
    requestTimeoutMs: configNumber(config, 'replica.socket.timeout.ms'),
    inFlightMax: 1,
    // A follower writes what it reads at once.
    lendsBytes: true,
  }
  return new FollowerLoop(
    {
      clock: env.clock,
      timers: env.timers,
      log: env.log,
      limit,
      bug: options.bug,
      async connect() {
        const leader = metadata.image().brokers.get(leaderId)
        const endpoint = leader?.endpoints.find(candidate => candidate.listener === config.listener.name)
        if (endpoint === undefined) throw new Error(`broker ${leaderId} has no endpoint ${config.listener.name}`)
        const connection = await openConnection(endpoint, connectionOptions, env)
        return leaderEndpoint({ brokerId: config.nodeId, brokerEpoch: options.brokerEpoch, connection })
      },
    },
    {
      leaderId,
      maxWaitMs: configNumber(config, 'replica.fetch.wait.max.ms'),
      minBytes: configNumber(config, 'replica.fetch.min.bytes'),
      partitionMaxBytes: configNumber(config, 'replica.fetch.max.bytes'),
      responseMaxBytes: configNumber(config, 'replica.fetch.response.max.bytes'),
      backoffMs: configNumber(config, 'replica.fetch.backoff.ms'),
    },
  )
}
