import { groupTombstones, isEmptyGroup } from '../group-view.ts'
import type { GroupsState } from '../state.ts'
import type { GroupDecision } from '../classic/draft.ts'
import { joinRefusal } from '../classic/draft.ts'
import { decideJoin } from '../classic/join.ts'
import type { JoinCommand } from '../commands.ts'
import type { GroupSettings } from '../settings.ts'
import { answer } from '../../runtime/machine.ts'
import type { ConsumerHeartbeatCommand } from './commands.ts'
import { joinEpoch } from './consumer-group.ts'
import type { FoundGroup } from './heartbeat.ts'

/** The group that a consumer heartbeat is about. A classic one without members becomes a consumer group with the first that joins. */
export function groupForConsumer(state: GroupsState, command: ConsumerHeartbeatCommand): FoundGroup {
  const group = state.groups.get(command.groupId)
  if (group === undefined || group.type === 'consumer') return { group, before: [] }
  if (command.memberEpoch === joinEpoch && isEmptyGroup(group)) return { group: undefined, before: groupTombstones(group) }
  return { group: undefined, before: [] }
}

/** JoinGroup, whatever the group is. A consumer group without members becomes a classic one with the first that joins. */
export function decideAnyJoin(state: GroupsState, command: JoinCommand, nowMs: number, settings: GroupSettings): GroupDecision {
  const group = state.groups.get(command.groupId)
  if (group?.type !== 'consumer') return decideJoin(group, command, nowMs, settings)
  if (!isEmptyGroup(group)) return answer(command.ticket, joinRefusal('INCONSISTENT_GROUP_PROTOCOL', command.memberId))
  const decision = decideJoin(undefined, command, nowMs, settings)
  return decision.facts.length === 0 ? decision : { ...decision, facts: [...groupTombstones(group), ...decision.facts] }
}
