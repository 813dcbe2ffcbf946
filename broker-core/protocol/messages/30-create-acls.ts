import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const aclCreation = struct({
  resourceType: int8,
  resourceName: string,
  resourcePatternType: field(int8, { default: 3 }),
  principal: string,
  host: string,
  operation: int8,
  permissionType: int8,
})

const aclCreationResult = struct({
  errorCode: int16,
  errorMessage: nullableString,
})

/**
 * Adds access rules.
 * - v2: compact lengths and tagged fields
 * - v3: same layout
 */
export const createAcls = api({
  key: 30,
  name: 'CreateAcls',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    creations: array(aclCreation),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(aclCreationResult),
  }),
})
