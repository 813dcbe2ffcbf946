import { errorCode } from '../../model/kafka-errors.ts'
import { saslHandshake } from '../../protocol/messages/17-sasl-handshake.ts'
import { handler, type Handler } from '../handler.ts'

/** SaslHandshake v0-1, SEC-01. Gap: listeners are PLAINTEXT, so it is always out of place, and no mechanism is enabled. */
export const saslHandshakeHandler = (): Handler<typeof saslHandshake> =>
  handler(saslHandshake, () => ({ errorCode: errorCode('ILLEGAL_SASL_STATE'), mechanisms: [] }))
