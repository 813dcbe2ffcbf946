import { Reader } from '../../../base/bytes/reader.ts'
import { WireFormatError } from '../../../base/bytes/wire-format-error.ts'
import { decodeVersionedLeniently, encodeVersioned } from '../../../protocol/message.ts'
import { consumerProtocolAssignment } from '../../../protocol/embedded/consumer-protocol.ts'
import type { CoordinatorMetadata } from '../../ports.ts'
import type { TopicIdPartitions } from './commands.ts'
import type { Owned, Target } from './consumer-group.ts'

/** Partitions in the words of the classic consumer protocol, in the version that the member's own subscription has. */
export function embeddedAssignment(
  owned: Owned | Target,
  subscription: Uint8Array | undefined,
  metadata: Pick<CoordinatorMetadata, 'topicById'>,
): Uint8Array {
  const assignedPartitions = [...owned].flatMap(([topicId, partitions]) => {
    const topic = metadata.topicById(topicId)?.name
    return topic === undefined ? [] : [{ topic, partitions: [...partitions.keys()].toSorted((a, b) => a - b) }]
  })
  const [versionMin, versionMax] = consumerProtocolAssignment.versions
  const version = subscription === undefined || subscription.length < 2 ? versionMin : new Reader(subscription).int16()
  const known = Math.min(Math.max(version, versionMin), versionMax)
  return encodeVersioned(consumerProtocolAssignment, known, { assignedPartitions, userData: null })
}

/** Undefined for bytes that are no assignment. */
export function partitionsInAssignment(
  bytes: Uint8Array,
  metadata: Pick<CoordinatorMetadata, 'topic'>,
): readonly TopicIdPartitions[] | undefined {
  if (bytes.length === 0) return []
  try {
    return withTopicIds(decodeVersionedLeniently(consumerProtocolAssignment, bytes).assignedPartitions, metadata)
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

export const withTopicIds = (
  named: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
  metadata: Pick<CoordinatorMetadata, 'topic'>,
): readonly TopicIdPartitions[] =>
  named.flatMap(({ topic, partitions }) => {
    const topicId = metadata.topic(topic)?.topicId
    return topicId === undefined ? [] : [{ topicId, partitions }]
  })
