import type { KafkaErrorName } from '../../../model/kafka-errors.ts'
import type { Ticket } from '../../runtime/machine.ts'
import type { GroupCaller } from '../commands.ts'

export interface TopicIdPartitions {
  readonly topicId: string
  readonly partitions: readonly number[]
}

export interface ConsumerHeartbeatReply {
  readonly error: KafkaErrorName
  readonly message: string | null
  readonly memberId: string
  readonly memberEpoch: number
  readonly heartbeatIntervalMs: number
  /** Null: as the member knows it (CG-08). */
  readonly assignment: readonly TopicIdPartitions[] | null
}

/** Null and -1 stand for "as before" (CG-02). */
export interface ConsumerHeartbeatCommand {
  readonly kind: 'consumer-heartbeat'
  readonly ticket: Ticket<ConsumerHeartbeatReply>
  readonly caller: GroupCaller
  readonly groupId: string
  readonly memberId: string
  readonly memberEpoch: number
  readonly instanceId: string | null
  readonly rackId: string | null
  readonly rebalanceTimeoutMs: number
  readonly subscribedTopicNames: readonly string[] | null
  readonly subscribedTopicRegex: string | null
  readonly serverAssignor: string | null
  readonly ownedPartitions: readonly TopicIdPartitions[] | null
  /** The id of a member that comes without one (version 0). */
  readonly freshId: string
}

export type ConsumerCommand =
  | ConsumerHeartbeatCommand
  | { readonly kind: 'consumer-session-expired'; readonly groupId: string; readonly memberId: string }
  /** CG-06: the member was in this epoch when it was told to give partitions up. */
  | {
      readonly kind: 'consumer-revocation-expired'
      readonly groupId: string
      readonly memberId: string
      readonly memberEpoch: number
    }
