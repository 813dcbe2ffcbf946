import type { FactProducer } from '../runtime/machine.ts'
import type { ClassicGroup } from './classic/classic-group.ts'
import type { ConsumerFact } from './consumer/facts.ts'
import type { StoredOffset } from './offsets/offset-store.ts'

/** The next value of a classic group; undefined: it is gone. Only a `stored` one stands in the log, the others are soft state. */
export interface ClassicGroupFact {
  readonly kind: 'classic-group'
  readonly groupId: string
  readonly group: ClassicGroup | undefined
  readonly stored: boolean
}

/** A committed offset; undefined: removed. With a producer it is pending until the marker of its transaction. */
export interface OffsetFact {
  readonly kind: 'offset'
  readonly groupId: string
  readonly topic: string
  readonly partition: number
  readonly offset: StoredOffset | undefined
  readonly producer?: FactProducer
}

export interface TransactionEndedFact {
  readonly kind: 'transaction-ended'
  readonly producer: FactProducer
  readonly coordinatorEpoch: number
  readonly committed: boolean
}

export type GroupFact = ClassicGroupFact | OffsetFact | TransactionEndedFact | ConsumerFact
