import type { Controller } from '../../controller/controller.ts'
import { decideUpdateFeatures } from '../../controller/decisions/features.ts'
import { updateFeatures } from '../../protocol/messages/57-update-features.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** UpdateFeatures (57) at the controller: META-11. */
export function updateFeaturesHandler(controller: Controller): Handler<typeof updateFeatures> {
  return decided(updateFeatures, controller, decideUpdateFeatures, () => ({ throttleTimeMs: 0, ...notController, results: [] }))
}
