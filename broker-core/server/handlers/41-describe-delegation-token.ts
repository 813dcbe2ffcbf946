import { errorCode } from '../../model/kafka-errors.ts'
import { describeDelegationToken } from '../../protocol/messages/41-describe-delegation-token.ts'
import { handler, type Handler } from '../handler.ts'

/** DescribeDelegationToken (41). Gap: there are no delegation tokens, as in a Kafka without delegation.token.secret.key. */
export const describeDelegationTokenHandler = (): Handler<typeof describeDelegationToken> =>
  handler(describeDelegationToken, () => ({
    ...describeDelegationToken.response.zero,
    errorCode: errorCode('DELEGATION_TOKEN_AUTH_DISABLED'),
  }))
