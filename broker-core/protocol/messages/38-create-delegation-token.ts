import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bytes, int16, int32, int64, nullableString, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const creatableRenewers = struct({
  principalType: string,
  principalName: string,
})

/**
 * Creates a delegation token (KIP-48).
 * - v2: compact lengths and tagged fields
 * - v3: request ownerPrincipalType, ownerPrincipalName; response tokenRequesterPrincipalType, tokenRequesterPrincipalName
 */
export const createDelegationToken = api({
  key: 38,
  name: 'CreateDelegationToken',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    ownerPrincipalType: field(nullableString, { since: 3 }),
    ownerPrincipalName: field(nullableString, { since: 3 }),
    renewers: array(creatableRenewers),
    maxLifetimeMs: int64,
  }),
  response: struct({
    errorCode: int16,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: field(string, { since: 3 }),
    tokenRequesterPrincipalName: field(string, { since: 3 }),
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    maxTimestampMs: int64,
    tokenId: string,
    hmac: bytes,
    throttleTimeMs: int32,
  }),
})
