import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, nullableString, string, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const topicPartitions = struct({
  topicId: uuid,
  topicName: string,
  partitions: array(int32),
})

const assignment = struct({
  topicPartitions: array(topicPartitions),
})

const member = struct({
  memberId: string,
  instanceId: field(nullableString, { default: null }),
  rackId: field(nullableString, { default: null }),
  memberEpoch: int32,
  clientId: string,
  clientHost: string,
  subscribedTopicNames: array(string),
  subscribedTopicRegex: field(nullableString, { default: null }),
  assignment: assignment,
  targetAssignment: assignment,
  memberType: field(int8, { since: 1, default: -1, ignorable: true }),
})

const describedGroup = struct({
  errorCode: int16,
  errorMessage: field(nullableString, { default: null }),
  groupId: string,
  groupState: string,
  groupEpoch: int32,
  assignmentEpoch: int32,
  assignorName: string,
  members: array(member),
  authorizedOperations: field(int32, { default: -2147483648 }),
})

/**
 * State and members of groups of the new protocol (KIP-848).
 * - v1: response memberType (KIP-1099)
 */
export const consumerGroupDescribe = api({
  key: 69,
  name: 'ConsumerGroupDescribe',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    groupIds: array(string),
    includeAuthorizedOperations: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    groups: array(describedGroup),
  }),
})
