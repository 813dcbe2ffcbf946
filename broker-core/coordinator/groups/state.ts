import type { ClassicGroup } from './classic/classic-group.ts'
import type { ConsumerGroup } from './consumer/consumer-group.ts'
import { OffsetStore } from './offsets/offset-store.ts'

export type Group = ClassicGroup | ConsumerGroup

/** Everything that one partition of `__consumer_offsets` says. */
export interface GroupsState {
  readonly groups: Map<string, Group>
  readonly offsets: OffsetStore
}

export const emptyGroupsState = (): GroupsState => ({ groups: new Map(), offsets: new OffsetStore() })

export function classicGroupIn(state: GroupsState, groupId: string): ClassicGroup | undefined {
  const group = state.groups.get(groupId)
  return group?.type === 'classic' ? group : undefined
}

export function consumerGroupIn(state: GroupsState, groupId: string): ConsumerGroup | undefined {
  const group = state.groups.get(groupId)
  return group?.type === 'consumer' ? group : undefined
}
