import { errorCode } from '../../model/kafka-errors.ts'
import { createDelegationToken } from '../../protocol/messages/38-create-delegation-token.ts'
import { handler, type Handler } from '../handler.ts'

/** CreateDelegationToken (38). Gap: there are no delegation tokens, as in a Kafka without delegation.token.secret.key. */
export const createDelegationTokenHandler = (): Handler<typeof createDelegationToken> =>
  handler(createDelegationToken, () => ({
    ...createDelegationToken.response.zero,
    errorCode: errorCode('DELEGATION_TOKEN_AUTH_DISABLED'),
  }))
