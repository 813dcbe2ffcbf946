import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const configResource = struct({
  resourceName: string,
  resourceType: field(int8, { since: 1, default: 16, ignorable: true }),
})

/**
 * Names of configuration resources, of which client metrics were the first (KIP-1000, KIP-1142).
 * - v1: request resourceTypes; response resourceType (KIP-1142)
 */
export const listConfigResources = api({
  key: 74,
  name: 'ListConfigResources',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['broker'],
  request: struct({
    resourceTypes: field(array(int8), { since: 1 }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    configResources: array(configResource),
  }),
})
