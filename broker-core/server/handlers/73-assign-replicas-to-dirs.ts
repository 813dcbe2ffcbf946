import type { Controller } from '../../controller/controller.ts'
import { decideAssignDirectories } from '../../controller/decisions/assign-directories.ts'
import { assignReplicasToDirs } from '../../protocol/messages/73-assign-replicas-to-dirs.ts'
import type { Handler } from '../handler.ts'
import { decided, notController } from './decided.ts'

/** AssignReplicasToDirs (73) at the controller: KIP-858. */
export function assignReplicasToDirsHandler(controller: Controller): Handler<typeof assignReplicasToDirs> {
  return decided(assignReplicasToDirs, controller, decideAssignDirectories, () => ({
    throttleTimeMs: 0,
    errorCode: notController.errorCode,
    directories: [],
  }))
}
