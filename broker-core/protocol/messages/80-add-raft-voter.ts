import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bool, int16, int32, nullableString, string, uint16, uuid } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const listener = struct({
  name: string,
  host: string,
  port: uint16,
})

/**
 * Adds a voter to the metadata quorum (KIP-853).
 * - v1: request ackWhenCommitted
 */
export const addRaftVoter = api({
  key: 80,
  name: 'AddRaftVoter',
  versions: [0, 1],
  flexibleSince: 0,
  listeners: ['controller', 'broker'],
  request: struct({
    clusterId: nullableString,
    timeoutMs: int32,
    voterId: int32,
    voterDirectoryId: uuid,
    listeners: array(listener),
    ackWhenCommitted: field(bool, { since: 1, default: true }),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
  }),
})
