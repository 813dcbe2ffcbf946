import type { Controller } from '../../controller/controller.ts'
import { decideClientQuotas } from '../../controller/decisions/client-quotas.ts'
import { alterClientQuotas } from '../../protocol/messages/49-alter-client-quotas.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** AlterClientQuotas (49) at the controller: QUO-07. */
export function alterClientQuotasHandler(controller: Controller): Handler<typeof alterClientQuotas> {
  return decided(alterClientQuotas, controller, decideClientQuotas, request => ({
    throttleTimeMs: 0,
    entries: request.entries.map(({ entity }) => ({ ...notController, entity })),
  }))
}
