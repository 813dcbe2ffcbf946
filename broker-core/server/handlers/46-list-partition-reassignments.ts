import type { Controller } from '../../controller/controller.ts'
import { decideListReassignments } from '../../controller/decisions/reassign.ts'
import { listPartitionReassignments } from '../../protocol/messages/46-list-partition-reassignments.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** ListPartitionReassignments (46) at the controller: LEAD-11. */
export function listPartitionReassignmentsHandler(controller: Controller): Handler<typeof listPartitionReassignments> {
  return decided(listPartitionReassignments, controller, decideListReassignments, () => ({
    throttleTimeMs: 0,
    ...notController,
    topics: [],
  }))
}
