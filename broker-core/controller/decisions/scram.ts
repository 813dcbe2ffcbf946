import type { Digest, HashName } from '../../env/digest.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { alterUserScramCredentials } from '../../protocol/messages/51-alter-user-scram-credentials.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { scramKey } from '../image-draft.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { isRefusal, type Refusal, refusal, refusalFields } from './decision.ts'

type Request = RequestOf<typeof alterUserScramCredentials>
type Response = ResponseOf<typeof alterUserScramCredentials>
type Upsertion = Request['upsertions'][number]
type Deletion = Request['deletions'][number]

const hashes: ReadonlyMap<number, HashName> = new Map([
  [1, 'sha-256'],
  [2, 'sha-512'],
])
const iterationsMin = 4096
const iterationsMax = 16_384

/** AlterUserScramCredentials (51), SEC-07: each user's credentials change wholly or not at all. */
export function decideScramCredentials(state: ControllerState, request: Request): Decision<Response> {
  const users = new Set([...request.deletions, ...request.upsertions].map(each => each.name))
  const records: MetadataRecord[] = []
  const results = [...users].map(user => {
    const outcome = alterUser(
      state,
      request.deletions.filter(each => each.name === user),
      request.upsertions.filter(each => each.name === user),
    )
    if (isRefusal(outcome)) return { user, ...refusalFields(outcome) }
    records.push(...outcome)
    return { user, errorCode: 0, errorMessage: null }
  })
  return { records, reply: { throttleTimeMs: 0, results } }
}

function alterUser(
  state: ControllerState,
  deletions: readonly Deletion[],
  upsertions: readonly Upsertion[],
): readonly MetadataRecord[] | Refusal {
  const mechanisms = [...deletions, ...upsertions].map(each => each.mechanism)
  if ([...deletions, ...upsertions].some(each => each.name === ''))
    return refusal('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty')
  if (mechanisms.some(mechanism => !hashes.has(mechanism)))
    return refusal('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism')
  if (new Set(mechanisms).size !== mechanisms.length) {
    return refusal('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request')
  }
  if (deletions.some(({ name, mechanism }) => !state.image.scramCredentials.has(scramKey(name, mechanism)))) {
    return refusal('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist')
  }
  if (upsertions.some(each => each.iterations < iterationsMin)) return refusal('UNACCEPTABLE_CREDENTIAL', 'Too few iterations')
  if (upsertions.some(each => each.iterations > iterationsMax)) return refusal('UNACCEPTABLE_CREDENTIAL', 'Too many iterations')
  return [
    ...deletions.map(({ name, mechanism }): MetadataRecord => ({ type: 'RemoveUserScramCredentialRecord', name, mechanism })),
    ...upsertions.map(upsertion => credentialRecord(upsertion, state.digest)),
  ]
}

/** RFC 5802, section 3: what proves a password, without being one. */
function credentialRecord({ name, mechanism, iterations, salt, saltedPassword }: Upsertion, digest: Digest): MetadataRecord {
  const hash = hashes.get(mechanism) ?? 'sha-256'
  const text = (value: string) => new TextEncoder().encode(value)
  const storedKey = digest.hash(hash, digest.hmac(hash, saltedPassword, text('Client Key')))
  const serverKey = digest.hmac(hash, saltedPassword, text('Server Key'))
  return { type: 'UserScramCredentialRecord', name, mechanism, salt, storedKey, serverKey, iterations }
}
