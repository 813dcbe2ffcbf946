import { groupTombstones, isEmptyGroup } from '../group-view.ts'
import type { GroupsState } from '../state.ts'
import { type ConsumerHeartbeatCommand } from './commands.ts'
import { joinEpoch } from './consumer-group.ts'
import type { FoundGroup } from './heartbeat.ts'

/** The group that a consumer heartbeat is about. A classic one without members becomes a consumer group with the first that joins. */
export function groupForConsumer(state: GroupsState, command: ConsumerHeartbeatCommand): FoundGroup {
  const group = state.groups.get(command.groupId)
  if (group === undefined || group.type === 'consumer') return { group, before: [] }
  if (command.memberEpoch === joinEpoch && isEmptyGroup(group)) return { group: undefined, before: groupTombstones(group) }
  return { group: undefined, before: [] }
}
