/** Broker configuration of the transaction coordinator; defaults are Kafka's (SEMANTICS 20). */
export interface TransactionSettings {
  /** transaction.state.log.num.partitions, .replication.factor, .segment.bytes, .min.isr */
  readonly stateTopicPartitions: number
  readonly stateTopicReplicationFactor: number
  readonly stateTopicSegmentBytes: number
  readonly stateTopicInSyncReplicasMin: number
  /** transaction.max.timeout.ms */
  readonly timeoutMsMax: number
  /** transactional.id.expiration.ms, transaction.remove.expired.transaction.cleanup.interval.ms */
  readonly transactionalIdExpirationMs: number
  readonly expirationCheckIntervalMs: number
  /** transaction.abort.timed.out.transaction.cleanup.interval.ms */
  readonly timeoutCheckIntervalMs: number
}

/** Our own bound, where Kafka has none: ids of one partition of the state topic. COORDINATOR_NOT_AVAILABLE for one more. */
export const transactionalIdsPerPartitionMax = 200_000

export const defaultTransactionSettings: TransactionSettings = {
  stateTopicPartitions: 50,
  stateTopicReplicationFactor: 3,
  stateTopicSegmentBytes: 104_857_600,
  stateTopicInSyncReplicasMin: 2,
  timeoutMsMax: 900_000,
  transactionalIdExpirationMs: 604_800_000,
  expirationCheckIntervalMs: 3_600_000,
  timeoutCheckIntervalMs: 10_000,
}
