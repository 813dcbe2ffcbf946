import type { Controller } from '../../controller/controller.ts'
import { decideAllocateProducerIds } from '../../controller/decisions/producer-ids.ts'
import { allocateProducerIds } from '../../protocol/messages/67-allocate-producer-ids.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** AllocateProducerIds (67) at the controller: IDEM-01. */
export function allocateProducerIdsHandler(controller: Controller): Handler<typeof allocateProducerIds> {
  return decided(allocateProducerIds, controller, decideAllocateProducerIds, () => ({
    throttleTimeMs: 0,
    errorCode: notController.errorCode,
    producerIdStart: 0,
    producerIdLen: 0,
  }))
}
