import type { Controller, ControllerState, Decision } from '../../controller/controller.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../protocol/api.ts'
import { handler, type Handler } from '../handler.ts'

export interface DecidedApi<A extends Api> {
  decide(state: ControllerState, request: RequestOf<A>): Decision<ResponseOf<A>>
  /** What NOT_CONTROLLER looks like in this API. */
  refuse(request: RequestOf<A>, notController: number): ResponseOf<A>
}

/** An API whose whole answer is one decision of the active controller; the reply leaves when its records are committed. */
export function decidedHandler<A extends Api>(api: A, controller: Controller, { decide, refuse }: DecidedApi<A>): Handler<A> {
  return handler(api, async request => {
    const reply = await controller.perform(state => decide(state, request))
    return reply ?? refuse(request, errorCode('NOT_CONTROLLER'))
  })
}
