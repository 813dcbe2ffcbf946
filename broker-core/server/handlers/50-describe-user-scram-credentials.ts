import type { MetadataImage, ScramCredential } from '../../controller/image.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { describeUserScramCredentials } from '../../protocol/messages/50-describe-user-scram-credentials.ts'
import { handler, type Handler } from '../handler.ts'

type Result = ResponseOf<typeof describeUserScramCredentials>['results'][number]

/** DescribeUserScramCredentials (50), SEC-07: mechanisms and iterations, never a key. No list, or an empty one: all users. */
export function describeUserScramCredentialsHandler(deps: {
  image(): MetadataImage
}): Handler<typeof describeUserScramCredentials> {
  return handler(describeUserScramCredentials, ({ users }) => {
    const byUser = new Map<string, ScramCredential[]>()
    for (const credential of deps.image().scramCredentials.values()) {
      byUser.set(credential.name, [...(byUser.get(credential.name) ?? []), credential])
    }
    const asked = users === null || users.length === 0 ? [...byUser.keys()] : users.map(user => user.name)
    const results = [...new Set(asked)].map(user => {
      const isRepeated = asked.filter(name => name === user).length > 1
      return isRepeated
        ? refused(
            user,
            'DUPLICATE_RESOURCE',
            `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`,
          )
        : found(user, byUser.get(user))
    })
    return { throttleTimeMs: 0, errorCode: 0, errorMessage: null, results }
  })
}

function found(user: string, credentials: readonly ScramCredential[] | undefined): Result {
  if (credentials === undefined) {
    return refused(user, 'RESOURCE_NOT_FOUND', `Attempt to describe a user credential that does not exist: ${user}`)
  }
  const credentialInfos = credentials.map(({ mechanism, iterations }) => ({ mechanism, iterations }))
  return { user, errorCode: 0, errorMessage: null, credentialInfos }
}

const refused = (user: string, error: 'DUPLICATE_RESOURCE' | 'RESOURCE_NOT_FOUND', errorMessage: string): Result => ({
  user,
  errorCode: errorCode(error),
  errorMessage,
  credentialInfos: [],
})
