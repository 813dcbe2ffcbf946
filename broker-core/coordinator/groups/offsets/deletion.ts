import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import { answer, replyTo } from '../../runtime/machine.ts'
import type { GroupDecision } from '../classic/draft.ts'
import { consumerProtocolType } from '../classic/subscribed-topics.ts'
import type { DeleteGroupCommand, DeleteOffsetsCommand } from '../commands.ts'
import type { GroupFact } from '../facts.ts'
import { groupTombstones, isEmptyGroup, maySubscribeTo, protocolTypeOf } from '../group-view.ts'
import type { GroupsState } from '../state.ts'

/** OffsetDelete (KIP-496): GRP-15. */
export function decideDeleteOffsets(state: GroupsState, command: DeleteOffsetsCommand): GroupDecision {
  const group = state.groups.get(command.groupId)
  if (group === undefined) return answer(command.ticket, 'GROUP_ID_NOT_FOUND')
  const hasMembers = !isEmptyGroup(group)
  if (hasMembers && protocolTypeOf(group) !== consumerProtocolType) return answer(command.ticket, 'NON_EMPTY_GROUP')
  const facts: GroupFact[] = []
  const errors = command.partitions.map(({ topic, partition }): KafkaErrorName => {
    if (hasMembers && maySubscribeTo(group, topic)) return 'GROUP_SUBSCRIBED_TO_TOPIC'
    const { groupId } = command
    const isThere = state.offsets.get(groupId, topic, partition) !== undefined
    if (isThere || state.offsets.isPending(groupId, topic, partition)) {
      facts.push({ kind: 'offset', groupId, topic, partition, offset: undefined })
    }
    return 'NONE'
  })
  return { facts, replies: [replyTo(command.ticket, errors)], timers: [], effects: [] }
}

/** DeleteGroups: GRP-15. */
export function decideDeleteGroup(state: GroupsState, command: DeleteGroupCommand): GroupDecision {
  const group = state.groups.get(command.groupId)
  if (command.groupId === '') return answer(command.ticket, 'INVALID_GROUP_ID')
  if (group === undefined) return answer(command.ticket, 'GROUP_ID_NOT_FOUND')
  if (!isEmptyGroup(group)) return answer(command.ticket, 'NON_EMPTY_GROUP')
  const facts = [...offsetTombstones(state, command.groupId), ...groupTombstones(group)]
  return { facts, replies: [replyTo(command.ticket, 'NONE')], timers: [], effects: [] }
}

/** Every offset of a group, committed or pending, that is meant. */
export function offsetTombstones(
  state: GroupsState,
  groupId: string,
  isMeant: (topic: string, topicId: string) => boolean = () => true,
): GroupFact[] {
  const facts: GroupFact[] = []
  const remove = (topic: string, partition: number, topicId: string): void => {
    if (isMeant(topic, topicId)) facts.push({ kind: 'offset', groupId, topic, partition, offset: undefined })
  }
  for (const topic of state.offsets.topicsOf(groupId)) {
    for (const [partition, { topicId }] of state.offsets.partitionsOf(groupId, topic)) remove(topic, partition, topicId)
  }
  for (const [topic, partition, { topicId }] of state.offsets.pendingPartitions(groupId)) {
    if (state.offsets.get(groupId, topic, partition) === undefined) remove(topic, partition, topicId)
  }
  return facts
}
