import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { heartbeat } from '../../protocol/messages/12-heartbeat.ts'
import { handler, type Handler } from '../handler.ts'

/** Heartbeat v0-4: the table of the classic group states, GRP-12. */
export function heartbeatHandler(deps: { readonly groups: Pick<GroupCoordinator, 'heartbeat'> }): Handler<typeof heartbeat> {
  return handler(heartbeat, async request => ({
    throttleTimeMs: 0,
    errorCode: errorCode(await deps.groups.heartbeat(request)),
  }))
}
