import type { RecoveryProgress } from '../../broker-core/cluster/broker.ts'
import type { BrokerEvent } from './broker-runner.ts'

/** Between the host and one broker thread. */
export type ToWorker =
  /** The first one, once. */
  | { readonly kind: 'start'; readonly properties: readonly (readonly [name: string, value: string])[] }
  | { readonly kind: 'stop' }
  | { readonly kind: 'ping'; readonly id: number }
export type FromWorker =
  | { readonly kind: 'ready' }
  /** Before `ready`; a thread that scans its disk answers nothing. */
  | { readonly kind: 'recovering'; readonly progress: RecoveryProgress }
  | { readonly kind: 'pong'; readonly id: number }
  | { readonly kind: 'event'; readonly event: BrokerEvent }
  /** Last words: it could not start, or something in it broke. The thread ends. */
  | { readonly kind: 'failed'; readonly message: string; readonly stack: string }
