/** Broker configuration of the group coordinator, in Kafka's names; defaults are Kafka's (SEMANTICS 20). */
export interface GroupSettings {
  /** offsets.topic.num.partitions, offsets.topic.replication.factor, offsets.topic.segment.bytes */
  readonly offsetsTopicPartitions: number
  readonly offsetsTopicReplicationFactor: number
  readonly offsetsTopicSegmentBytes: number
  /** group.min.session.timeout.ms, group.max.session.timeout.ms */
  readonly sessionTimeoutMsMin: number
  readonly sessionTimeoutMsMax: number
  /** group.initial.rebalance.delay.ms */
  readonly initialRebalanceDelayMs: number
  /** group.max.size */
  readonly groupSizeMax: number
  /** offset.metadata.max.bytes */
  readonly offsetMetadataBytesMax: number
  /** offsets.retention.minutes, offsets.retention.check.interval.ms */
  readonly offsetsRetentionMs: number
  readonly offsetsRetentionCheckIntervalMs: number
  /** offsets.commit.timeout.ms */
  readonly commitTimeoutMs: number
  /** group.consumer.session.timeout.ms with .min and .max; group.consumer.heartbeat.interval.ms with .min and .max */
  readonly consumerSessionTimeoutMs: number
  readonly consumerSessionTimeoutMsMin: number
  readonly consumerSessionTimeoutMsMax: number
  readonly consumerHeartbeatIntervalMs: number
  readonly consumerHeartbeatIntervalMsMin: number
  readonly consumerHeartbeatIntervalMsMax: number
  /** group.consumer.max.size */
  readonly consumerGroupSizeMax: number
  /** group.consumer.assignors: the first is the default. */
  readonly consumerAssignors: readonly string[]
  /** group.consumer.migration.policy */
  readonly consumerMigrationPolicy: 'disabled' | 'upgrade' | 'downgrade' | 'bidirectional'
  /** group.consumer.regex.refresh.interval.ms */
  readonly regexRefreshIntervalMs: number
}

export const defaultGroupSettings: GroupSettings = {
  offsetsTopicPartitions: 50,
  offsetsTopicReplicationFactor: 3,
  offsetsTopicSegmentBytes: 104_857_600,
  sessionTimeoutMsMin: 6_000,
  sessionTimeoutMsMax: 1_800_000,
  initialRebalanceDelayMs: 3_000,
  groupSizeMax: 2_147_483_647,
  offsetMetadataBytesMax: 4_096,
  offsetsRetentionMs: 10_080 * 60_000,
  offsetsRetentionCheckIntervalMs: 600_000,
  commitTimeoutMs: 5_000,
  consumerSessionTimeoutMs: 45_000,
  consumerSessionTimeoutMsMin: 45_000,
  consumerSessionTimeoutMsMax: 60_000,
  consumerHeartbeatIntervalMs: 5_000,
  consumerHeartbeatIntervalMsMin: 5_000,
  consumerHeartbeatIntervalMsMax: 15_000,
  consumerGroupSizeMax: 2_147_483_647,
  consumerAssignors: ['uniform', 'range'],
  consumerMigrationPolicy: 'bidirectional',
  regexRefreshIntervalMs: 600_000,
}

/**
 * Our own bounds, where Kafka has none; beyond them a request is refused and nothing else suffers. Groups of one partition of the offsets
 * topic: COORDINATOR_NOT_AVAILABLE for one more. Members of a group, ids that were handed out included: GROUP_MAX_SIZE_REACHED (a step
 * of a group costs time in proportion to its members).
 * What a member says of itself in all its protocols: INVALID_REQUEST (the group must fit into one record in the end).
 */
export const groupsPerPartitionMax = 100_000
export const membersPerGroupMax = 2_000
export const protocolBytesMax = 1_048_576

/** A dynamic member that joined and hears nothing yet is kept this long (Kafka's NEW_MEMBER_JOIN_TIMEOUT_MS). */
export const newMemberJoinTimeoutMs = 300_000
