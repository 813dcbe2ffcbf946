import { zeroUuid } from '../base/bytes/uuid.ts'
import type { Endpoint } from '../env/network.ts'
import { errorCode, type KafkaErrorName } from '../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import { fetch } from '../protocol/messages/01-fetch.ts'
import { vote } from '../protocol/messages/52-vote.ts'
import { beginQuorumEpoch } from '../protocol/messages/53-begin-quorum-epoch.ts'
import { endQuorumEpoch } from '../protocol/messages/54-end-quorum-epoch.ts'
import { fetchSnapshot } from '../protocol/messages/59-fetch-snapshot.ts'
import type { Core } from './core.ts'
import { metadataTopic, metadataTopicId, type OffsetAndEpoch } from './ports.ts'
import { type Listener, listenerNamed, type ReplicaKey, type Voter } from './voter-set.ts'

/** The messages of the quorum, each about the one partition there is. */

const snapshotPieceBytes = 1024 * 1024
const fetchBytesMax = 8 * 1024 * 1024

/** The single partition of a single topic, or undefined when the message is about anything else. */
export function onlyPartition<P>(topics: readonly { readonly partitions: readonly P[] }[]): P | undefined {
  return topics.length === 1 && topics[0]?.partitions.length === 1 ? topics[0].partitions[0] : undefined
}

/** The partition of a Vote, BeginQuorumEpoch or EndQuorumEpoch that is about the metadata log and nothing else. */
export function metadataPartition<P extends { readonly partitionIndex: number }>(
  topics: readonly { readonly topicName: string; readonly partitions: readonly P[] }[],
): P | undefined {
  const partition = onlyPartition(topics)
  return topics[0]?.topicName === metadataTopic && partition?.partitionIndex === 0 ? partition : undefined
}

export function clusterMismatch(core: Core, clusterId: string | null): boolean {
  return clusterId !== null && clusterId !== core.options.clusterId
}

/** Ids on the wire: a zero uuid is none. */
export const directoryOnWire = (directoryId: string | undefined): string => directoryId ?? zeroUuid
export const keyOf = (id: number, directoryId: string): ReplicaKey => ({
  id,
  directoryId: directoryId === zeroUuid ? undefined : directoryId,
})

/** Whether a request names this replica, or nobody. One that names another directory means a disk that is gone. */
export const isMeant = (core: Core, voterId: number, directoryId: string): boolean =>
  (voterId < 0 || voterId === core.nodeId) && (directoryId === zeroUuid || directoryId === core.self.directoryId)

const othersErrors: readonly number[] = [errorCode('INVALID_VOTER_KEY'), errorCode('INCONSISTENT_CLUSTER_ID')]
/** Another node, or another cluster, answered. */
export const isForAnother = (error: number | undefined): boolean => error !== undefined && othersErrors.includes(error)

/** Remembers where the leader is that an answer names. */
export function learnLeader(core: Core, leaderId: number, endpoints: readonly (Endpoint & { readonly nodeId: number })[]): void {
  const found = endpoints.find(({ nodeId }) => nodeId === leaderId)
  if (found !== undefined) core.members.learn(leaderId, { host: found.host, port: found.port }, false)
}

/** A leader says itself where it is. */
export function learnOwnWord(core: Core, leaderId: number, endpoints: readonly Listener[]): void {
  const found = listenerNamed(endpoints, core.members.listenerName) ?? endpoints[0]
  if (found !== undefined) core.members.learn(leaderId, { host: found.host, port: found.port }, true)
}

export function partitionAnswer(core: Core, error: KafkaErrorName) {
  return { partitionIndex: 0, errorCode: errorCode(error), leaderId: core.leaderId() ?? -1, leaderEpoch: core.role.epoch }
}

/** Endpoint of the known leader, for askers that know none. */
export function leaderEndpoints(core: Core): { nodeId: number; host: string; port: number }[] {
  const leaderId = core.leaderId()
  const own = leaderId === core.nodeId ? core.options.listeners?.[0] : undefined
  const endpoint = leaderId === undefined ? undefined : (own ?? core.members.endpointsOf(leaderId, leaderId)[0])
  return leaderId === undefined || endpoint === undefined ? [] : [{ nodeId: leaderId, host: endpoint.host, port: endpoint.port }]
}

export function voteRequest(core: Core, voter: Voter): RequestOf<typeof vote> {
  const end = core.logEnd()
  const partition = {
    partitionIndex: 0,
    replicaEpoch: core.role.epoch,
    replicaId: core.nodeId,
    replicaDirectoryId: directoryOnWire(core.self.directoryId),
    voterDirectoryId: directoryOnWire(voter.directoryId),
    lastOffsetEpoch: end.epoch,
    lastOffset: end.endOffset,
    preVote: core.role.kind === 'prospective',
  }
  return {
    ...vote.request.zero,
    clusterId: core.options.clusterId,
    voterId: voter.id,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
  }
}

type VotePartition = ResponseOf<typeof vote>['topics'][number]['partitions'][number]

export function voteResponse(core: Core, error: KafkaErrorName, partition: VotePartition | undefined): ResponseOf<typeof vote> {
  const topics = partition === undefined ? [] : [{ topicName: metadataTopic, partitions: [partition] }]
  return { ...vote.response.zero, errorCode: errorCode(error), topics, nodeEndpoints: leaderEndpoints(core) }
}

export function beginRequest(core: Core, voter: Voter): RequestOf<typeof beginQuorumEpoch> {
  const voterDirectoryId = directoryOnWire(voter.directoryId)
  const partition = { partitionIndex: 0, voterDirectoryId, leaderId: core.nodeId, leaderEpoch: core.role.epoch }
  return {
    ...beginQuorumEpoch.request.zero,
    clusterId: core.options.clusterId,
    voterId: voter.id,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    leaderEndpoints: namedEndpoint(core),
  }
}

export function beginResponse(
  core: Core,
  error: KafkaErrorName,
  partitionError?: KafkaErrorName,
): ResponseOf<typeof beginQuorumEpoch> {
  const topics =
    partitionError === undefined ? [] : [{ topicName: metadataTopic, partitions: [partitionAnswer(core, partitionError)] }]
  return { ...beginQuorumEpoch.response.zero, errorCode: errorCode(error), topics, nodeEndpoints: leaderEndpoints(core) }
}

export function endRequest(core: Core, candidates: readonly ReplicaKey[]): RequestOf<typeof endQuorumEpoch> {
  const partition = {
    partitionIndex: 0,
    leaderId: core.nodeId,
    leaderEpoch: core.role.epoch,
    preferredSuccessors: candidates.map(({ id }) => id),
    preferredCandidates: candidates.map(({ id, directoryId }) => ({
      candidateId: id,
      candidateDirectoryId: directoryOnWire(directoryId),
    })),
  }
  return {
    ...endQuorumEpoch.request.zero,
    clusterId: core.options.clusterId,
    topics: [{ topicName: metadataTopic, partitions: [partition] }],
    leaderEndpoints: namedEndpoint(core),
  }
}

export function endResponse(
  core: Core,
  error: KafkaErrorName,
  partitionError?: KafkaErrorName,
): ResponseOf<typeof endQuorumEpoch> {
  const topics =
    partitionError === undefined ? [] : [{ topicName: metadataTopic, partitions: [partitionAnswer(core, partitionError)] }]
  return { ...endQuorumEpoch.response.zero, errorCode: errorCode(error), topics, nodeEndpoints: leaderEndpoints(core) }
}

const namedEndpoint = (core: Core): readonly Listener[] => core.options.listeners ?? []

type FetchTopic = RequestOf<typeof fetch>['topics'][number]
type FetchedTopic = ResponseOf<typeof fetch>['responses'][number]
export type FetchedPartition = FetchedTopic['partitions'][number]

export function fetchRequest(core: Core): RequestOf<typeof fetch> {
  const end = core.logEnd()
  const partition: FetchTopic['partitions'][number] = {
    partition: 0,
    currentLeaderEpoch: core.role.epoch,
    fetchOffset: end.endOffset,
    lastFetchedEpoch: end.epoch,
    logStartOffset: -1,
    partitionMaxBytes: fetchBytesMax,
    replicaDirectoryId: directoryOnWire(core.self.directoryId),
    highWatermark: core.highWatermark,
  }
  return {
    ...fetch.request.zero,
    clusterId: core.options.clusterId,
    replicaState: { replicaId: core.nodeId, replicaEpoch: -1 },
    maxWaitMs: core.timeouts.fetchMaxWaitMs,
    minBytes: 0,
    maxBytes: fetchBytesMax,
    topics: [{ topic: metadataTopic, topicId: metadataTopicId, partitions: [partition] }],
  }
}

/** `what` overrides the neutral answer: records, a divergence, a snapshot to load first. */
export function fetchResponse(core: Core, error: KafkaErrorName, what: Partial<FetchedPartition>): ResponseOf<typeof fetch> {
  const partition: FetchedPartition = {
    partitionIndex: 0,
    errorCode: errorCode(error),
    highWatermark: core.highWatermark,
    lastStableOffset: core.highWatermark,
    logStartOffset: core.options.log.startOffset,
    divergingEpoch: { epoch: -1, endOffset: -1 },
    currentLeader: { leaderId: core.leaderId() ?? -1, leaderEpoch: core.role.epoch },
    snapshotId: { endOffset: -1, epoch: -1 },
    abortedTransactions: null,
    preferredReadReplica: -1,
    records: null,
    ...what,
  }
  return {
    ...fetch.response.zero,
    responses: [{ topic: metadataTopic, topicId: metadataTopicId, partitions: [partition] }],
    nodeEndpoints: leaderEndpoints(core).map(endpoint => ({ ...endpoint, rack: null })),
  }
}

export function fetchFailure(error: KafkaErrorName): ResponseOf<typeof fetch> {
  return { ...fetch.response.zero, errorCode: errorCode(error) }
}

export function snapshotRequest(core: Core, id: OffsetAndEpoch, position: number): RequestOf<typeof fetchSnapshot> {
  const partition = {
    partition: 0,
    currentLeaderEpoch: core.role.epoch,
    snapshotId: id,
    position,
    replicaDirectoryId: directoryOnWire(core.self.directoryId),
  }
  return {
    ...fetchSnapshot.request.zero,
    clusterId: core.options.clusterId,
    replicaId: core.nodeId,
    maxBytes: snapshotPieceBytes,
    topics: [{ name: metadataTopic, partitions: [partition] }],
  }
}

type SnapshotPartition = ResponseOf<typeof fetchSnapshot>['topics'][number]['partitions'][number]

export function snapshotResponse(
  core: Core,
  error: KafkaErrorName,
  id: OffsetAndEpoch,
  piece?: { bytes: Uint8Array; sizeBytes: number; position: number },
): ResponseOf<typeof fetchSnapshot> {
  const bytes = piece?.bytes ?? new Uint8Array(0)
  const partition: SnapshotPartition = {
    index: 0,
    errorCode: errorCode(error),
    snapshotId: { endOffset: id.endOffset, epoch: id.epoch },
    currentLeader: { leaderId: core.leaderId() ?? -1, leaderEpoch: core.role.epoch },
    size: piece?.sizeBytes ?? 0,
    position: piece?.position ?? 0,
    unalignedRecords: { chunks: [bytes], sizeBytes: bytes.length },
  }
  return {
    ...fetchSnapshot.response.zero,
    topics: [{ name: metadataTopic, partitions: [partition] }],
    nodeEndpoints: leaderEndpoints(core),
  }
}

export function snapshotFailure(error: KafkaErrorName): ResponseOf<typeof fetchSnapshot> {
  return { ...fetchSnapshot.response.zero, errorCode: errorCode(error) }
}
