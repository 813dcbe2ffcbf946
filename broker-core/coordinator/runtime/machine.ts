import type { KafkaErrorName } from '../../model/kafka-errors.ts'

/**
 * The shape of every coordinator. `decide` reads the state and changes nothing; `evolve` alone changes it (in place: a shard owns its
 * state) and is total. Facts that `encode` to a record are replicated before anyone hears of them; the others are soft state that a
 * new coordinator rebuilds from its clients (a member waiting in the join phase). Loading is evolve over the decoded log.
 */
export interface Machine<State, Command, Fact, Effect> {
  initial(): State
  decide(state: State, command: Command, nowMs: number): Decision<Command, Fact, Effect>
  evolve(state: State, fact: Fact): void
  /** Undefined: soft state, never written. */
  encode(fact: Fact): PersistedFact | undefined
  /** Undefined: a record of a type that this version does not know (INT-03: skipped). */
  decode(persisted: PersistedFact, timestampMs: number): Fact | undefined
  /** Once after loading: timers and unfinished work that the log left behind. */
  loaded(state: State, nowMs: number): Decision<Command, Fact, Effect>
}

export interface Decision<Command, Fact, Effect = never> {
  readonly facts: readonly Fact[]
  /** Released once the facts, and all earlier ones, are committed. */
  readonly replies: readonly Reply[]
  readonly timers: readonly TimerChange<Command>[]
  /** Those of `timers` that count also where the log refuses the facts: somebody was heard of. */
  readonly heard?: readonly TimerChange<Command>[]
  /** Things to do outside of the state, once the facts are committed. */
  readonly effects: readonly Effect[]
}

/** What stands in the log. Markers are control batches, records with a producer are transactional batches. */
export type PersistedFact = PersistedRecord | PersistedMarker

export interface PersistedRecord {
  readonly kind: 'record'
  readonly key: Uint8Array
  /** Null: tombstone. */
  readonly value: Uint8Array | null
  readonly producer?: FactProducer
}

export interface PersistedMarker {
  readonly kind: 'marker'
  readonly producer: FactProducer
  readonly coordinatorEpoch: number
  readonly committed: boolean
}

export interface FactProducer {
  readonly producerId: number
  readonly producerEpoch: number
}

/** Stands for somebody who waits for a `Reply`. Parking a request is keeping its ticket in the state. */
export type Ticket<Value> = number & { readonly [awaited]?: (value: Value) => void }
declare const awaited: unique symbol

export interface Reply {
  readonly ticket: number
  readonly value: unknown
}

export const replyTo = <Value>(ticket: Ticket<Value>, value: Value): Reply => ({ ticket, value })

/**
 * A wish about time. A timer runs its command once; setting a key again replaces the earlier timer, also when that one has fired and
 * its command still waits in the mailbox.
 */
export type TimerChange<Command> =
  | { readonly key: string; readonly delayMs: number; readonly command: Command }
  | { readonly key: string; readonly cancel: true }

/** What a client hears instead of a reply when a shard cannot serve: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, …. */
export type Refusal<Value> = (error: KafkaErrorName) => Value

export const nothing: Decision<never, never, never> = { facts: [], replies: [], timers: [], effects: [] }

export const answer = <Value>(ticket: Ticket<Value>, value: Value): Decision<never, never, never> => ({
  ...nothing,
  replies: [replyTo(ticket, value)],
})
