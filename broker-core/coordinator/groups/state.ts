import type { ClassicGroup } from './classic/classic-group.ts'
import { OffsetStore } from './offsets/offset-store.ts'

export type Group = ClassicGroup

/** Everything that one partition of `__consumer_offsets` says. */
export interface GroupsState {
  readonly groups: Map<string, Group>
  readonly offsets: OffsetStore
}

export const emptyGroupsState = (): GroupsState => ({ groups: new Map(), offsets: new OffsetStore() })
