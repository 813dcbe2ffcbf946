import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import type { ConsumerGroup } from '../consumer/consumer-group.ts'
import { consumerGroupIn, type GroupsState } from '../state.ts'

export interface OffsetsToFetch {
  readonly groupId: string
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null: all that there are. */
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null
  /** OFF-04 */
  readonly requireStable: boolean
}

export interface FetchedOffset {
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
  readonly error: KafkaErrorName
}

export interface FetchedOffsets {
  readonly error: KafkaErrorName
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly FetchedOffset[] }[]
}

/** OffsetFetch of one group: OFF-03, OFF-04. */
export function fetchOffsetsIn(state: GroupsState, wanted: OffsetsToFetch): FetchedOffsets {
  const refusal = memberRefusal(consumerGroupIn(state, wanted.groupId), wanted)
  if (refusal !== undefined) return { error: refusal, topics: [] }
  const topics = wanted.topics ?? everything(state, wanted.groupId)
  return {
    error: 'NONE',
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(partition => fetched(state, wanted, topic, partition)),
    })),
  }
}

/** OFF-08: who says that it is a member must be one, in its epoch. */
function memberRefusal(group: ConsumerGroup | undefined, { memberEpoch, memberId }: OffsetsToFetch): KafkaErrorName | undefined {
  if (group === undefined || (memberEpoch < 0 && (memberId === null || memberId === ''))) return undefined
  const member = group.members.get(memberId ?? '')
  if (member === undefined) return 'UNKNOWN_MEMBER_ID'
  return member.epoch === memberEpoch ? undefined : 'STALE_MEMBER_EPOCH'
}

function everything(state: GroupsState, groupId: string): NonNullable<OffsetsToFetch['topics']> {
  const topics = new Map<string, Set<number>>()
  for (const topic of state.offsets.topicsOf(groupId)) {
    topics.set(topic, new Set([...state.offsets.partitionsOf(groupId, topic)].map(([partition]) => partition)))
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }))
}

function fetched(
  state: GroupsState,
  { groupId, requireStable }: OffsetsToFetch,
  topic: string,
  partition: number,
): FetchedOffset {
  if (requireStable && state.offsets.isPending(groupId, topic, partition)) return noOffset(partition, 'UNSTABLE_OFFSET_COMMIT')
  const stored = state.offsets.get(groupId, topic, partition)
  if (stored === undefined) return noOffset(partition, 'NONE')
  return { partition, offset: stored.offset, leaderEpoch: stored.leaderEpoch, metadata: stored.metadata, error: 'NONE' }
}

export const noOffset = (partition: number, error: KafkaErrorName): FetchedOffset => ({
  partition,
  offset: -1,
  leaderEpoch: -1,
  metadata: '',
  error,
})
