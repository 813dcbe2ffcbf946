import type { TopicPartition } from '../../model/ids.ts'
import type { CancelSignal } from '../cancel.ts'
import type { KafkaClientError } from '../client-error.ts'

/** Who this consumer is in its group at the moment. */
export interface MemberIdentity {
  readonly memberId: string
  readonly generation: number
  readonly assignor: string
  readonly isLeader: boolean
}

/** What a membership wants done with partitions; each is awaited before the protocol goes on. */
export interface MembershipEvents {
  readonly signal: CancelSignal
  joining(): void
  /** All partitions that the member has now. */
  assigned(partitions: readonly TopicPartition[]): Promise<void>
  /** Partitions to stop reading, commit and give up. */
  revoke(partitions: readonly TopicPartition[]): Promise<void>
  /** Partitions that are another's perhaps. */
  lose(partitions: readonly TopicPartition[]): Promise<void>
  trouble(error: KafkaClientError): void
}

/** One protocol's way of being a member. */
export interface Membership {
  identity(): MemberIdentity
  /** Joins, keeps the membership alive, follows rebalances; until the signal. Rejects with what cannot be mended. */
  run(events: MembershipEvents): Promise<void>
  /** Says goodbye, once. */
  leave(): Promise<void>
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${partition} ${topic}`

/** Partitions of `some` that are not in `others`. */
export function without(some: readonly TopicPartition[], others: readonly TopicPartition[]): readonly TopicPartition[] {
  const names = new Set(others.map(nameOf))
  return some.filter(it => !names.has(nameOf(it)))
}
