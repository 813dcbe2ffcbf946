import { coordinatorRecord } from '../coordinator-record.ts'
import { array } from '../../schema/array.ts'
import { bytes, int32, int64, nullableString, string } from '../../schema/primitives.ts'
import { field, struct } from '../../schema/struct.ts'

const memberMetadata = struct({
  memberId: string,
  groupInstanceId: field(nullableString, { since: 3, default: null, ignorable: true }),
  clientId: string,
  clientHost: string,
  rebalanceTimeout: field(int32, { since: 1, default: -1, ignorable: true }),
  sessionTimeout: int32,
  subscription: bytes,
  assignment: bytes,
})

/**
 * A classic group: its members with their subscriptions and assignments.
 * - v1: rebalanceTimeout
 * - v2: currentStateTimestamp
 * - v3: groupInstanceId
 * - v4: compact lengths and tagged fields (KIP-915)
 */
export const groupMetadataRecord = coordinatorRecord({
  type: 'GroupMetadata',
  key: 2,
  keyBody: struct({
    group: string,
  }),
  versions: [0, 4],
  flexibleSince: 4,
  valueBody: struct({
    protocolType: string,
    generation: int32,
    protocol: nullableString,
    leader: nullableString,
    currentStateTimestamp: field(int64, { since: 2, default: -1, ignorable: true }),
    members: array(memberMetadata),
  }),
})
