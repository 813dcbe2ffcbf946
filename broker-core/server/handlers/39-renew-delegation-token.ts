import { errorCode } from '../../model/kafka-errors.ts'
import { renewDelegationToken } from '../../protocol/messages/39-renew-delegation-token.ts'
import { handler, type Handler } from '../handler.ts'

/** RenewDelegationToken (39). Gap: there are no delegation tokens, as in a Kafka without delegation.token.secret.key. */
export const renewDelegationTokenHandler = (): Handler<typeof renewDelegationToken> =>
  handler(renewDelegationToken, () => ({
    ...renewDelegationToken.response.zero,
    errorCode: errorCode('DELEGATION_TOKEN_AUTH_DISABLED'),
  }))
