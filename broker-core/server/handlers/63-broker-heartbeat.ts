import type { Controller } from '../../controller/controller.ts'
import { decideBrokerHeartbeat } from '../../controller/decisions/heartbeat.ts'
import { brokerHeartbeat } from '../../protocol/messages/63-broker-heartbeat.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** BrokerHeartbeat (63) at the controller: REPL-19, REPL-20. */
export function brokerHeartbeatHandler(controller: Controller): Handler<typeof brokerHeartbeat> {
  const refuse = () => ({
    throttleTimeMs: 0,
    errorCode: notController.errorCode,
    isCaughtUp: false,
    isFenced: true,
    shouldShutDown: false,
  })
  const { api, handle } = decided(brokerHeartbeat, controller, decideBrokerHeartbeat, refuse)
  return {
    api,
    handle(request, context) {
      controller.heard(request)
      return handle(request, context)
    },
  }
}
