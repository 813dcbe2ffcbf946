import { WireFormatError } from '../../../base/bytes/wire-format-error.ts'
import { decodeVersionedLeniently, type MessageOf } from '../../../protocol/message.ts'
import { consumerProtocolSubscription } from '../../../protocol/embedded/consumer-protocol.ts'
import { type ClassicGroup, metadataFor } from './classic-group.ts'

export const consumerProtocolType = 'consumer'

/** What a member's metadata says in the consumer protocol; undefined for bytes that are not such. */
export function subscriptionIn(metadata: Uint8Array): MessageOf<typeof consumerProtocolSubscription> | undefined {
  try {
    return decodeVersionedLeniently(consumerProtocolSubscription, metadata)
  } catch (error) {
    // Members may put anything here; who cannot be understood subscribes to nothing that is known.
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

/** Topics of all members in the selected protocol; undefined when that is not the consumer protocol or one cannot be read. */
export function subscribedTopicsOf(group: ClassicGroup): ReadonlySet<string> | undefined {
  if (group.protocolType !== consumerProtocolType || group.protocolName === null) return undefined
  const topics = new Set<string>()
  for (const member of group.members.values()) {
    const subscription = subscriptionIn(metadataFor(member, group.protocolName))
    if (subscription === undefined) return undefined
    for (const topic of subscription.topics) topics.add(topic)
  }
  return topics
}
