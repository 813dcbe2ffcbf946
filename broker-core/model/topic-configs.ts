/**
 * Every topic configuration: type, built-in default, bounds, the broker property that gives the cluster's default, and one sentence
 * for people (DescribeConfigs v3). CreateTopics, IncrementalAlterConfigs and storage all judge values by this table.
 */
export type ConfigType = 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list'

export interface TopicConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  /** As text, the form in which configurations travel and rest. */
  readonly defaultValue: string
  readonly brokerProperty: string | null
  readonly min?: number
  readonly max?: number
  readonly oneOf?: readonly string[]
  readonly doc: string
  /** Accepted and shown, but changes nothing here (the gap list names it). */
  readonly withoutEffect?: boolean
}

const longMax = '9223372036854775807'
const tieredOnly = 'Tiered storage only. '

export const topicConfigs: readonly TopicConfigDefinition[] = [
  {
    name: 'cleanup.policy',
    type: 'list',
    defaultValue: 'delete',
    brokerProperty: 'log.cleanup.policy',
    oneOf: ['compact', 'delete'],
    doc: 'What happens to old segments: delete drops them by age and size, compact keeps the newest record of each key; both may be named, none keeps everything.',
  },
  {
    name: 'compression.type',
    type: 'string',
    defaultValue: 'producer',
    brokerProperty: 'compression.type',
    oneOf: ['uncompressed', 'zstd', 'lz4', 'snappy', 'gzip', 'producer'],
    doc: "The codec that batches are stored with; producer keeps each client's own.",
  },
  {
    name: 'compression.gzip.level',
    type: 'int',
    defaultValue: '-1',
    brokerProperty: 'compression.gzip.level',
    min: -1,
    max: 9,
    doc: 'Effort of gzip when compression.type is gzip: 1 to 9, or -1 for the default.',
  },
  {
    name: 'compression.lz4.level',
    type: 'int',
    defaultValue: '9',
    brokerProperty: 'compression.lz4.level',
    min: 1,
    max: 17,
    doc: 'Effort of lz4 when compression.type is lz4: 1 to 17.',
    withoutEffect: true,
  },
  {
    name: 'compression.zstd.level',
    type: 'int',
    defaultValue: '3',
    brokerProperty: 'compression.zstd.level',
    min: -131072,
    max: 22,
    doc: 'Effort of zstd when compression.type is zstd: -131072 to 22.',
  },
  {
    name: 'delete.retention.ms',
    type: 'long',
    defaultValue: '86400000',
    brokerProperty: 'log.cleaner.delete.retention.ms',
    min: 0,
    doc: 'How long a tombstone of a compacted topic stays readable after it was first cleaned.',
  },
  {
    name: 'errors.deadletterqueue.group.enable',
    type: 'boolean',
    defaultValue: 'false',
    brokerProperty: null,
    doc: 'Whether share groups may use this topic for records that they gave up on.',
    withoutEffect: true,
  },
  {
    name: 'file.delete.delay.ms',
    type: 'long',
    defaultValue: '60000',
    brokerProperty: 'log.segment.delete.delay.ms',
    min: 0,
    doc: 'How long a dropped file keeps its bytes under a .deleted name.',
  },
  {
    name: 'flush.messages',
    type: 'long',
    defaultValue: longMax,
    brokerProperty: 'log.flush.interval.messages',
    min: 1,
    doc: 'Forces data to the disk after so many records; normally replication is the safeguard and the system decides when to write.',
  },
  {
    name: 'flush.ms',
    type: 'long',
    defaultValue: longMax,
    brokerProperty: 'log.flush.interval.ms',
    min: 0,
    doc: 'Forces data to the disk at the latest after so much time.',
  },
  {
    name: 'follower.replication.throttled.replicas',
    type: 'list',
    defaultValue: '',
    brokerProperty: null,
    doc: 'Replicas, as partition:broker or *, that fetch within follower.replication.throttled.rate.',
  },
  {
    name: 'index.interval.bytes',
    type: 'int',
    defaultValue: '4096',
    brokerProperty: 'log.index.interval.bytes',
    min: 0,
    doc: 'Bytes of log between two entries of the offset index.',
  },
  {
    name: 'leader.replication.throttled.replicas',
    type: 'list',
    defaultValue: '',
    brokerProperty: null,
    doc: 'Replicas, as partition:broker or *, that are served within leader.replication.throttled.rate.',
  },
  {
    name: 'local.retention.bytes',
    type: 'long',
    defaultValue: '-2',
    brokerProperty: 'log.local.retention.bytes',
    min: -2,
    doc: `${tieredOnly}Bytes kept locally before they may live in remote storage alone; -2 follows retention.bytes.`,
    withoutEffect: true,
  },
  {
    name: 'local.retention.ms',
    type: 'long',
    defaultValue: '-2',
    brokerProperty: 'log.local.retention.ms',
    min: -2,
    doc: `${tieredOnly}Time kept locally before segments may live in remote storage alone; -2 follows retention.ms.`,
    withoutEffect: true,
  },
  {
    name: 'max.compaction.lag.ms',
    type: 'long',
    defaultValue: longMax,
    brokerProperty: 'log.cleaner.max.compaction.lag.ms',
    min: 1,
    doc: 'The longest that a record of a compacted topic may wait for compaction.',
  },
  {
    name: 'max.message.bytes',
    type: 'int',
    defaultValue: '1048588',
    brokerProperty: 'message.max.bytes',
    min: 0,
    doc: 'The largest batch accepted, as it arrives: compressed and with its header.',
  },
  {
    name: 'message.timestamp.after.max.ms',
    type: 'long',
    defaultValue: '3600000',
    brokerProperty: 'log.message.timestamp.after.max.ms',
    min: 0,
    doc: 'How far in the future the create time of a record may lie.',
  },
  {
    name: 'message.timestamp.before.max.ms',
    type: 'long',
    defaultValue: longMax,
    brokerProperty: 'log.message.timestamp.before.max.ms',
    min: 0,
    doc: 'How far in the past the create time of a record may lie.',
  },
  {
    name: 'message.timestamp.type',
    type: 'string',
    defaultValue: 'CreateTime',
    brokerProperty: 'log.message.timestamp.type',
    oneOf: ['CreateTime', 'LogAppendTime'],
    doc: "Whether records carry the producer's time or that of the append.",
  },
  {
    name: 'min.cleanable.dirty.ratio',
    type: 'double',
    defaultValue: '0.5',
    brokerProperty: 'log.cleaner.min.cleanable.ratio',
    min: 0,
    max: 1,
    doc: 'Share of bytes not yet compacted above which a log is compacted again.',
  },
  {
    name: 'min.compaction.lag.ms',
    type: 'long',
    defaultValue: '0',
    brokerProperty: 'log.cleaner.min.compaction.lag.ms',
    min: 0,
    doc: 'The time for which a record of a compacted topic is surely kept.',
  },
  {
    name: 'min.insync.replicas',
    type: 'int',
    defaultValue: '1',
    brokerProperty: 'min.insync.replicas',
    min: 1,
    doc: 'In-sync replicas needed for a write with acks=all.',
  },
  {
    name: 'preallocate',
    type: 'boolean',
    defaultValue: 'false',
    brokerProperty: 'log.preallocate',
    doc: 'Whether a new segment file takes its full size at once.',
    withoutEffect: true,
  },
  {
    name: 'remote.copy.lag.bytes',
    type: 'long',
    defaultValue: '-1',
    brokerProperty: 'log.remote.copy.lag.bytes',
    doc: `${tieredOnly}Bytes by which copying to remote storage may lag.`,
    withoutEffect: true,
  },
  {
    name: 'remote.copy.lag.ms',
    type: 'long',
    defaultValue: '0',
    brokerProperty: 'log.remote.copy.lag.ms',
    doc: `${tieredOnly}Time by which copying to remote storage may lag.`,
    withoutEffect: true,
  },
  {
    name: 'remote.log.copy.disable',
    type: 'boolean',
    defaultValue: 'false',
    brokerProperty: null,
    doc: `${tieredOnly}Stops copying while remote data stays readable.`,
    withoutEffect: true,
  },
  {
    name: 'remote.log.delete.on.disable',
    type: 'boolean',
    defaultValue: 'false',
    brokerProperty: null,
    doc: `${tieredOnly}Whether turning remote storage off drops its data.`,
    withoutEffect: true,
  },
  {
    name: 'remote.storage.enable',
    type: 'boolean',
    defaultValue: 'false',
    brokerProperty: null,
    oneOf: ['false'],
    doc: `${tieredOnly}Not offered: only false is accepted.`,
    withoutEffect: true,
  },
  {
    name: 'retention.bytes',
    type: 'long',
    defaultValue: '-1',
    brokerProperty: 'log.retention.bytes',
    doc: 'Size of a partition above which its oldest segments are deleted; -1 is without limit.',
  },
  {
    name: 'retention.ms',
    type: 'long',
    defaultValue: '604800000',
    brokerProperty: 'log.retention.ms',
    min: -1,
    doc: 'Age above which segments are deleted; -1 is without limit.',
  },
  {
    name: 'segment.bytes',
    type: 'int',
    defaultValue: '1073741824',
    brokerProperty: 'log.segment.bytes',
    min: 1048576,
    doc: 'Size at which a new segment file begins.',
  },
  {
    name: 'segment.index.bytes',
    type: 'int',
    defaultValue: '10485760',
    brokerProperty: 'log.index.size.max.bytes',
    min: 4,
    doc: 'Size of the offset index of a segment; a full one begins a new segment.',
  },
  {
    name: 'segment.jitter.ms',
    type: 'long',
    defaultValue: '0',
    brokerProperty: 'log.roll.jitter.ms',
    min: 0,
    doc: 'The most by which segment.ms is shortened at random, so that partitions do not all roll at once.',
  },
  {
    name: 'segment.ms',
    type: 'long',
    defaultValue: '604800000',
    brokerProperty: 'log.roll.ms',
    min: 1,
    doc: 'Age at which a new segment begins even when the old one is not full.',
  },
  {
    name: 'unclean.leader.election.enable',
    type: 'boolean',
    defaultValue: 'false',
    brokerProperty: 'unclean.leader.election.enable',
    doc: 'Whether a replica that is behind may lead when no other is left, at the price of lost records.',
  },
]

const byName = new Map(topicConfigs.map(definition => [definition.name, definition]))

export const topicConfig = (name: string): TopicConfigDefinition | undefined => byName.get(name)

/** Why `value` is not valid for the topic configuration `name`; undefined when it is (INVALID_CONFIG otherwise). */
export function topicConfigProblem(name: string, value: string): string | undefined {
  const definition = byName.get(name)
  if (definition === undefined) return `Unknown topic config name: ${name}`
  const problem = typeProblem(definition, value.trim())
  return problem === undefined ? undefined : `Invalid value ${value} for configuration ${name}: ${problem}`
}

/** Problems that only show with all values together. */
export function topicConfigsProblem(values: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(values)) {
    const problem = topicConfigProblem(name, value)
    if (problem !== undefined) return problem
  }
  const minimum = topicConfigNumber(values, 'min.compaction.lag.ms')
  const maximum = topicConfigNumber(values, 'max.compaction.lag.ms')
  if (minimum > maximum) return 'conflict topic config setting min.compaction.lag.ms > max.compaction.lag.ms'
  return undefined
}

/** The value in `values`, else the built-in default. Values in `values` were checked when they were set. */
export const topicConfigText = (values: Readonly<Record<string, string>>, name: string): string =>
  (values[name] ?? byName.get(name)?.defaultValue ?? '').trim()

/** A long at its maximum becomes a number beyond every time and size (9.2e18), which is what it means. */
export const topicConfigNumber = (values: Readonly<Record<string, string>>, name: string): number =>
  Number(topicConfigText(values, name))

export const topicConfigBoolean = (values: Readonly<Record<string, string>>, name: string): boolean =>
  topicConfigText(values, name).toLowerCase() === 'true'

export const topicConfigList = (values: Readonly<Record<string, string>>, name: string): readonly string[] =>
  topicConfigText(values, name)
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

function typeProblem(definition: TopicConfigDefinition, value: string): string | undefined {
  switch (definition.type) {
    case 'boolean':
      if (!/^(true|false)$/i.test(value)) return 'Expected value to be either true or false'
      return oneOfProblem(definition, value.toLowerCase())
    case 'int':
      return integerProblem(value, 32) ?? boundsProblem(definition, Number(value))
    case 'long':
      return integerProblem(value, 64) ?? boundsProblem(definition, Number(value))
    case 'double':
      if (value === '' || !Number.isFinite(Number(value))) return 'Not a number of type DOUBLE'
      return boundsProblem(definition, Number(value))
    case 'string':
      return oneOfProblem(definition, value)
    case 'list':
      return listProblem(definition, value)
  }
}

function integerProblem(value: string, bits: 32 | 64): string | undefined {
  if (!/^[+-]?\d{1,19}$/.test(value)) return `Not a number of type ${bits === 32 ? 'INT' : 'LONG'}`
  return BigInt.asIntN(bits, BigInt(value)) === BigInt(value) ? undefined : `Not a number of type ${bits === 32 ? 'INT' : 'LONG'}`
}

function boundsProblem(definition: TopicConfigDefinition, value: number): string | undefined {
  if (definition.min !== undefined && value < definition.min) return `Value must be at least ${definition.min}`
  if (definition.max !== undefined && value > definition.max) return `Value must be no more than ${definition.max}`
  if (definition.name === 'compression.gzip.level' && value === 0) return 'Value must be between 1 and 9 or equal to -1'
  return undefined
}

const oneOfProblem = (definition: TopicConfigDefinition, value: string): string | undefined =>
  definition.oneOf === undefined || definition.oneOf.includes(value)
    ? undefined
    : `String must be one of: ${definition.oneOf.join(', ')}`

const throttledReplicas = /^\d+:\d+$/

function listProblem(definition: TopicConfigDefinition, value: string): string | undefined {
  const items = value === '' ? [] : value.split(',').map(item => item.trim())
  if (new Set(items).size !== items.length) return 'Configuration contains duplicate values'
  if (definition.oneOf !== undefined)
    return items.map(item => oneOfProblem(definition, item)).find(problem => problem !== undefined)
  if (items.length === 0 || (items.length === 1 && ['*', 'none'].includes(items[0]!))) return undefined
  return items.every(item => throttledReplicas.test(item))
    ? undefined
    : 'Expected [partitionId:brokerId],[partitionId:brokerId],… or *'
}
