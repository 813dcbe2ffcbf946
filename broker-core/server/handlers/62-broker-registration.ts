import type { Controller } from '../../controller/controller.ts'
import { decideBrokerRegistration } from '../../controller/decisions/register-broker.ts'
import { brokerRegistration } from '../../protocol/messages/62-broker-registration.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** BrokerRegistration (62) at the controller. */
export function brokerRegistrationHandler(controller: Controller): Handler<typeof brokerRegistration> {
  const { errorCode } = notController
  return decided(brokerRegistration, controller, decideBrokerRegistration, () => ({
    throttleTimeMs: 0,
    errorCode,
    brokerEpoch: -1,
  }))
}
