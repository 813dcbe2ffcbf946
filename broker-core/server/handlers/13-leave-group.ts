import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { leaveGroup } from '../../protocol/messages/13-leave-group.ts'
import { handler, type Handler } from '../handler.ts'

const severalMembersSince = 3

/** LeaveGroup v0-5: GRP-08, GRP-10. */
export function leaveGroupHandler(deps: { readonly groups: Pick<GroupCoordinator, 'leaveGroup'> }): Handler<typeof leaveGroup> {
  return handler(leaveGroup, async ({ groupId, memberId, members }, { apiVersion }) => {
    const isSingle = apiVersion < severalMembersSince
    const leaving = isSingle ? [{ memberId, groupInstanceId: null }] : members
    const reply = await deps.groups.leaveGroup({ groupId, members: leaving })
    const error = isSingle && reply.error === 'NONE' ? (reply.members[0]?.error ?? 'NONE') : reply.error
    return {
      throttleTimeMs: 0,
      errorCode: errorCode(error),
      members: isSingle ? [] : reply.members.map(member => ({ ...member, errorCode: errorCode(member.error) })),
    }
  })
}
