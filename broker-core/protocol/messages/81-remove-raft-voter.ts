import { api } from '../api.ts'
import { int16, int32, nullableString, uuid } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/** Removes a voter from the metadata quorum (KIP-853). */
export const removeRaftVoter = api({
  key: 81,
  name: 'RemoveRaftVoter',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller', 'broker'],
  request: struct({
    clusterId: nullableString,
    voterId: int32,
    voterDirectoryId: uuid,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
  }),
})
