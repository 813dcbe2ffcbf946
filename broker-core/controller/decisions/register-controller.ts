import { errorCode, errorMessage } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { controllerRegistration } from '../../protocol/messages/70-controller-registration.ts'
import type { unregisterController } from '../../protocol/messages/94-unregister-controller.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { answer } from './decision.ts'

/** ControllerRegistration (70), KIP-919: what each node of the quorum is reached by and understands. */
export function decideControllerRegistration(
  state: ControllerState,
  request: RequestOf<typeof controllerRegistration>,
): Decision<ResponseOf<typeof controllerRegistration>> {
  const reply = { throttleTimeMs: 0, errorCode: 0, errorMessage: null }
  const { controllerId, incarnationId, zkMigrationReady, listeners, features } = request
  if (state.image.controllers.get(controllerId)?.incarnationId === incarnationId) return answer(reply)
  const endPoints = listeners
  return {
    records: [{ type: 'RegisterControllerRecord', controllerId, incarnationId, zkMigrationReady, endPoints, features }],
    reply,
  }
}

/** UnregisterController (94). */
export function decideUnregisterController(
  state: ControllerState,
  { controllerId }: RequestOf<typeof unregisterController>,
): Decision<ResponseOf<typeof unregisterController>> {
  const error = 'CONTROLLER_ID_NOT_REGISTERED'
  if (!state.image.controllers.has(controllerId)) {
    return answer({ throttleTimeMs: 0, errorCode: errorCode(error), errorMessage: errorMessage(error) })
  }
  return {
    records: [{ type: 'UnregisterControllerRecord', controllerId }],
    reply: { throttleTimeMs: 0, errorCode: 0, errorMessage: null },
  }
}
