import { api } from '../api.ts'
import { bytes, int16, int32, int64 } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

/**
 * Expires a delegation token (KIP-48).
 * - v2: compact lengths and tagged fields
 */
export const expireDelegationToken = api({
  key: 40,
  name: 'ExpireDelegationToken',
  versions: [1, 2],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    hmac: bytes,
    expiryTimePeriodMs: int64,
  }),
  response: struct({
    errorCode: int16,
    expiryTimestampMs: int64,
    throttleTimeMs: int32,
  }),
})
