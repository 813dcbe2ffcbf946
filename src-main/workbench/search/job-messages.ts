import type { ParsedOf } from '../../contract/contract.ts'
import type { Failure } from '../../contract/failure.ts'
import type { ClientSecurity } from '../clusters.ts'
import type { RegistryAddress } from '../decoders/registry.ts'

/** What a job's thread is given. It has a Kafka client of its own, so that a long scan never stands in the way of the screens. */
export interface JobData {
  readonly bootstrap: string
  readonly security: ClientSecurity
  /** A log directory in place of a cluster. */
  readonly directory: string | null
  readonly registry: RegistryAddress | null
  readonly schemaFolder: string | null
  readonly job: Job
}

export type Job =
  | { readonly kind: 'scan'; readonly order: ParsedOf<'records.scan'> }
  | { readonly kind: 'test-filter'; readonly order: ParsedOf<'records.testFilter'> }
  | { readonly kind: 'export'; readonly order: ParsedOf<'transfer.export'>; readonly path: string }
  | { readonly kind: 'import'; readonly order: ParsedOf<'transfer.import'>; readonly path: string }

/** One job at a time: the next comes after `end` or `fail`. */
export type ToJob = { readonly kind: 'ping' } | { readonly kind: 'job'; readonly data: JobData }

export type FromJob =
  | { readonly kind: 'pong' }
  | { readonly kind: 'item'; readonly item: unknown }
  | { readonly kind: 'end' }
  | { readonly kind: 'fail'; readonly failure: Failure; readonly detail: string }
