import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const alterableConfig = struct({
  name: string,
  value: nullableString,
})

const alterConfigsResource = struct({
  resourceType: int8,
  resourceName: string,
  configs: array(alterableConfig),
})

const alterConfigsResourceResponse = struct({
  errorCode: int16,
  errorMessage: nullableString,
  resourceType: int8,
  resourceName: string,
})

/**
 * Replaces the whole configuration of resources; 44 changes single values.
 * - v1: same layout
 * - v2: compact lengths and tagged fields
 */
export const alterConfigs = api({
  key: 33,
  name: 'AlterConfigs',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    resources: array(alterConfigsResource),
    validateOnly: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    responses: array(alterConfigsResourceResponse),
  }),
})
