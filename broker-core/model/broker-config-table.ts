import { cordonedDirectoriesProperty } from './cordoned-directories.ts'

/**
 * Kafka's broker configuration names that this broker understands: [type, default]. Defaults are Kafka's (SEMANTICS 20), except where
 * a comment says otherwise. The same table answers DescribeConfigs for brokers.
 */
export type ConfigType = 'boolean' | 'string' | 'int' | 'short' | 'long' | 'double' | 'list' | 'class' | 'password'

export interface BrokerConfigEntry {
  readonly type: ConfigType
  readonly fallback: string | null
  /** The topic configuration that this is the broker-wide default of. */
  readonly topicName?: string
  readonly readOnly?: boolean
  readonly min?: number
  /** It has no value for all brokers together. */
  readonly isPerBroker?: boolean
}

const longMax = '9223372036854775807'

const entry = (type: ConfigType, fallback: string | null, topicName?: string): BrokerConfigEntry =>
  topicName === undefined ? { type, fallback } : { type, fallback, topicName }
const atLeast = (type: ConfigType, fallback: string | null, min: number): BrokerConfigEntry => ({ type, fallback, min })
const fixed = (type: ConfigType, fallback: string | null): BrokerConfigEntry => ({ type, fallback, readOnly: true })

export const brokerConfigTable: Readonly<Record<string, BrokerConfigEntry>> = {
  'node.id': fixed('int', null),
  'broker.rack': fixed('string', null),
  'process.roles': fixed('list', 'broker,controller'),
  listeners: { type: 'list', fallback: 'PLAINTEXT://127.0.0.1:9092', isPerBroker: true },
  'advertised.listeners': fixed('list', null),
  'listener.security.protocol.map': {
    ...{ type: 'string', fallback: 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT' },
    isPerBroker: true,
  },
  'inter.broker.listener.name': fixed('string', null),
  'controller.listener.names': fixed('list', 'CONTROLLER'),
  'controller.quorum.voters': fixed('list', ''),
  'controller.quorum.bootstrap.servers': fixed('list', ''),
  'controller.quorum.auto.join.enable': fixed('boolean', 'false'),
  'controller.quorum.election.timeout.ms': fixed('int', '1000'),
  'controller.quorum.election.backoff.max.ms': fixed('int', '1000'),
  'controller.quorum.fetch.timeout.ms': fixed('int', '2000'),
  'controller.quorum.request.timeout.ms': fixed('int', '2000'),
  'metadata.log.max.record.bytes.between.snapshots': fixed('long', '20971520'),
  'metadata.log.max.snapshot.interval.ms': fixed('long', '3600000'),
  'log.dir': fixed('string', '/tmp/kafka-logs'),
  'log.dirs': fixed('list', null),
  [cordonedDirectoriesProperty]: { type: 'list', fallback: '', isPerBroker: true },
  'cluster.id': fixed('string', null),

  'num.partitions': fixed('int', '1'),
  'default.replication.factor': fixed('int', '1'),
  'auto.create.topics.enable': fixed('boolean', 'true'),
  'delete.topic.enable': fixed('boolean', 'true'),
  'auto.leader.rebalance.enable': fixed('boolean', 'true'),
  'leader.imbalance.check.interval.seconds': fixed('long', '300'),
  'controlled.shutdown.enable': fixed('boolean', 'true'),
  'unclean.leader.election.enable': entry('boolean', 'false', 'unclean.leader.election.enable'),
  'min.insync.replicas': entry('int', '1', 'min.insync.replicas'),

  'message.max.bytes': entry('int', '1048588', 'max.message.bytes'),
  'compression.type': entry('string', 'producer', 'compression.type'),
  'compression.gzip.level': entry('int', '-1', 'compression.gzip.level'),
  'compression.lz4.level': entry('int', '9', 'compression.lz4.level'),
  'compression.zstd.level': entry('int', '3', 'compression.zstd.level'),
  'log.segment.bytes': entry('int', '1073741824', 'segment.bytes'),
  'log.roll.ms': entry('long', null, 'segment.ms'),
  'log.roll.hours': fixed('int', '168'),
  'log.roll.jitter.ms': entry('long', null, 'segment.jitter.ms'),
  'log.retention.ms': entry('long', null, 'retention.ms'),
  'log.retention.minutes': fixed('int', null),
  'log.retention.hours': fixed('int', '168'),
  'log.retention.bytes': entry('long', '-1', 'retention.bytes'),
  'log.retention.check.interval.ms': fixed('long', '300000'),
  'log.cleanup.policy': entry('list', 'delete', 'cleanup.policy'),
  'log.cleaner.enable': fixed('boolean', 'true'),
  'log.cleaner.backoff.ms': entry('long', '15000'),
  'log.cleaner.dedupe.buffer.size': entry('long', '134217728'),
  'log.cleaner.io.buffer.size': entry('int', '524288'),
  'log.cleaner.min.cleanable.ratio': entry('double', '0.5', 'min.cleanable.dirty.ratio'),
  'log.cleaner.delete.retention.ms': entry('long', '86400000', 'delete.retention.ms'),
  'log.cleaner.min.compaction.lag.ms': entry('long', '0', 'min.compaction.lag.ms'),
  'log.cleaner.max.compaction.lag.ms': entry('long', longMax, 'max.compaction.lag.ms'),
  'log.index.interval.bytes': entry('int', '4096', 'index.interval.bytes'),
  'log.index.size.max.bytes': entry('int', '10485760', 'segment.index.bytes'),
  'log.segment.delete.delay.ms': entry('long', '60000', 'file.delete.delay.ms'),
  'log.flush.interval.messages': entry('long', longMax, 'flush.messages'),
  'log.flush.interval.ms': entry('long', null, 'flush.ms'),
  'log.flush.scheduler.interval.ms': fixed('long', longMax),
  'log.flush.offset.checkpoint.interval.ms': fixed('int', '60000'),
  'log.flush.start.offset.checkpoint.interval.ms': fixed('int', '60000'),
  'log.preallocate': entry('boolean', 'false', 'preallocate'),
  'log.message.timestamp.type': entry('string', 'CreateTime', 'message.timestamp.type'),
  'log.message.timestamp.before.max.ms': entry('long', longMax, 'message.timestamp.before.max.ms'),
  'log.message.timestamp.after.max.ms': entry('long', '3600000', 'message.timestamp.after.max.ms'),

  'replica.lag.time.max.ms': fixed('long', '30000'),
  'replica.fetch.wait.max.ms': fixed('int', '500'),
  'replica.fetch.min.bytes': fixed('int', '1'),
  'replica.fetch.max.bytes': fixed('int', '1048576'),
  'replica.fetch.response.max.bytes': fixed('int', '10485760'),
  'replica.fetch.backoff.ms': fixed('int', '1000'),
  'replica.socket.timeout.ms': fixed('int', '30000'),
  'replica.high.watermark.checkpoint.interval.ms': fixed('long', '5000'),
  'replica.selector.class': fixed('class', null),
  'leader.replication.throttled.rate': atLeast('long', longMax, 0),
  'follower.replication.throttled.rate': atLeast('long', longMax, 0),
  'replica.alter.log.dirs.io.max.bytes.per.second': atLeast('long', longMax, 0),
  'fetch.max.bytes': fixed('int', '57671680'),
  'max.incremental.fetch.session.cache.slots': fixed('int', '1000'),
  'max.request.partition.size.limit': fixed('int', '2000'),

  'broker.heartbeat.interval.ms': fixed('int', '2000'),
  'broker.session.timeout.ms': fixed('int', '9000'),
  'initial.broker.registration.timeout.ms': fixed('int', '60000'),

  'socket.request.max.bytes': fixed('int', '104857600'),
  'connections.max.idle.ms': fixed('long', '600000'),
  'max.connections': atLeast('int', '2147483647', 0),
  'max.connections.per.ip': atLeast('int', '2147483647', 0),
  'max.connections.per.ip.overrides': entry('string', ''),
  'max.connection.creation.rate': atLeast('int', '2147483647', 0),

  'producer.id.expiration.ms': entry('int', '86400000'),
  'transaction.max.timeout.ms': fixed('int', '900000'),
  'transactional.id.expiration.ms': fixed('int', '604800000'),
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': fixed('int', '10000'),
  'transaction.remove.expired.transaction.cleanup.interval.ms': fixed('int', '3600000'),
  'transaction.partition.verification.enable': entry('boolean', 'true'),
  'transaction.state.log.num.partitions': fixed('int', '50'),
  'transaction.state.log.replication.factor': fixed('short', '3'),
  'transaction.state.log.min.isr': fixed('int', '2'),
  'transaction.state.log.segment.bytes': fixed('int', '104857600'),
  'offsets.topic.num.partitions': fixed('int', '50'),
  'offsets.topic.replication.factor': fixed('short', '3'),
  'offsets.topic.segment.bytes': fixed('int', '104857600'),
  'offsets.retention.minutes': fixed('int', '10080'),
  'offsets.retention.check.interval.ms': fixed('long', '600000'),
  'offsets.commit.timeout.ms': fixed('int', '5000'),
  'offset.metadata.max.bytes': fixed('int', '4096'),
  'group.min.session.timeout.ms': fixed('int', '6000'),
  'group.max.session.timeout.ms': fixed('int', '1800000'),
  'group.initial.rebalance.delay.ms': fixed('int', '3000'),
  'group.max.size': fixed('int', '2147483647'),
  'group.consumer.session.timeout.ms': fixed('int', '45000'),
  'group.consumer.heartbeat.interval.ms': fixed('int', '5000'),
  'group.consumer.min.session.timeout.ms': fixed('int', '45000'),
  'group.consumer.max.session.timeout.ms': fixed('int', '60000'),
  'group.consumer.min.heartbeat.interval.ms': fixed('int', '5000'),
  'group.consumer.max.heartbeat.interval.ms': fixed('int', '15000'),
  'group.consumer.max.size': fixed('int', '2147483647'),
  'group.consumer.assignors': fixed('list', 'uniform,range'),
  'group.consumer.migration.policy': fixed('string', 'bidirectional'),
}

/** Those that one listener may have for itself: `listener.name.<name in small letters>.max.connections`. */
const listenerNames: ReadonlySet<string> = new Set(['max.connections', 'max.connection.creation.rate'])

const ofOneListener = (name: string): string | undefined => /^listener\.name\.[^.]+\.(.+)$/.exec(name)?.[1]

/** It has no value for all brokers together: what is so itself, and what is of one listener but for its limits. */
export function isPerBroker(name: string): boolean {
  const ofListener = ofOneListener(name)
  return ofListener === undefined ? brokerConfigEntry(name)?.isPerBroker === true : !clusterWide.has(ofListener)
}
const clusterWide: ReadonlySet<string> = new Set([...listenerNames, 'num.network.threads'])

/** Also of the form of one listener. Undefined for a name that is not known. */
export function brokerConfigEntry(name: string): BrokerConfigEntry | undefined {
  const ofListener = ofOneListener(name)
  const base = ofListener !== undefined && listenerNames.has(ofListener) ? ofListener : name
  return Object.hasOwn(brokerConfigTable, base) ? brokerConfigTable[base] : undefined
}
