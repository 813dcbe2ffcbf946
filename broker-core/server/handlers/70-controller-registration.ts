import type { Controller } from '../../controller/controller.ts'
import { decideControllerRegistration } from '../../controller/decisions/register-controller.ts'
import { controllerRegistration } from '../../protocol/messages/70-controller-registration.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** ControllerRegistration (70) at the active controller: KIP-919. */
export function controllerRegistrationHandler(controller: Controller): Handler<typeof controllerRegistration> {
  return decided(controllerRegistration, controller, decideControllerRegistration, () => ({
    throttleTimeMs: 0,
    ...notController,
  }))
}
