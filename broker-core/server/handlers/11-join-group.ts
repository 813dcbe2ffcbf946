import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { joinGroup } from '../../protocol/messages/11-join-group.ts'
import { groupCaller } from '../group-caller.ts'
import { handler, type Handler } from '../handler.ts'

const rebalanceTimeoutSince = 1
const nullableProtocolSince = 7

/** JoinGroup v0-9: GRP-01..06, GRP-10. */
export function joinGroupHandler(deps: { readonly groups: Pick<GroupCoordinator, 'joinGroup'> }): Handler<typeof joinGroup> {
  return handler(joinGroup, async (request, context) => {
    const { apiVersion } = context
    const { sessionTimeoutMs } = request
    // GRP-06: version 0 has one timeout for both.
    const rebalanceTimeoutMs = apiVersion >= rebalanceTimeoutSince ? request.rebalanceTimeoutMs : sessionTimeoutMs
    // Views on the frame would keep all of it for as long as the member lives.
    const protocols = request.protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() }))
    const reply = await deps.groups.joinGroup({ ...request, rebalanceTimeoutMs, protocols, caller: groupCaller(context) })
    const { error, generationId, protocolType, leader, skipAssignment, memberId, members } = reply
    const protocolName = reply.protocolName ?? (apiVersion >= nullableProtocolSince ? null : '')
    return {
      throttleTimeMs: 0,
      errorCode: errorCode(error),
      generationId,
      protocolType,
      protocolName,
      leader,
      skipAssignment,
      memberId,
      members,
    }
  })
}
