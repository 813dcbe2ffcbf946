import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, nullable, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const metadataRequestTopic = struct({
  topicId: field(uuid, { since: 10, ignorable: true }),
  name: nullable(string, { since: 10 }),
})

const metadataResponseBroker = struct({
  nodeId: int32,
  host: string,
  port: int32,
  rack: field(nullableString, { since: 1, default: null, ignorable: true }),
})

const metadataResponsePartition = struct({
  errorCode: int16,
  partitionIndex: int32,
  leaderId: int32,
  leaderEpoch: field(int32, { since: 7, default: -1, ignorable: true }),
  replicaNodes: array(int32),
  isrNodes: array(int32),
  offlineReplicas: field(array(int32), { since: 5, ignorable: true }),
})

const metadataResponseTopic = struct({
  errorCode: int16,
  name: nullable(string, { since: 12 }),
  topicId: field(uuid, { since: 10, ignorable: true }),
  isInternal: field(bool, { since: 1, ignorable: true }),
  partitions: array(metadataResponsePartition),
  topicAuthorizedOperations: field(int32, { since: 8, default: -2147483648 }),
})

/**
 * Brokers, topics, partitions and who leads them.
 * - v1: response rack, controllerId, isInternal
 * - v2: response clusterId
 * - v3: response throttleTimeMs
 * - v4: request allowAutoTopicCreation
 * - v5: response offlineReplicas
 * - v6: same layout
 * - v7: response leaderEpoch
 * - v8: request includeClusterAuthorizedOperations, includeTopicAuthorizedOperations; response topicAuthorizedOperations,
 *   clusterAuthorizedOperations
 * - v9: compact lengths and tagged fields
 * - v10: request topicId; response topicId
 * - v11: request no longer includeClusterAuthorizedOperations; response no longer clusterAuthorizedOperations (KIP-700)
 * - v12: same layout
 * - v13: response errorCode
 */
export const metadata = api({
  key: 3,
  name: 'Metadata',
  versions: [0, 13],
  flexibleSince: 9,
  listeners: ['broker'],
  request: struct({
    topics: nullable(array(metadataRequestTopic), { since: 1 }),
    allowAutoTopicCreation: field(bool, { since: 4, default: true }),
    includeClusterAuthorizedOperations: field(bool, { since: 8, until: 10 }),
    includeTopicAuthorizedOperations: field(bool, { since: 8 }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 3, ignorable: true }),
    brokers: array(metadataResponseBroker),
    clusterId: field(nullableString, { since: 2, default: null, ignorable: true }),
    controllerId: field(int32, { since: 1, default: -1, ignorable: true }),
    topics: array(metadataResponseTopic),
    clusterAuthorizedOperations: field(int32, { since: 8, until: 10, default: -2147483648 }),
    errorCode: field(int16, { since: 13, ignorable: true }),
  }),
})
