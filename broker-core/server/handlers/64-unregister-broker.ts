import type { Controller } from '../../controller/controller.ts'
import { decideUnregisterBroker } from '../../controller/decisions/unregister-broker.ts'
import { unregisterBroker } from '../../protocol/messages/64-unregister-broker.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** UnregisterBroker (64) at the controller. */
export function unregisterBrokerHandler(controller: Controller): Handler<typeof unregisterBroker> {
  return decided(unregisterBroker, controller, decideUnregisterBroker, () => ({ throttleTimeMs: 0, ...notController }))
}
