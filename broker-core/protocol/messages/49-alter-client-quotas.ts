import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, float64, int16, int32, nullableString, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const entityData = struct({
  entityType: string,
  entityName: nullableString,
})

const opData = struct({
  key: string,
  value: float64,
  remove: bool,
})

const entryData = struct({
  entity: array(entityData),
  ops: array(opData),
})

const responseEntryData = struct({
  errorCode: int16,
  errorMessage: nullableString,
  entity: array(entityData),
})

/**
 * Changes quotas (KIP-546).
 * - v1: compact lengths and tagged fields
 */
export const alterClientQuotas = api({
  key: 49,
  name: 'AlterClientQuotas',
  versions: [0, 1],
  flexibleSince: 1,
  listeners: ['broker', 'controller'],
  request: struct({
    entries: array(entryData),
    validateOnly: bool,
  }),
  response: struct({
    throttleTimeMs: int32,
    entries: array(responseEntryData),
  }),
})
