import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const alterableConfig = struct({
  name: string,
  configOperation: int8,
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
 * Changes single configuration values.
 * - v1: compact lengths and tagged fields
 */
export const incrementalAlterConfigs = api({
  key: 44,
  name: 'IncrementalAlterConfigs',
  versions: [0, 1],
  flexibleSince: 1,
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
