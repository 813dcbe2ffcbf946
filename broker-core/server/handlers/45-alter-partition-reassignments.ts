import type { Controller } from '../../controller/controller.ts'
import { decideReassignments } from '../../controller/decisions/reassign.ts'
import { alterPartitionReassignments } from '../../protocol/messages/45-alter-partition-reassignments.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** AlterPartitionReassignments (45) at the controller: LEAD-09 to LEAD-11. */
export function alterPartitionReassignmentsHandler(controller: Controller): Handler<typeof alterPartitionReassignments> {
  return decided(alterPartitionReassignments, controller, decideReassignments, request => ({
    throttleTimeMs: 0,
    allowReplicationFactorChange: request.allowReplicationFactorChange,
    ...notController,
    responses: [],
  }))
}
