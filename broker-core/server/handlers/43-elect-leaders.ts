import type { Controller } from '../../controller/controller.ts'
import { decideElectLeaders } from '../../controller/decisions/elect-leaders.ts'
import { electLeaders } from '../../protocol/messages/43-elect-leaders.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** ElectLeaders (43) at the controller: LEAD-02, LEAD-03. */
export function electLeadersHandler(controller: Controller): Handler<typeof electLeaders> {
  return decided(electLeaders, controller, decideElectLeaders, request => ({
    throttleTimeMs: 0,
    errorCode: notController.errorCode,
    // Version 0 has no error of its own, only those of partitions.
    replicaElectionResults: (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(partitionId => ({ partitionId, ...notController })),
    })),
  }))
}
