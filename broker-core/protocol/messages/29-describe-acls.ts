import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const aclDescription = struct({
  principal: string,
  host: string,
  operation: int8,
  permissionType: int8,
})

const describeAclsResource = struct({
  resourceType: int8,
  resourceName: string,
  patternType: field(int8, { default: 3 }),
  acls: array(aclDescription),
})

/**
 * Access rules that match a filter.
 * - v2: compact lengths and tagged fields
 * - v3: same layout
 */
export const describeAcls = api({
  key: 29,
  name: 'DescribeAcls',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    resourceTypeFilter: int8,
    resourceNameFilter: nullableString,
    patternTypeFilter: field(int8, { default: 3 }),
    principalFilter: nullableString,
    hostFilter: nullableString,
    operation: int8,
    permissionType: int8,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    resources: array(describeAclsResource),
  }),
})
