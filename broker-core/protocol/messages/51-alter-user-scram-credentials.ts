import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { bytes, int16, int32, int8, nullableString, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const scramCredentialDeletion = struct({
  name: string,
  mechanism: int8,
})

const scramCredentialUpsertion = struct({
  name: string,
  mechanism: int8,
  iterations: int32,
  salt: bytes,
  saltedPassword: bytes,
})

const alterUserScramCredentialsResult = struct({
  user: string,
  errorCode: int16,
  errorMessage: nullableString,
})

/** Adds and removes SCRAM credentials (KIP-554). */
export const alterUserScramCredentials = api({
  key: 51,
  name: 'AlterUserScramCredentials',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    deletions: array(scramCredentialDeletion),
    upsertions: array(scramCredentialUpsertion),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(alterUserScramCredentialsResult),
  }),
})
