import { getInt16 } from '../../base/bytes/big-endian.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { envelope } from '../../protocol/messages/58-envelope.ts'
import { ConnectionMustClose } from '../connection-must-close.ts'
import type { Dispatch, Reply } from '../dispatch.ts'
import { handler, type Handler, type RequestContext } from '../handler.ts'

/** What brokers forward (KIP-590): administration that the active controller decides. */
const forwardable: ReadonlySet<number> = new Set([19, 20, 33, 37, 43, 44, 45, 46, 49, 51, 55, 57, 64, 80, 81, 94])
const sizeBytes = 4

/**
 * Envelope (58) at the controller: META-02. The request inside, header included, is answered as if it had come by itself; the answer, with
 * its header and without a size, goes back inside the envelope's. Our own brokers forward plainly; this is for brokers of Kafka's.
 */
export function envelopeHandler(deps: { dispatch(): Dispatch; isActive(): boolean }): Handler<typeof envelope> {
  return handler(envelope, async ({ requestData }, context) => {
    if (!deps.isActive()) return refused('NOT_CONTROLLER')
    if (requestData.length < 2 || !forwardable.has(getInt16(requestData, 0))) return refused('INVALID_REQUEST')
    try {
      const reply = await deps.dispatch().handle(requestData, caller(context))
      return { responseData: withoutSize(reply), errorCode: 0 }
    } catch (error) {
      if (error instanceof ConnectionMustClose) return refused('UNSUPPORTED_VERSION')
      throw error
    }
  })
}

const refused = (error: 'NOT_CONTROLLER' | 'INVALID_REQUEST' | 'UNSUPPORTED_VERSION') => ({
  responseData: null,
  errorCode: errorCode(error),
})

const caller = ({ connectionId, listener, principal, remoteAddress, isClosed }: RequestContext) => ({
  connectionId,
  listener,
  principal,
  remoteAddress,
  isClosed,
})

function withoutSize(reply: Reply): Uint8Array {
  const chunks = reply ?? []
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole.subarray(sizeBytes)
}
