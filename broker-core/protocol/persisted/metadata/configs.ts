import { message } from '../../message.ts'
import { array } from '../../schema/array.ts'
import { bool, float64, int8, nullableString, string } from '../../schema/primitives.ts'
import { struct } from '../../schema/struct.ts'

/** A configuration value was set, or with null removed. */
export const configRecord = message({
  name: 'ConfigRecord',
  key: 4,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    resourceType: int8,
    resourceName: string,
    name: string,
    value: nullableString,
  }),
})

const entityData = struct({
  entityType: string,
  entityName: nullableString,
})

/** A quota was set or removed (KIP-546). */
export const clientQuotaRecord = message({
  name: 'ClientQuotaRecord',
  key: 14,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    entity: array(entityData),
    key: string,
    value: float64,
    remove: bool,
  }),
})
