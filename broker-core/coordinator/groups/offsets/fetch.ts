import { zeroUuid } from '../../../base/bytes/uuid.ts'
import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import type { ConsumerGroup } from '../consumer/consumer-group.ts'
import { consumerGroupIn, type GroupsState } from '../state.ts'
import type { StoredOffset } from './offset-store.ts'

export interface OffsetsToFetch {
  readonly groupId: string
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null: all that there are. */
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null
  /** OFF-04 */
  readonly requireStable: boolean
  /** The id that a topic has by now: offsets of a former topic of its name count no more (OFF-06). Undefined: whichever. */
  readonly topicIdOf?: (topic: string) => string | undefined
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
  const topics = wanted.topics ?? everything(state, wanted)
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

function everything(state: GroupsState, wanted: OffsetsToFetch): NonNullable<OffsetsToFetch['topics']> {
  const { groupId } = wanted
  return [...state.offsets.topicsOf(groupId)].flatMap(topic => {
    const partitions = [...state.offsets.partitionsOf(groupId, topic)].flatMap(([partition, stored]) =>
      isOfNamesake(wanted, topic, stored) ? [] : [partition],
    )
    return partitions.length === 0 ? [] : [{ topic, partitions }]
  })
}

function isOfNamesake({ topicIdOf }: OffsetsToFetch, topic: string, { topicId }: StoredOffset): boolean {
  const present = topicIdOf?.(topic)
  return present !== undefined && topicId !== zeroUuid && topicId !== present
}

function fetched(state: GroupsState, wanted: OffsetsToFetch, topic: string, partition: number): FetchedOffset {
  const { groupId, requireStable } = wanted
  if (requireStable && state.offsets.isPending(groupId, topic, partition)) return noOffset(partition, 'UNSTABLE_OFFSET_COMMIT')
  const stored = state.offsets.get(groupId, topic, partition)
  if (stored === undefined || isOfNamesake(wanted, topic, stored)) return noOffset(partition, 'NONE')
  return { partition, offset: stored.offset, leaderEpoch: stored.leaderEpoch, metadata: stored.metadata, error: 'NONE' }
}

export const noOffset = (partition: number, error: KafkaErrorName): FetchedOffset => ({
  partition,
  offset: -1,
  leaderEpoch: -1,
  metadata: '',
  error,
})
