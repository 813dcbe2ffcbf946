import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { syncGroup } from '../../protocol/messages/14-sync-group.ts'
import { handler, type Handler } from '../handler.ts'

const protocolSince = 5

/** SyncGroup v0-5: GRP-07, GRP-09, GRP-13. */
export function syncGroupHandler(deps: { readonly groups: Pick<GroupCoordinator, 'syncGroup'> }): Handler<typeof syncGroup> {
  return handler(syncGroup, async (request, { apiVersion }) => {
    // KIP-559: whoever can name the protocol must.
    if (apiVersion >= protocolSince && (request.protocolType === null || request.protocolName === null)) {
      return { ...syncGroup.response.zero, errorCode: errorCode('INCONSISTENT_GROUP_PROTOCOL') }
    }
    // Views on the frame would keep all of it for as long as the member lives.
    const assignments = request.assignments.map(({ memberId, assignment }) => ({ memberId, assignment: assignment.slice() }))
    const { error, protocolType, protocolName, assignment } = await deps.groups.syncGroup({ ...request, assignments })
    return { throttleTimeMs: 0, errorCode: errorCode(error), protocolType, protocolName, assignment }
  })
}
