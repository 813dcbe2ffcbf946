import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { FactProducer, Ticket } from '../runtime/machine.ts'
import type { ClassicProtocol, JoinReply, SyncReply } from './classic/classic-group.ts'
import type { ConsumerCommand } from './consumer/commands.ts'

/** Who asks, as groups remember it. `apiVersion` is that of the request: some rules depend on it. */
export interface GroupCaller {
  readonly clientId: string
  /** Kafka's form: a slash and the address. */
  readonly clientHost: string
  readonly apiVersion: number
}

export interface MemberIdentity {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export interface JoinCommand extends MemberIdentity {
  readonly kind: 'join'
  readonly ticket: Ticket<JoinReply>
  readonly caller: GroupCaller
  readonly groupId: string
  /** Random part of the member id, should one be given out. */
  readonly freshId: string
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  readonly protocolType: string
  readonly protocols: readonly ClassicProtocol[]
}

export interface SyncCommand extends MemberIdentity {
  readonly kind: 'sync'
  readonly ticket: Ticket<SyncReply>
  readonly groupId: string
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[]
}

export interface HeartbeatCommand extends MemberIdentity {
  readonly kind: 'heartbeat'
  readonly ticket: Ticket<KafkaErrorName>
  readonly groupId: string
  readonly generationId: number
}

export interface LeaveReply {
  readonly error: KafkaErrorName
  readonly members: readonly (MemberIdentity & { readonly error: KafkaErrorName })[]
}

export interface LeaveCommand {
  readonly kind: 'leave'
  readonly ticket: Ticket<LeaveReply>
  readonly groupId: string
  readonly members: readonly MemberIdentity[]
}

/** An offset as a client commits it. */
export interface OffsetToCommit {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

export interface CommitOffsetsCommand extends MemberIdentity {
  readonly kind: 'commit-offsets'
  /** One error per offset, in order; or one for all. */
  readonly ticket: Ticket<CommitReply>
  readonly apiVersion: number
  readonly groupId: string
  readonly generationIdOrMemberEpoch: number
  /** Explicit retention of versions 2 to 4; -1: the broker's. */
  readonly retentionTimeMs: number
  readonly offsets: readonly OffsetToCommit[]
  /** TxnOffsetCommit: the offsets are pending until the transaction ends (TXN-08). */
  readonly producer?: FactProducer
}

export type CommitReply = KafkaErrorName | readonly KafkaErrorName[]

export interface OffsetToDelete {
  readonly topic: string
  readonly partition: number
}

export interface DeleteOffsetsCommand {
  readonly kind: 'delete-offsets'
  readonly ticket: Ticket<CommitReply>
  readonly groupId: string
  readonly partitions: readonly OffsetToDelete[]
}

export interface DeleteGroupCommand {
  readonly kind: 'delete-group'
  readonly ticket: Ticket<KafkaErrorName>
  readonly groupId: string
}

export interface CompleteTransactionCommand {
  readonly kind: 'complete-transaction'
  readonly ticket: Ticket<KafkaErrorName>
  readonly producer: FactProducer
  readonly coordinatorEpoch: number
  readonly committed: boolean
  /** Of the marker: 2 demands a strictly greater epoch (TXN-12). */
  readonly transactionVersion: number
}

/** What time and the rest of the broker ask of a group. */
export type ClassicTimerCommand =
  | { readonly kind: 'session-expired'; readonly groupId: string; readonly memberId: string }
  | { readonly kind: 'join-timeout'; readonly groupId: string }
  | { readonly kind: 'initial-delay'; readonly groupId: string; readonly delayMs: number; readonly remainingMs: number }
  | { readonly kind: 'sync-timeout'; readonly groupId: string; readonly generationId: number }

export type HousekeepingCommand =
  | { readonly kind: 'expire-offsets' }
  | { readonly kind: 'topics-deleted'; readonly topics: readonly { readonly name: string; readonly topicId: string }[] }

export type GroupCommand =
  | JoinCommand
  | SyncCommand
  | HeartbeatCommand
  | LeaveCommand
  | CommitOffsetsCommand
  | DeleteOffsetsCommand
  | DeleteGroupCommand
  | CompleteTransactionCommand
  | ClassicTimerCommand
  | HousekeepingCommand
  | ConsumerCommand
