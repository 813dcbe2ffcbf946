import { errorCode } from '../../model/kafka-errors.ts'
import { expireDelegationToken } from '../../protocol/messages/40-expire-delegation-token.ts'
import { handler, type Handler } from '../handler.ts'

/** ExpireDelegationToken (40). Gap: there are no delegation tokens, as in a Kafka without delegation.token.secret.key. */
export const expireDelegationTokenHandler = (): Handler<typeof expireDelegationToken> =>
  handler(expireDelegationToken, () => ({
    ...expireDelegationToken.response.zero,
    errorCode: errorCode('DELEGATION_TOKEN_AUTH_DISABLED'),
  }))
