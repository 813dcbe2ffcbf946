import { api } from '../api.ts'
import { int16, int32, nullableString } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/** Forgets a broker. */
export const unregisterBroker = api({
  key: 64,
  name: 'UnregisterBroker',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    brokerId: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
  }),
})
