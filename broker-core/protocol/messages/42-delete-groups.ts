import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const deletableGroupResult = struct({
  groupId: string,
  errorCode: int16,
  errorMessage: field(nullableString, { since: 3, default: null, ignorable: true }),
})

/**
 * Deletes groups.
 * - v1: same layout
 * - v2: compact lengths and tagged fields
 * - v3: response errorMessage
 */
export const deleteGroups = api({
  key: 42,
  name: 'DeleteGroups',
  versions: [0, 3],
  flexibleSince: 2,
  listeners: ['broker'],
  request: struct({
    groupsNames: array(string),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(deletableGroupResult),
  }),
})
