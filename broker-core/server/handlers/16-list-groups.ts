import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { listGroups } from '../../protocol/messages/16-list-groups.ts'
import { handler, type Handler } from '../handler.ts'

const lowerCase = (names: readonly string[]): Set<string> => new Set(names.map(name => name.toLowerCase()))

/** ListGroups v0-5: filters by state and type (GRP-14). */
export function listGroupsHandler(deps: { readonly groups: Pick<GroupCoordinator, 'listGroups'> }): Handler<typeof listGroups> {
  return handler(listGroups, async ({ statesFilter, typesFilter }) => {
    const { error, groups } = await deps.groups.listGroups({ states: lowerCase(statesFilter), types: lowerCase(typesFilter) })
    return {
      throttleTimeMs: 0,
      errorCode: errorCode(error),
      groups: groups.map(({ groupId, protocolType, state, type }) => ({
        groupId,
        protocolType,
        groupState: state,
        groupType: type,
      })),
    }
  })
}
