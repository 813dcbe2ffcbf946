import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode, errorMessage } from '../../model/kafka-errors.ts'
import { deleteGroups } from '../../protocol/messages/42-delete-groups.ts'
import { handler, type Handler } from '../handler.ts'

/** DeleteGroups v0-3: GRP-15. */
export function deleteGroupsHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'deleteGroup'>
}): Handler<typeof deleteGroups> {
  return handler(deleteGroups, async ({ groupsNames }) => {
    const results = [...new Set(groupsNames)].map(async groupId => {
      const error = await deps.groups.deleteGroup(groupId)
      return { groupId, errorCode: errorCode(error), errorMessage: error === 'NONE' ? null : errorMessage(error) }
    })
    return { throttleTimeMs: 0, results: await Promise.all(results) }
  })
}
