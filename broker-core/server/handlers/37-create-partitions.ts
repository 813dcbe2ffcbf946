import type { Controller } from '../../controller/controller.ts'
import { decideCreatePartitions } from '../../controller/decisions/create-partitions.ts'
import { createPartitions } from '../../protocol/messages/37-create-partitions.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** CreatePartitions (37) at the controller: META-07. */
export function createPartitionsHandler(controller: Controller): Handler<typeof createPartitions> {
  return decided(createPartitions, controller, decideCreatePartitions, request => ({
    throttleTimeMs: 0,
    results: request.topics.map(({ name }) => ({ name, ...notController })),
  }))
}
