import { api } from '../api.ts'
import { bytes, int16, int64, nullableString } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

/**
 * One step of a SASL exchange.
 * - v1: response sessionLifetimeMs
 * - v2: compact lengths and tagged fields
 */
export const saslAuthenticate = api({
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    authBytes: bytes,
  }),
  response: struct({
    errorCode: int16,
    errorMessage: nullableString,
    authBytes: bytes,
    sessionLifetimeMs: field(int64, { since: 1, ignorable: true }),
  }),
})
