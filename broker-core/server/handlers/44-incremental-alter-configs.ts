import type { Controller } from '../../controller/controller.ts'
import { decideIncrementalAlterConfigs } from '../../controller/decisions/alter-configs.ts'
import { incrementalAlterConfigs } from '../../protocol/messages/44-incremental-alter-configs.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** IncrementalAlterConfigs (44) at the controller: META-09. */
export function incrementalAlterConfigsHandler(controller: Controller): Handler<typeof incrementalAlterConfigs> {
  return decided(incrementalAlterConfigs, controller, decideIncrementalAlterConfigs, request => ({
    throttleTimeMs: 0,
    responses: request.resources.map(({ resourceType, resourceName }) => ({ ...notController, resourceType, resourceName })),
  }))
}
