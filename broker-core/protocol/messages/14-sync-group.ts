import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bytes, int16, int32, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const syncGroupRequestAssignment = struct({
  memberId: string,
  assignment: bytes,
})

/**
 * The leader hands in assignments, every member takes its own.
 * - v1: response throttleTimeMs
 * - v2: same layout
 * - v3: request groupInstanceId
 * - v4: compact lengths and tagged fields (KIP-559)
 * - v5: request protocolType, protocolName; response protocolType, protocolName
 */
export const syncGroup = api({
  key: 14,
  name: 'SyncGroup',
  versions: [0, 5],
  flexibleSince: 4,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: field(nullableString, { since: 3, default: null }),
    protocolType: field(nullableString, { since: 5, default: null, ignorable: true }),
    protocolName: field(nullableString, { since: 5, default: null, ignorable: true }),
    assignments: array(syncGroupRequestAssignment),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 1, ignorable: true }),
    errorCode: int16,
    protocolType: field(nullableString, { since: 5, default: null, ignorable: true }),
    protocolName: field(nullableString, { since: 5, default: null, ignorable: true }),
    assignment: bytes,
  }),
})
