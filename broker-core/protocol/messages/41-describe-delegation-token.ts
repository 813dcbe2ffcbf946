import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bytes, int16, int32, int64, nullable, string } from '../schema/primitives.ts'
import { field, struct } from '../schema/struct.ts'

const describeDelegationTokenOwner = struct({
  principalType: string,
  principalName: string,
})

const describedDelegationTokenRenewer = struct({
  principalType: string,
  principalName: string,
})

const describedDelegationToken = struct({
  principalType: string,
  principalName: string,
  tokenRequesterPrincipalType: field(string, { since: 3 }),
  tokenRequesterPrincipalName: field(string, { since: 3 }),
  issueTimestamp: int64,
  expiryTimestamp: int64,
  maxTimestamp: int64,
  tokenId: string,
  hmac: bytes,
  renewers: array(describedDelegationTokenRenewer),
})

/**
 * Describes delegation tokens (KIP-48).
 * - v2: compact lengths and tagged fields
 * - v3: response tokenRequesterPrincipalType, tokenRequesterPrincipalName
 */
export const describeDelegationToken = api({
  key: 41,
  name: 'DescribeDelegationToken',
  versions: [1, 3],
  flexibleSince: 2,
  listeners: ['broker', 'controller'],
  request: struct({
    owners: nullable(array(describeDelegationTokenOwner)),
  }),
  response: struct({
    errorCode: int16,
    tokens: array(describedDelegationToken),
    throttleTimeMs: int32,
  }),
})
