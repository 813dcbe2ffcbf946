import type { Controller } from '../../controller/controller.ts'
import { decideAlterPartition } from '../../controller/decisions/alter-partition.ts'
import { alterPartition } from '../../protocol/messages/56-alter-partition.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** AlterPartition (56) at the controller: REPL-05. */
export function alterPartitionHandler(controller: Controller): Handler<typeof alterPartition> {
  const { errorCode } = notController
  return decided(alterPartition, controller, decideAlterPartition, () => ({ throttleTimeMs: 0, errorCode, topics: [] }))
}
