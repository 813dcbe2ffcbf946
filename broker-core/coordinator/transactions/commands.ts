import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { Decision, Ticket } from '../runtime/machine.ts'
import type { TopicPartitions, Transaction, TransactionVersion } from './transaction.ts'

export interface ProducerIdentity {
  readonly producerId: number
  readonly producerEpoch: number
}

export interface InitReply extends ProducerIdentity {
  readonly error: KafkaErrorName
  /** Nothing has happened: ask again with a `freshProducerId`. */
  readonly needsProducerId?: true
}

export interface InitCommand {
  readonly kind: 'init'
  readonly ticket: Ticket<InitReply>
  readonly transactionalId: string
  readonly timeoutMs: number
  /** What the client has (KIP-360). */
  readonly expected: ProducerIdentity | undefined
  readonly freshProducerId: number | undefined
}

export interface AddPartitionsCommand extends ProducerIdentity {
  readonly kind: 'add-partitions'
  readonly ticket: Ticket<KafkaErrorName>
  readonly transactionalId: string
  readonly topics: readonly TopicPartitions[]
  readonly clientVersion: TransactionVersion
}

export interface VerifyCommand extends ProducerIdentity {
  readonly kind: 'verify'
  /** One error for all, or one for each partition in order. */
  readonly ticket: Ticket<KafkaErrorName | readonly KafkaErrorName[]>
  readonly transactionalId: string
  readonly topics: readonly TopicPartitions[]
}

export interface EndReply extends ProducerIdentity {
  readonly error: KafkaErrorName
  readonly needsProducerId?: true
}

export interface EndCommand extends ProducerIdentity {
  readonly kind: 'end'
  readonly ticket: Ticket<EndReply>
  readonly transactionalId: string
  readonly committed: boolean
  readonly clientVersion: TransactionVersion
  readonly freshProducerId: number | undefined
}

/** All markers of a prepared transaction are written. */
export interface CompleteCommand {
  readonly kind: 'complete'
  /** As the state had it. Id and epoch of the producer do not tell it from the next one, where clients keep their epoch. */
  readonly prepared: Transaction
  readonly ticket: Ticket<KafkaErrorName>
}

export type TransactionCommand =
  | InitCommand
  | AddPartitionsCommand
  | VerifyCommand
  | EndCommand
  | CompleteCommand
  | { readonly kind: 'abort-timed-out' }
  | { readonly kind: 'expire-ids' }

/** The whole state of a transactional id; undefined: its tombstone. */
export interface TransactionFact {
  readonly transactionalId: string
  readonly transaction: Transaction | undefined
}

/** A prepared transaction is stored: its markers are to be written. */
export interface SendMarkers {
  readonly kind: 'send-markers'
  readonly transaction: Transaction
}

export type TransactionDecision = Decision<TransactionCommand, TransactionFact, SendMarkers>

export type TransactionsState = Map<string, Transaction>
