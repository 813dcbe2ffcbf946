import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, bytes, int16, int32, nullable, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const joinGroupRequestProtocol = struct({
  name: string,
  metadata: bytes,
})

const joinGroupResponseMember = struct({
  memberId: string,
  groupInstanceId: field(nullableString, { since: 5, default: null, ignorable: true }),
  metadata: bytes,
})

/**
 * Joins a classic group and waits for the rebalance.
 * - v1: request rebalanceTimeoutMs
 * - v2: response throttleTimeMs
 * - v3-4: same layout
 * - v5: request groupInstanceId; response groupInstanceId
 * - v6: compact lengths and tagged fields (KIP-559)
 * - v7: response protocolType
 * - v8: request reason (KIP-800)
 * - v9: response skipAssignment
 */
export const joinGroup = api({
  key: 11,
  name: 'JoinGroup',
  versions: [0, 9],
  flexibleSince: 6,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: field(int32, { since: 1, default: -1, ignorable: true }),
    memberId: string,
    groupInstanceId: field(nullableString, { since: 5, default: null }),
    protocolType: string,
    protocols: array(joinGroupRequestProtocol),
    reason: field(nullableString, { since: 8, default: null, ignorable: true }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 2, ignorable: true }),
    errorCode: int16,
    generationId: field(int32, { default: -1 }),
    protocolType: field(nullableString, { since: 7, default: null, ignorable: true }),
    protocolName: nullable(string, { since: 7 }),
    leader: string,
    skipAssignment: field(bool, { since: 9 }),
    memberId: string,
    members: array(joinGroupResponseMember),
  }),
})
