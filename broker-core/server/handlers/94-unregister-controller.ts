import type { Controller } from '../../controller/controller.ts'
import { decideUnregisterController } from '../../controller/decisions/register-controller.ts'
import { unregisterController } from '../../protocol/messages/94-unregister-controller.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** UnregisterController (94) at the active controller. */
export function unregisterControllerHandler(controller: Controller): Handler<typeof unregisterController> {
  return decided(unregisterController, controller, decideUnregisterController, () => ({ throttleTimeMs: 0, ...notController }))
}
