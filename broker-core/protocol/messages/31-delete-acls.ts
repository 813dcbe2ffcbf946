import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const deleteAclsFilter = struct({
  resourceTypeFilter: int8,
  resourceNameFilter: nullableString,
  patternTypeFilter: field(int8, { default: 3 }),
  principalFilter: nullableString,
  hostFilter: nullableString,
  operation: int8,
  permissionType: int8,
})

const deleteAclsMatchingAcl = struct({
  errorCode: int16,
  errorMessage: nullableString,
  resourceType: int8,
  resourceName: string,
  patternType: field(int8, { default: 3 }),
  principal: string,
  host: string,
  operation: int8,
  permissionType: int8,
})

const deleteAclsFilterResult = struct({
  errorCode: int16,
  errorMessage: nullableString,
  matchingAcls: array(deleteAclsMatchingAcl),
})

/**
 * Deletes access rules that match filters.
 * - v2: compact lengths and tagged fields
 * - v3: same layout
 */
export const deleteAcls = api({
  key: 31,
  name: 'DeleteAcls',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    filters: array(deleteAclsFilter),
  }),
  response: struct({
    throttleTimeMs: int32,
    filterResults: array(deleteAclsFilterResult),
  }),
})
