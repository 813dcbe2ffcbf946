import type { Controller, ControllerState, Decision } from '../../controller/controller.ts'
import { errorCode, errorMessage } from '../../model/kafka-errors.ts'
import type { Api, RequestOf, ResponseOf } from '../../protocol/api.ts'
import { handler, type Handler } from '../handler.ts'

/** The fields of a refusal by a node that is not the active controller. */
export const notController = { errorCode: errorCode('NOT_CONTROLLER'), errorMessage: errorMessage('NOT_CONTROLLER') }

/** An API whose whole answer is one decision of the active controller; the reply leaves when its records are committed. */
export function decided<A extends Api>(
  api: A,
  controller: Controller,
  decide: (state: ControllerState, request: RequestOf<A>) => Decision<ResponseOf<A>>,
  refuse: (request: RequestOf<A>) => ResponseOf<A>,
): Handler<A> {
  return handler(api, async request => (await controller.perform(state => decide(state, request))) ?? refuse(request))
}
