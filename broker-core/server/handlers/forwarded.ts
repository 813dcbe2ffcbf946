import { ControllerUnavailable, type ControllerChannel } from '../../controller/controller-channel.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../protocol/api.ts'
import { ConnectionMustClose } from '../connection-must-close.ts'
import { handler, type Handler } from '../handler.ts'

/** For requests that carry no timeout of their own. */
const timeoutMsDefault = 30_000
/** The controller answers for itself within the request's time; the way there and back comes on top. */
const wayMs = 1_000

/**
 * META-02: a request that only the active controller can decide, passed on in the version that the client chose and answered with
 * the controller's words. Without authorization there is no principal to carry along, so it travels plainly rather than in an
 * Envelope (KIP-590). When no controller answers in time the connection is closed, and the client asks again.
 */
export function forwardedHandler<A extends Api>(api: A, controller: ControllerChannel): Handler<A> {
  return handler(api, async (request, context) => {
    try {
      return await controller.send<A>(api, request, {
        version: context.apiVersion,
        timeoutMs: timeoutMsOf(request) + wayMs,
        isMisdirected: saysNotController,
      })
    } catch (error) {
      if (error instanceof ControllerUnavailable) throw new ConnectionMustClose(`${api.name}: ${error.message}`)
      throw error
    }
  })
}

function timeoutMsOf(request: RequestOf<Api>): number {
  const given: unknown = request.timeoutMs
  return typeof given === 'number' && given > 0 ? given : timeoutMsDefault
}

const notController = errorCode('NOT_CONTROLLER')
const nestingMax = 2

/** Some APIs say it on top, some in every item. */
export function saysNotController(response: ResponseOf<Api>, depth = 0): boolean {
  if (response.errorCode === notController) return true
  if (depth === nestingMax) return false
  return Object.values(response).some(
    value =>
      Array.isArray(value) && value.some(item => item !== null && typeof item === 'object' && saysNotController(item, depth + 1)),
  )
}
