import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const memberIdentity = struct({
  memberId: string,
  groupInstanceId: field(nullableString, { default: null }),
  reason: field(nullableString, { since: 5, default: null, ignorable: true }),
})

const memberResponse = struct({
  memberId: string,
  groupInstanceId: nullableString,
  errorCode: int16,
})

/**
 * Leaves a classic group.
 * - v1: response throttleTimeMs
 * - v2: same layout
 * - v3: request members; request no longer memberId; response members
 * - v4: compact lengths and tagged fields
 * - v5: request reason (KIP-800)
 */
export const leaveGroup = api({
  key: 13,
  name: 'LeaveGroup',
  versions: [0, 5],
  flexibleSince: 4,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    memberId: field(string, { until: 2 }),
    members: field(array(memberIdentity), { since: 3 }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 1, ignorable: true }),
    errorCode: int16,
    members: field(array(memberResponse), { since: 3 }),
  }),
})
