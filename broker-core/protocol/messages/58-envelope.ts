import { api } from '../api.ts'
import { bytes, int16, nullableBytes } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

/** Carries a request of a client, with its principal, from a broker to the controller (KIP-590). */
export const envelope = api({
  key: 58,
  name: 'Envelope',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['controller'],
  request: struct({
    requestData: bytes,
    requestPrincipal: nullableBytes,
    clientHostAddress: bytes,
  }),
  response: struct({
    responseData: field(nullableBytes, { default: null }),
    errorCode: int16,
  }),
})
