import type { IsolationLevel } from '../../../broker-core/client/admin/offsets.ts'
import type { LogRecord } from './log-record.ts'

export type Isolation = 'read-committed' | 'read-uncommitted'

/** As Kafka writes it. */
export const levelOf = (isolation: Isolation): IsolationLevel =>
  isolation === 'read-committed' ? 'read_committed' : 'read_uncommitted'

/** What one read brought. */
export interface ReadResult {
  /** In order of offsets, all at or after the offset asked for; control records included. */
  readonly records: readonly LogRecord[]
  /** Where to read on: behind the last batch that came, also when none of its records are left. As asked for when nothing came. */
  readonly nextOffset: number
  readonly startOffset: number
  /** Exclusive; high watermark or last stable offset, by isolation. */
  readonly endOffset: number
  /** As they came over the wire. */
  readonly bytes: number
}

export interface ReadLimits {
  readonly bytesMax: number
  readonly signal: AbortSignal
}

/** Reads one topic. Throws what the client throws; looking never changes anything on a cluster. */
export interface PartitionSource {
  /** From `offset` on, one answer of at most about `bytesMax` (a larger single batch comes whole). Does not wait for new records. */
  read(partition: number, offset: number, limits: ReadLimits): Promise<ReadResult>
}
