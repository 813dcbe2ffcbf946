import { message } from '../../message.ts'
import { array } from '../../schema/array.ts'
import { bytes, int32, int64, int8, string, uuid } from '../../schema/primitives.ts'
import { struct } from '../../schema/struct.ts'

/** An access rule was added. */
export const accessControlEntryRecord = message({
  name: 'AccessControlEntryRecord',
  key: 18,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    id: uuid,
    resourceType: int8,
    resourceName: string,
    patternType: int8,
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  }),
})

/** An access rule was removed. */
export const removeAccessControlEntryRecord = message({
  name: 'RemoveAccessControlEntryRecord',
  key: 19,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    id: uuid,
  }),
})

/** A SCRAM credential was set (KIP-554). */
export const userScramCredentialRecord = message({
  name: 'UserScramCredentialRecord',
  key: 11,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    name: string,
    mechanism: int8,
    salt: bytes,
    storedKey: bytes,
    serverKey: bytes,
    iterations: int32,
  }),
})

/** A SCRAM credential was removed (KIP-554). */
export const removeUserScramCredentialRecord = message({
  name: 'RemoveUserScramCredentialRecord',
  key: 22,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    name: string,
    mechanism: int8,
  }),
})

/** A delegation token was created or renewed (KIP-48). */
export const delegationTokenRecord = message({
  name: 'DelegationTokenRecord',
  key: 10,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    owner: string,
    requester: string,
    renewers: array(string),
    issueTimestamp: int64,
    maxTimestamp: int64,
    expirationTimestamp: int64,
    tokenId: string,
  }),
})

/** A delegation token was removed (KIP-48). */
export const removeDelegationTokenRecord = message({
  name: 'RemoveDelegationTokenRecord',
  key: 26,
  versions: [0, 0],
  flexibleSince: 0,
  body: struct({
    tokenId: string,
  }),
})
