import type { RecoveryProgress } from '../../broker-core/cluster/broker.ts'

/** What the host needs of one broker, whether it runs in a thread of its own or, in tests, in this one. */
export interface BrokerHandle {
  /** Resolves when the broker serves; rejects when it ended before. */
  readonly ready: Promise<void>
  /** Resolves once, when nothing of it is left; with the reason when it was not asked to end. Never rejects. */
  readonly ended: Promise<{ readonly failure: string | undefined }>
  /** Controlled; after `withinMs` it is ended as `kill` does. Resolves with `ended`. */
  stop(withinMs: number): Promise<void>
  /** At once, as a crash. */
  kill(): Promise<void>
  /** Time until its event loop answers; undefined when it did not within a second. */
  delayMs(): Promise<number | undefined>
}

/** A line worth showing or logging. */
export interface BrokerEvent {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: string
  readonly fields: Readonly<Record<string, string | number | boolean | undefined>>
}

export type RunBroker = (
  properties: ReadonlyMap<string, string>,
  told: (event: BrokerEvent) => void,
  /** A few times a second while it opens what an unclean stop left. */
  recovering: (progress: RecoveryProgress) => void,
) => BrokerHandle
