import { api } from '../api.ts'
import { int16, int32, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

/**
 * Keeps a member of a classic group alive.
 * - v1: response throttleTimeMs
 * - v2: same layout
 * - v3: request groupInstanceId
 * - v4: compact lengths and tagged fields
 */
export const heartbeat = api({
  key: 12,
  name: 'Heartbeat',
  versions: [0, 4],
  flexibleSince: 4,
  listeners: ['broker'],
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: field(nullableString, { since: 3, default: null }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 1, ignorable: true }),
    errorCode: int16,
  }),
})
