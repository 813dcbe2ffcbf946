import type { CoordinatorSettings } from '../coordinator/coordinators.ts'
import { defaultGroupSettings } from '../coordinator/groups/settings.ts'
import { defaultTransactionSettings } from '../coordinator/transactions/settings.ts'
import { type AssignorName, assignorNames } from '../coordinator/groups/consumer/assignors.ts'
import { ConfigError, configNumber, configValue, type BrokerConfig } from './broker-config.ts'

/** The coordinators' part of a broker's configuration. Throws ConfigError on names of assignors or policies that do not exist. */
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
      consumerSessionTimeoutMsMin: number('group.consumer.min.session.timeout.ms'),
      consumerSessionTimeoutMsMax: number('group.consumer.max.session.timeout.ms'),
      consumerHeartbeatIntervalMsMin: number('group.consumer.min.heartbeat.interval.ms'),
      consumerHeartbeatIntervalMsMax: number('group.consumer.max.heartbeat.interval.ms'),
      consumerGroupSizeMax: number('group.consumer.max.size'),
      consumerAssignors: assignors(config),
      consumerMigrationPolicy: migrationPolicy(config),
      commitTimeoutMs: number('offsets.commit.timeout.ms'),
    },
    transactions: {
      ...defaultTransactionSettings,
      stateTopicPartitions: number('transaction.state.log.num.partitions'),
      stateTopicReplicationFactor: number('transaction.state.log.replication.factor'),
      stateTopicSegmentBytes: number('transaction.state.log.segment.bytes'),
      stateTopicInSyncReplicasMin: number('transaction.state.log.min.isr'),
      timeoutMsMax: number('transaction.max.timeout.ms'),
      transactionalIdExpirationMs: number('transactional.id.expiration.ms'),
      timeoutCheckIntervalMs: number('transaction.abort.timed.out.transaction.cleanup.interval.ms'),
      expirationCheckIntervalMs: number('transaction.remove.expired.transaction.cleanup.interval.ms'),
    },
  }
}

const migrationPolicies = ['disabled', 'upgrade', 'downgrade', 'bidirectional'] as const

function migrationPolicy(config: BrokerConfig): (typeof migrationPolicies)[number] {
  const given = (configValue(config, 'group.consumer.migration.policy') ?? '').toLowerCase()
  const policy = migrationPolicies.find(known => known === given)
  if (policy === undefined)
    throw new ConfigError(`group.consumer.migration.policy is none of ${migrationPolicies.join(', ')}: ${given}`)
  return policy
}

/** Kafka's own assignors may also be given by their class names. */
function assignors(config: BrokerConfig): readonly AssignorName[] {
  const names = (configValue(config, 'group.consumer.assignors') ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
  return names.map(given => {
    const known = assignorNames.find(
      name => name === given || given === `org.apache.kafka.coordinator.group.assignor.${classNames[name]}`,
    )
    if (known === undefined) throw new ConfigError(`group.consumer.assignors knows ${assignorNames.join(', ')}, not ${given}`)
    return known
  })
}

const classNames: Readonly<Record<AssignorName, string>> = { uniform: 'UniformAssignor', range: 'RangeAssignor' }
