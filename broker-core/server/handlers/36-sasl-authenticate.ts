import { errorCode } from '../../model/kafka-errors.ts'
import { saslAuthenticate } from '../../protocol/messages/36-sasl-authenticate.ts'
import { handler, type Handler } from '../handler.ts'

/** SaslAuthenticate v0-2, SEC-01: as SaslHandshake. */
export const saslAuthenticateHandler = (): Handler<typeof saslAuthenticate> =>
  handler(saslAuthenticate, () => ({
    ...saslAuthenticate.response.zero,
    errorCode: errorCode('ILLEGAL_SASL_STATE'),
    errorMessage: 'SaslAuthenticate request received after successful authentication',
  }))
