import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, bytes, int16, int32, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const describedGroupMember = struct({
  memberId: string,
  groupInstanceId: field(nullableString, { since: 4, default: null, ignorable: true }),
  clientId: string,
  clientHost: string,
  memberMetadata: bytes,
  memberAssignment: bytes,
})

const describedGroup = struct({
  errorCode: int16,
  errorMessage: field(nullableString, { since: 6, default: null }),
  groupId: string,
  groupState: string,
  protocolType: string,
  protocolData: string,
  members: array(describedGroupMember),
  authorizedOperations: field(int32, { since: 3, default: -2147483648 }),
})

/**
 * State and members of classic groups.
 * - v1: response throttleTimeMs
 * - v2: same layout
 * - v3: request includeAuthorizedOperations; response authorizedOperations
 * - v4: response groupInstanceId
 * - v5: compact lengths and tagged fields
 * - v6: response errorMessage (KIP-1043)
 */
export const describeGroups = api({
  key: 15,
  name: 'DescribeGroups',
  versions: [0, 6],
  flexibleSince: 5,
  listeners: ['broker'],
  request: struct({
    groups: array(string),
    includeAuthorizedOperations: field(bool, { since: 3 }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 1, ignorable: true }),
    groups: array(describedGroup),
  }),
})
