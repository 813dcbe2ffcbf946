import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, nullable, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const creatableReplicaAssignment = struct({
  partitionIndex: int32,
  brokerIds: array(int32),
})

const creatableTopicConfig = struct({
  name: string,
  value: nullableString,
})

const creatableTopic = struct({
  name: string,
  numPartitions: int32,
  replicationFactor: int16,
  assignments: array(creatableReplicaAssignment),
  configs: array(creatableTopicConfig),
})

const creatableTopicConfigs = struct({
  name: string,
  value: nullableString,
  readOnly: bool,
  configSource: field(int8, { default: -1 }),
  isSensitive: bool,
})

const creatableTopicResult = struct({
  name: string,
  topicId: field(uuid, { since: 7, ignorable: true }),
  errorCode: int16,
  errorMessage: nullableString,
  topicConfigErrorCode: field(int16, { since: 5, tag: 0, ignorable: true }),
  numPartitions: field(int32, { since: 5, default: -1, ignorable: true }),
  replicationFactor: field(int16, { since: 5, default: -1, ignorable: true }),
  configs: field(nullable(array(creatableTopicConfigs)), { since: 5, ignorable: true }),
})

/**
 * Creates topics.
 * - v3: same layout
 * - v4: same layout (KIP-464)
 * - v5: response topicConfigErrorCode, numPartitions, replicationFactor, configs; compact lengths and tagged fields (KIP-525)
 * - v6: same layout (KIP-599)
 * - v7: response topicId
 */
export const createTopics = api({
  key: 19,
  name: 'CreateTopics',
  versions: [2, 7],
  flexibleSince: 5,
  listeners: ['broker', 'controller'],
  request: struct({
    topics: array(creatableTopic),
    timeoutMs: field(int32, { default: 60000 }),
    validateOnly: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(creatableTopicResult),
  }),
})
