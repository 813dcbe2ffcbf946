import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, float64, int16, int32, int8, nullable, nullableString, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const componentData = struct({
  entityType: string,
  matchType: int8,
  match: nullableString,
})

const entityData = struct({
  entityType: string,
  entityName: nullableString,
})

const valueData = struct({
  key: string,
  value: float64,
})

const entryData = struct({
  entity: array(entityData),
  values: array(valueData),
})

/**
 * Quotas that match a filter (KIP-546).
 * - v1: compact lengths and tagged fields
 */
export const describeClientQuotas = api({
  key: 48,
  name: 'DescribeClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['broker'],
  request: struct({
    components: array(componentData),
    strict: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    entries: nullable(array(entryData)),
  }),
})
