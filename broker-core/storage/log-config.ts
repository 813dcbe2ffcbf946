import { topicConfigBoolean, topicConfigList, topicConfigNumber, topicConfigText } from '../model/topic-configs.ts'
import type { CompressionName } from '../env/codec.ts'
import type { LogConfigInput } from './partition-log.ts'

/** The topic configurations that storage obeys, parsed. Numbers at Long.MAX_VALUE are beyond every time and size. */
export interface LogConfig {
  readonly compact: boolean
  readonly delete: boolean
  /** `producer`: as the client sent it. */
  readonly compression: CompressionName | 'producer'
  readonly compressionLevel: number | undefined
  readonly deleteRetentionMs: number
  readonly fileDeleteDelayMs: number
  readonly flushMessages: number
  readonly flushMs: number
  readonly indexIntervalBytes: number
  readonly maxCompactionLagMs: number
  readonly maxMessageBytes: number
  readonly timestampAfterMaxMs: number
  readonly timestampBeforeMaxMs: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
  readonly minCleanableDirtyRatio: number
  readonly minCompactionLagMs: number
  readonly retentionBytes: number
  readonly retentionMs: number
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly segmentJitterMs: number
  readonly segmentMs: number
  readonly preallocate: boolean
}

export function parseLogConfig(input: LogConfigInput): LogConfig {
  const number = (name: string) => topicConfigNumber(input, name)
  const policies = topicConfigList(input, 'cleanup.policy')
  const compression = compressionOf(topicConfigText(input, 'compression.type'))
  return {
    compact: policies.includes('compact'),
    delete: policies.includes('delete'),
    compression,
    compressionLevel: levelOf(compression, number),
    deleteRetentionMs: number('delete.retention.ms'),
    fileDeleteDelayMs: number('file.delete.delay.ms'),
    flushMessages: number('flush.messages'),
    flushMs: number('flush.ms'),
    indexIntervalBytes: number('index.interval.bytes'),
    maxCompactionLagMs: number('max.compaction.lag.ms'),
    maxMessageBytes: number('max.message.bytes'),
    timestampAfterMaxMs: number('message.timestamp.after.max.ms'),
    timestampBeforeMaxMs: number('message.timestamp.before.max.ms'),
    timestampType: topicConfigText(input, 'message.timestamp.type') === 'LogAppendTime' ? 'LogAppendTime' : 'CreateTime',
    minCleanableDirtyRatio: number('min.cleanable.dirty.ratio'),
    minCompactionLagMs: number('min.compaction.lag.ms'),
    retentionBytes: number('retention.bytes'),
    retentionMs: number('retention.ms'),
    segmentBytes: number('segment.bytes'),
    segmentIndexBytes: number('segment.index.bytes'),
    segmentJitterMs: number('segment.jitter.ms'),
    segmentMs: number('segment.ms'),
    preallocate: topicConfigBoolean(input, 'preallocate'),
  }
}

const compressionOf = (name: string): LogConfig['compression'] =>
  name === 'uncompressed' ? 'none' : (name as LogConfig['compression'])

function levelOf(compression: LogConfig['compression'], number: (name: string) => number): number | undefined {
  if (compression === 'gzip') {
    const level = number('compression.gzip.level')
    return level === -1 ? undefined : level
  }
  return compression === 'zstd' ? number('compression.zstd.level') : undefined
}
