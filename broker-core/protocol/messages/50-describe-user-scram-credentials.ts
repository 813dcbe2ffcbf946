import { api } from '../api.ts'
import { array } from '../schema/array.ts'
import { int16, int32, int8, nullable, nullableString, string } from '../schema/primitives.ts'
import { struct } from '../schema/struct.ts'

const userName = struct({
  name: string,
})

const credentialInfo = struct({
  mechanism: int8,
  iterations: int32,
})

const describeUserScramCredentialsResult = struct({
  user: string,
  errorCode: int16,
  errorMessage: nullableString,
  credentialInfos: array(credentialInfo),
})

/** SCRAM credentials of users, without secrets (KIP-554). */
export const describeUserScramCredentials = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  versions: [0, 0],
  flexibleSince: 0,
  listeners: ['broker', 'controller'],
  request: struct({
    users: nullable(array(userName)),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    results: array(describeUserScramCredentialsResult),
  }),
})
