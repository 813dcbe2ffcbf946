import { metadataFor, noBytes } from './classic/classic-group.ts'
import { protocolTypeOf, stateNameOf } from './group-view.ts'
import type { Group, GroupsState } from './state.ts'

export interface DescribedGroup {
  readonly groupId: string
  readonly state: string
  readonly protocolType: string
  readonly protocolName: string
  readonly members: readonly {
    readonly memberId: string
    readonly groupInstanceId: string | null
    readonly clientId: string
    readonly clientHost: string
    readonly metadata: Uint8Array
    readonly assignment: Uint8Array
  }[]
}

/** DescribeGroups; undefined: not known as a classic group (GRP-14, CG-12). */
export function describeClassicGroup(state: GroupsState, groupId: string): DescribedGroup | undefined {
  const group = state.groups.get(groupId)
  if (group?.type !== 'classic') return undefined
  const isStable = group.state === 'Stable'
  return {
    groupId,
    state: group.state,
    protocolType: group.protocolType ?? '',
    protocolName: isStable ? (group.protocolName ?? '') : '',
    members: [...group.members.values()].map(member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      // While a protocol is being agreed upon, metadata and assignment are those of nobody.
      metadata: isStable ? metadataFor(member, group.protocolName) : noBytes,
      assignment: isStable ? member.assignment : noBytes,
    })),
  }
}

export interface ListedGroup {
  readonly groupId: string
  readonly protocolType: string
  readonly state: string
  readonly type: 'classic' | 'consumer'
}

export interface GroupFilters {
  /** Lower case; empty: all. */
  readonly states: ReadonlySet<string>
  readonly types: ReadonlySet<string>
}

/** ListGroups: state filter (KIP-518), type filter (KIP-848); both ignore case. */
export function listGroupsIn(state: GroupsState, filters: GroupFilters): ListedGroup[] {
  const listed: ListedGroup[] = []
  for (const group of state.groups.values()) {
    const line = listedGroup(group)
    if (filters.states.size > 0 && !filters.states.has(line.state.toLowerCase())) continue
    if (filters.types.size > 0 && !filters.types.has(line.type)) continue
    listed.push(line)
  }
  return listed
}

const listedGroup = (group: Group): ListedGroup => ({
  groupId: group.groupId,
  protocolType: protocolTypeOf(group) ?? '',
  state: stateNameOf(group),
  type: group.type,
})
