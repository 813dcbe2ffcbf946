import type { CoordinatorSettings } from '../coordinator/coordinators.ts'
import { defaultGroupSettings } from '../coordinator/groups/settings.ts'
import { defaultTransactionSettings } from '../coordinator/transactions/settings.ts'
import { configNumber, type BrokerConfig } from './broker-config.ts'

/** The coordinators' part of a broker's configuration; what Kafka calls otherwise has its default. */
export function coordinatorSettings(config: BrokerConfig): CoordinatorSettings {
  const number = (name: string) => configNumber(config, name)
  return {
    groups: {
      ...defaultGroupSettings,
      offsetsTopicPartitions: number('offsets.topic.num.partitions'),
      offsetsTopicReplicationFactor: number('offsets.topic.replication.factor'),
      offsetsTopicSegmentBytes: number('offsets.topic.segment.bytes'),
      sessionTimeoutMsMin: number('group.min.session.timeout.ms'),
      sessionTimeoutMsMax: number('group.max.session.timeout.ms'),
      initialRebalanceDelayMs: number('group.initial.rebalance.delay.ms'),
      groupSizeMax: number('group.max.size'),
      offsetMetadataBytesMax: number('offset.metadata.max.bytes'),
      offsetsRetentionMs: number('offsets.retention.minutes') * 60_000,
      offsetsRetentionCheckIntervalMs: number('offsets.retention.check.interval.ms'),
      consumerSessionTimeoutMs: number('group.consumer.session.timeout.ms'),
      consumerHeartbeatIntervalMs: number('group.consumer.heartbeat.interval.ms'),
    },
    transactions: {
      ...defaultTransactionSettings,
      stateTopicPartitions: number('transaction.state.log.num.partitions'),
      stateTopicReplicationFactor: number('transaction.state.log.replication.factor'),
      stateTopicSegmentBytes: number('transaction.state.log.segment.bytes'),
      stateTopicInSyncReplicasMin: number('transaction.state.log.min.isr'),
      timeoutMsMax: number('transaction.max.timeout.ms'),
      transactionalIdExpirationMs: number('transactional.id.expiration.ms'),
    },
  }
}
