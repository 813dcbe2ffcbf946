import type { Controller } from '../../controller/controller.ts'
import { decideAlterConfigs } from '../../controller/decisions/alter-configs.ts'
import { alterConfigs } from '../../protocol/messages/33-alter-configs.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** AlterConfigs (33) at the controller: META-09. */
export function alterConfigsHandler(controller: Controller): Handler<typeof alterConfigs> {
  return decided(alterConfigs, controller, decideAlterConfigs, request => ({
    throttleTimeMs: 0,
    responses: request.resources.map(({ resourceType, resourceName }) => ({ ...notController, resourceType, resourceName })),
  }))
}
