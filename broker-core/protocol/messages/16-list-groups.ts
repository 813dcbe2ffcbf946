import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const listedGroup = struct({
  groupId: string,
  protocolType: string,
  groupState: field(string, { since: 4, ignorable: true }),
  groupType: field(string, { since: 5, ignorable: true }),
})

/**
 * Groups of which this broker is the coordinator.
 * - v1: response throttleTimeMs
 * - v2: same layout
 * - v3: compact lengths and tagged fields
 * - v4: request statesFilter; response groupState (KIP-518)
 * - v5: request typesFilter; response groupType (KIP-848)
 */
export const listGroups = api({
  key: 16,
  name: 'ListGroups',
  versions: [0, 5],
  flexibleSince: 3,
  listeners: ['broker'],
  request: struct({
    statesFilter: field(array(string), { since: 4 }),
    typesFilter: field(array(string), { since: 5 }),
  }),
  response: struct({
    throttleTimeMs: field(int32, { since: 1, ignorable: true }),
    errorCode: int16,
    groups: array(listedGroup),
  }),
})
