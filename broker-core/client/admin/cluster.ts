import { apiVersions } from '../../protocol/messages/18-api-versions.ts'
import { describeQuorum as describeQuorumApi } from '../../protocol/messages/55-describe-quorum.ts'
import { unregisterBroker as unregisterBrokerApi } from '../../protocol/messages/64-unregister-broker.ts'
import { describeCluster as describeClusterApi } from '../../protocol/messages/60-describe-cluster.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { type Outcome, outcomeOf, throwOnError } from '../client-error.ts'
import type { Destination, KafkaClient, RetryOptions } from '../kafka-client.ts'
import type { BrokerNode } from '../metadata/cluster-metadata.ts'
import { controllerCall, signalOf } from './controller-call.ts'

export interface ClusterDescription {
  readonly clusterId: string | null
  readonly controllerId: number
  readonly brokers: readonly (BrokerNode & { readonly isFenced: boolean })[]
}

/** Brokers in order of id; fenced ones too where the cluster tells them. Older clusters answer from metadata. */
export async function describeCluster(client: KafkaClient, options: RetryOptions = {}): Promise<ClusterDescription> {
  if ((await client.retry(() => client.versionsOf(describeClusterApi, { to: 'any' }), options)) === undefined)
    return fromMetadata(client, options)
  return client.retry(async () => {
    const body = (version: number) => ({ ...describeClusterApi.request.zero, includeFencedBrokers: version >= 2 })
    const reply = await client.send(describeClusterApi, body, { to: 'any' }, signalOf(options))
    throwOnError(reply.errorCode, { api: describeClusterApi.name }, reply.errorMessage)
    const brokers = reply.brokers.map(({ brokerId, ...rest }) => ({ nodeId: brokerId, ...rest }))
    return { clusterId: reply.clusterId, controllerId: reply.controllerId, brokers: byId(brokers) }
  }, options)
}

async function fromMetadata(client: KafkaClient, options: RetryOptions): Promise<ClusterDescription> {
  const { clusterId, controllerId, brokers } = await client.refresh([], options)
  return { clusterId, controllerId, brokers: byId([...brokers.values()].map(it => ({ ...it, isFenced: false }))) }
}

const byId = <T extends { readonly nodeId: number }>(nodes: readonly T[]): readonly T[] =>
  [...nodes].sort((a, b) => a.nodeId - b.nodeId)

/** Makes the cluster forget a broker that is stopped for good. BROKER_ID_NOT_REGISTERED: it has done so already. */
export async function unregisterBroker(client: KafkaClient, brokerId: number, options: RetryOptions = {}): Promise<Outcome> {
  const reply = await controllerCall(client, unregisterBrokerApi, { brokerId }, it => [it.errorCode], options)
  return outcomeOf(reply.errorCode, reply.errorMessage)
}

export interface QuorumReplica {
  readonly nodeId: number
  readonly logEndOffset: number
  /** Wall clock of the leader, -1: unknown. */
  readonly lastFetchTimestampMs: number
  readonly lastCaughtUpTimestampMs: number
}

export interface QuorumDescription {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly voters: readonly QuorumReplica[]
  readonly observers: readonly QuorumReplica[]
}

/** The metadata quorum (KIP-595). Throws UNSUPPORTED_VERSION on clusters without one. */
export async function describeQuorum(client: KafkaClient, options: RetryOptions = {}): Promise<QuorumDescription> {
  const body = { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] }
  return client.retry(async () => {
    const reply = await client.send(describeQuorumApi, body, { to: 'controller' }, signalOf(options))
    const place = { api: describeQuorumApi.name }
    throwOnError(reply.errorCode, place, reply.errorMessage)
    const quorum = reply.topics[0]?.partitions[0]
    throwOnError(quorum?.errorCode ?? -1, place, quorum?.errorMessage)
    const { leaderId, leaderEpoch, highWatermark, currentVoters, observers } = quorum as NonNullable<typeof quorum>
    return { leaderId, leaderEpoch, highWatermark, voters: currentVoters.map(replicaOf), observers: observers.map(replicaOf) }
  }, options)
}

type Replica = ResponseOf<typeof describeQuorumApi>['topics'][number]['partitions'][number]['observers'][number]

const replicaOf = (replica: Replica): QuorumReplica => ({
  nodeId: replica.replicaId,
  logEndOffset: replica.logEndOffset,
  lastFetchTimestampMs: replica.lastFetchTimestamp,
  lastCaughtUpTimestampMs: replica.lastCaughtUpTimestamp,
})

export interface BrokerFeatures {
  readonly apis: readonly { readonly key: number; readonly versions: readonly [min: number, max: number] }[]
  /** Finalized feature levels of the cluster (`metadata.version`, `kraft.version`, …). */
  readonly finalized: ReadonlyMap<string, number>
  /** The finalized levels with the greater epoch are the later ones; -1: not told. */
  readonly finalizedEpoch: number
  /** Levels that this broker supports. Brokers that answer only version 3 leave out ranges that begin at 0. */
  readonly supported: ReadonlyMap<string, { readonly min: number; readonly max: number }>
}

/** What a broker offers. */
export async function describeFeatures(
  client: KafkaClient,
  destination: Destination = { to: 'any' },
  options: RetryOptions = {},
): Promise<BrokerFeatures> {
  const body = { ...apiVersions.request.zero, clientSoftwareName: 'brokerbench', clientSoftwareVersion: '0.1.0' }
  return client.retry(async () => {
    const reply = await client.send(apiVersions, body, destination, { versionMax: 4, ...signalOf(options) })
    throwOnError(reply.errorCode, { api: apiVersions.name })
    return {
      apis: reply.apiKeys.map(it => ({ key: it.apiKey, versions: [it.minVersion, it.maxVersion] as const })),
      finalized: new Map(reply.finalizedFeatures.map(it => [it.name, it.maxVersionLevel])),
      finalizedEpoch: reply.finalizedFeaturesEpoch,
      supported: new Map(reply.supportedFeatures.map(it => [it.name, { min: it.minVersion, max: it.maxVersion }])),
    }
  }, options)
}
