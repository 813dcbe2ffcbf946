import type { RaftNode } from '../consensus/raft-node.ts'
import { endpointOfVoter } from '../consensus/voter-set.ts'
import { supportedFeatures } from '../controller/feature-levels.ts'
import type { MetadataImage } from '../controller/image.ts'
import type { Env } from '../env/env.ts'
import type { Api } from '../protocol/api.ts'
import { createTopics } from '../protocol/messages/19-create-topics.ts'
import { deleteTopics } from '../protocol/messages/20-delete-topics.ts'
import { alterConfigs } from '../protocol/messages/33-alter-configs.ts'
import { createPartitions } from '../protocol/messages/37-create-partitions.ts'
import { electLeaders } from '../protocol/messages/43-elect-leaders.ts'
import { incrementalAlterConfigs } from '../protocol/messages/44-incremental-alter-configs.ts'
import { alterPartitionReassignments } from '../protocol/messages/45-alter-partition-reassignments.ts'
import { listPartitionReassignments } from '../protocol/messages/46-list-partition-reassignments.ts'
import { alterClientQuotas } from '../protocol/messages/49-alter-client-quotas.ts'
import { alterUserScramCredentials } from '../protocol/messages/51-alter-user-scram-credentials.ts'
import { describeQuorum } from '../protocol/messages/55-describe-quorum.ts'
import { updateFeatures } from '../protocol/messages/57-update-features.ts'
import { unregisterBroker } from '../protocol/messages/64-unregister-broker.ts'
import { addRaftVoter } from '../protocol/messages/80-add-raft-voter.ts'
import { removeRaftVoter } from '../protocol/messages/81-remove-raft-voter.ts'
import { unregisterController } from '../protocol/messages/94-unregister-controller.ts'
import type { Replicas } from '../replication/replicas.ts'
import { topicConfigInForce, type BrokerLayers } from '../server/config-layers.ts'
import { controllerHandlers } from '../server/controller-handlers.ts'
import { FetchSessions } from '../server/fetch/fetch-session.ts'
import type { Dispatch } from '../server/dispatch.ts'
import type { Handler } from '../server/handler.ts'
import { produceHandler } from '../server/handlers/00-produce.ts'
import { fetchHandler } from '../server/handlers/01-fetch.ts'
import { listOffsetsHandler } from '../server/handlers/02-list-offsets.ts'
import { metadataHandler } from '../server/handlers/03-metadata.ts'
import { topicConfigList } from '../model/topic-configs.ts'
import { cordonedDirectoriesProperty, cordonProblem } from '../model/cordoned-directories.ts'
import { saslHandshakeHandler } from '../server/handlers/17-sasl-handshake.ts'
import { apiVersionsHandler, type ServedApi, type SupportedFeature } from '../server/handlers/18-api-versions.ts'
import { deleteRecordsHandler } from '../server/handlers/21-delete-records.ts'
import { offsetForLeaderEpochHandler } from '../server/handlers/23-offset-for-leader-epoch.ts'
import { describeAclsHandler } from '../server/handlers/29-describe-acls.ts'
import { createAclsHandler } from '../server/handlers/30-create-acls.ts'
import { deleteAclsHandler } from '../server/handlers/31-delete-acls.ts'
import { describeConfigsHandler } from '../server/handlers/32-describe-configs.ts'
import { alterReplicaLogDirsHandler } from '../server/handlers/34-alter-replica-log-dirs.ts'
import { describeLogDirsHandler } from '../server/handlers/35-describe-log-dirs.ts'
import { saslAuthenticateHandler } from '../server/handlers/36-sasl-authenticate.ts'
import { createDelegationTokenHandler } from '../server/handlers/38-create-delegation-token.ts'
import { renewDelegationTokenHandler } from '../server/handlers/39-renew-delegation-token.ts'
import { expireDelegationTokenHandler } from '../server/handlers/40-expire-delegation-token.ts'
import { describeDelegationTokenHandler } from '../server/handlers/41-describe-delegation-token.ts'
import { describeClientQuotasHandler } from '../server/handlers/48-describe-client-quotas.ts'
import { describeUserScramCredentialsHandler } from '../server/handlers/50-describe-user-scram-credentials.ts'
import { describeClusterHandler } from '../server/handlers/60-describe-cluster.ts'
import { describeProducersHandler } from '../server/handlers/61-describe-producers.ts'
import { listConfigResourcesHandler } from '../server/handlers/74-list-config-resources.ts'
import { describeTopicPartitionsHandler } from '../server/handlers/75-describe-topic-partitions.ts'
import { ownConfigsHandler } from '../server/handlers/own-configs.ts'
import { forwardedHandler } from '../server/handlers/forwarded.ts'
import { ReplicationThrottle } from '../server/quotas/replication-throttle.ts'
import type { TransactionGate } from '../server/transaction-gate.ts'
import { configBoolean, configNumber, configValue, type BrokerConfig } from './broker-config.ts'
import type { LogDirectories } from './log-directories.ts'
import type { ReplicaMoves } from './replica-moves.ts'
import type { MetadataNode } from './metadata-node.ts'
import type { TopicCreation } from './topic-creation.ts'

export interface HandlerParts {
  readonly config: BrokerConfig
  readonly env: Env
  readonly node: MetadataNode
  readonly replicas: Replicas
  readonly directories: LogDirectories
  readonly layers: BrokerLayers
  readonly topics: TopicCreation
  readonly gate: TransactionGate
  readonly moves: ReplicaMoves
  /** Of this listener's dispatch, which is made from these handlers. */
  served(): readonly ServedApi[]
}

/** Decided by the active controller, whoever is asked (META-02). */
const forwarded: readonly Api[] = [
  createTopics,
  deleteTopics,
  createPartitions,
  electLeaders,
  alterPartitionReassignments,
  listPartitionReassignments,
  alterClientQuotas,
  alterUserScramCredentials,
  describeQuorum,
  updateFeatures,
  unregisterBroker,
  addRaftVoter,
  removeRaftVoter,
  unregisterController,
]

/** What the client listener serves, without the coordinators' part. */
export function clientHandlers(parts: HandlerParts): Handler[] {
  const { config, directories, env, layers, node, replicas } = parts
  const image = () => node.metadata.image()
  const directory = { replicas, image }
  const fraction = () => env.random.fraction()
  const sessionSlots = configNumber(config, 'max.incremental.fetch.session.cache.slots')
  const sessions = new FetchSessions(sessionSlots, () => env.clock.monotonicMs(), fraction)
  return [
    produceHandler({ ...directory, timers: env.timers, gate: parts.gate }),
    fetchHandler({
      ...directory,
      clock: env.clock,
      timers: env.timers,
      sessions,
      maxBytes: configNumber(config, 'fetch.max.bytes'),
      selectsByRack: configValue(config, 'replica.selector.class').endsWith('RackAwareReplicaSelector'),
      catchUpLimit: new ReplicationThrottle('leader', layers, () => env.clock.monotonicMs()),
    }),
    listOffsetsHandler(directory),
    metadataHandler({
      image,
      fraction,
      createsTopics: configBoolean(config, 'auto.create.topics.enable'),
      createTopics: names => parts.topics.createByName(names),
    }),
    versionsHandler(parts),
    deleteRecordsHandler({ ...directory, timers: env.timers, cleanupPolicy: topic => cleanupPolicy(layers, topic) }),
    offsetForLeaderEpochHandler(directory),
    ...securityHandlers(image),
    describeConfigsHandler(layers),
    alterReplicaLogDirsHandler({
      move: (path, topic, partition) => parts.moves.alter(path, topic, partition),
    }),
    describeLogDirsHandler({ directories: () => directories.views() }),
    describeClusterHandler({ image, fraction }),
    describeProducersHandler(directory),
    listConfigResourcesHandler({ image }),
    describeTopicPartitionsHandler({ image, partitionsMax: configNumber(config, 'max.request.partition.size.limit') }),
    describeClientQuotasHandler({ image }),
    ...forwarded.map(api => forwardedHandler(api, node.channel)),
    ...alteringConfigs(parts),
  ]
}

function alteringConfigs({ config, directories, node }: HandlerParts): Handler[] {
  const own = {
    nodeId: config.nodeId,
    problemOf: (name: string, value: string) =>
      name === cordonedDirectoriesProperty ? cordonProblem(value, directories.paths) : undefined,
  }
  return [
    ownConfigsHandler(forwardedHandler(alterConfigs, node.channel), own),
    ownConfigsHandler(forwardedHandler(incrementalAlterConfigs, node.channel), own),
  ]
}

/** At both doors. Mostly they say that something is not enabled. */
const securityHandlers = (image: () => MetadataImage): Handler[] => [
  saslHandshakeHandler(),
  saslAuthenticateHandler(),
  describeAclsHandler(),
  createAclsHandler(),
  deleteAclsHandler(),
  createDelegationTokenHandler(),
  renewDelegationTokenHandler(),
  expireDelegationTokenHandler(),
  describeDelegationTokenHandler(),
  describeUserScramCredentialsHandler({ image }),
]

export interface ControllerDoorParts extends Pick<HandlerParts, 'config' | 'env' | 'node' | 'served'> {
  dispatch(): Dispatch
}

/** What the controller listener serves: the quorum among itself, and what the active controller decides. */
export function controllerDoorHandlers(parts: ControllerDoorParts): Handler[] {
  const { config, env, node } = parts
  const { controller, raft } = node
  return [
    ...controllerHandlers({
      controller,
      raft,
      dispatch: () => parts.dispatch(),
    }),
    describeConfigsHandler({ nodeId: config.nodeId, given: config.given, image: () => node.metadata.image() }),
    ...securityHandlers(() => node.metadata.image()),
    versionsHandler(parts),
    describeClusterHandler({
      image: () => node.metadata.image(),
      fraction: () => env.random.fraction(),
      controllers: { leaderId: () => raft.leaderAndEpoch().leaderId ?? -1, nodes: () => votersOf(raft) },
    }),
  ]
}

const votersOf = (raft: RaftNode) =>
  [...raft.membership().voters.values()].flatMap(voter => {
    const endpoint = endpointOfVoter(voter)
    return endpoint === undefined ? [] : [{ nodeId: voter.id, ...endpoint }]
  })

function versionsHandler({ config, node, served }: Pick<HandlerParts, 'config' | 'node' | 'served'>): Handler {
  const features: SupportedFeature[] = [...supportedFeatures].map(([name, { min, max }]) => ({
    name,
    minVersion: min,
    maxVersion: max,
  }))
  return apiVersionsHandler({
    served,
    image: () => node.metadata.image(),
    kraftVersion: () => node.raft.membership().kraftVersion,
    nodeId: config.nodeId,
    supportedFeatures: features,
  })
}

const cleanupPolicy = (layers: BrokerLayers, topic: string): readonly string[] =>
  topicConfigList(topicConfigInForce(layers, topic), 'cleanup.policy')
