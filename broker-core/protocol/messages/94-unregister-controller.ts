import { api } from '../api.ts'
import { int16, int32, nullableString } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/** Forgets a controller. */
export const unregisterController = api({
  key: 94,
  name: 'UnregisterController',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    controllerId: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
  }),
})
