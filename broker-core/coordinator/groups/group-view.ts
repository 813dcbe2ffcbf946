import { consumerGroupState, subscribedTopicsIn } from './consumer/consumer-group.ts'
import type { GroupFact } from './facts.ts'
import type { Group } from './state.ts'

/** What is asked of a group whatever its protocol. */
export const stateNameOf = (group: Group): string => (group.type === 'classic' ? group.state : consumerGroupState(group))

export const isEmptyGroup = (group: Group): boolean =>
  group.type === 'classic' ? group.state === 'Empty' : group.members.size === 0

/** Null: a group that only keeps offsets. */
export const protocolTypeOf = (group: Group): string | null => (group.type === 'classic' ? group.protocolType : 'consumer')

/** False only where it is known that nobody does. */
export const maySubscribeTo = (group: Group, topic: string): boolean =>
  group.type === 'classic' ? group.subscribedTopics?.has(topic) !== false : subscribedTopicsIn(group).has(topic)

/** Nobody is in it, and nobody is about to be. */
export const isDeserted = (group: Group): boolean =>
  isEmptyGroup(group) && (group.type === 'consumer' || group.pendingMembers.size === 0)

/** Everything that the log holds of a group whose members are gone. */
export function groupTombstones(group: Group): GroupFact[] {
  const { groupId } = group
  if (group.type === 'classic') return [{ kind: 'classic-group', groupId, group: undefined, stored: true }]
  const members = [...group.members.keys()].flatMap((memberId): GroupFact[] => [
    { kind: 'consumer-current', groupId, memberId, progress: undefined },
    { kind: 'consumer-target', groupId, memberId, target: undefined },
    { kind: 'consumer-member', groupId, memberId, member: undefined },
  ])
  const regexes = [...group.regexes.keys()].map(
    (regex): GroupFact => ({ kind: 'consumer-regex', groupId, regex, resolved: undefined }),
  )
  return [
    ...members,
    ...regexes,
    { kind: 'consumer-target-epoch', groupId, epoch: undefined, timestampMs: 0 },
    { kind: 'consumer-epoch', groupId, epoch: undefined, metadataHash: 0n },
  ]
}
