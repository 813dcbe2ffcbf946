import * as fs from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  topicConfig,
  topicConfigBoolean,
  topicConfigList,
  topicConfigNumber,
  topicConfigProblem,
  topicConfigs,
  topicConfigsProblem,
} from '../../../broker-core/model/topic-configs.ts'
import { parseLogConfig } from '../../../broker-core/storage/log-config.ts'

const specification = join(import.meta.dirname, '../../../../shared/kafka-spec/topic-configs.json')
const hasSpecification = fs.existsSync(specification)
if (!hasSpecification)
  process.stdout.write('topic-configs: no kafka-spec beside the project; the table is not compared with it\n')

describe('topic configurations', () => {
  it.runIf(hasSpecification)('are those of the specification: names, types, defaults, broker properties', () => {
    const { configs } = JSON.parse(fs.readFileSync(specification, 'utf8')) as {
      configs: { name: string; type: string; default: unknown; brokerDefault: string | null }[]
    }
    const ours = topicConfigs.map(({ name, type, defaultValue, brokerProperty }) => ({
      name,
      type,
      defaultValue,
      brokerProperty,
    }))
    const theirs = configs.map(({ name, type, default: value, brokerDefault }) => ({
      name,
      type,
      defaultValue: value === null ? '' : String(value),
      brokerProperty: brokerDefault ?? null,
    }))
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1)
    expect(ours.sort(byName)).toEqual(theirs.sort(byName))
  })

  it('every default is valid', () => {
    for (const { name, defaultValue } of topicConfigs) expect(topicConfigProblem(name, defaultValue), name).toBeUndefined()
  })

  it('values are judged by type and bounds', () => {
    const valid: [string, string][] = [
      ['cleanup.policy', 'compact,delete'],
      ['cleanup.policy', ''],
      ['retention.ms', '-1'],
      ['segment.bytes', '1048576'],
      ['min.cleanable.dirty.ratio', '0.25'],
      ['preallocate', 'TRUE'],
      ['compression.gzip.level', '-1'],
      ['leader.replication.throttled.replicas', '0:1,2:3'],
      ['retention.bytes', '9223372036854775807'],
    ]
    const invalid: [string, string][] = [
      ['cleanup.policy', 'shred'],
      ['cleanup.policy', 'compact,compact'],
      ['retention.ms', '-2'],
      ['segment.bytes', '1048575'],
      ['segment.bytes', '2147483648'],
      ['segment.bytes', '1e7'],
      ['min.cleanable.dirty.ratio', '1.5'],
      ['preallocate', 'yes'],
      ['compression.gzip.level', '0'],
      ['compression.type', 'brotli'],
      ['leader.replication.throttled.replicas', '0-1'],
      ['retention.bytes', '9223372036854775808'],
      ['no.such.config', '1'],
    ]
    for (const [name, value] of valid) expect(topicConfigProblem(name, value), `${name}=${value}`).toBeUndefined()
    for (const [name, value] of invalid) expect(topicConfigProblem(name, value), `${name}=${value}`).toMatch(new RegExp(name))
  })

  it('the lag limits must not cross', () => {
    expect(topicConfigsProblem({ 'min.compaction.lag.ms': '10', 'max.compaction.lag.ms': '5' })).toMatch(/min.compaction.lag.ms/)
    expect(topicConfigsProblem({ 'min.compaction.lag.ms': '5', 'max.compaction.lag.ms': '5' })).toBeUndefined()
  })

  it('absent values are the built-in defaults', () => {
    expect([
      topicConfigNumber({}, 'segment.bytes'),
      topicConfigBoolean({}, 'preallocate'),
      topicConfigList({}, 'cleanup.policy'),
    ]).toEqual([1073741824, false, ['delete']])
    expect(topicConfig('segment.ms')?.brokerProperty).toBe('log.roll.ms')
  })

  it('storage reads what it obeys', () => {
    expect(
      parseLogConfig({
        'cleanup.policy': ' compact , delete',
        'compression.type': 'zstd',
        'compression.zstd.level': '7',
        'retention.ms': '-1',
      }),
    ).toMatchObject({
      compact: true,
      delete: true,
      compression: 'zstd',
      compressionLevel: 7,
      retentionMs: -1,
      segmentBytes: 1073741824,
    })
    expect(parseLogConfig({ 'cleanup.policy': '', 'compression.type': 'uncompressed' })).toMatchObject({
      compact: false,
      delete: false,
      compression: 'none',
    })
    expect(parseLogConfig({ 'flush.ms': '9223372036854775807' }).flushMs).toBeGreaterThan(9e18)
  })
})
