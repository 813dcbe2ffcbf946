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
import { projectFolder, sourceFiles } from '../../tidy/source-files.ts'
import { parseLogConfig } from '../../../broker-core/storage/log-config.ts'

const specification = join(import.meta.dirname, '../../../../shared/kafka-spec/topic-configs.json')
const hasSpecification = fs.existsSync(specification)
if (!hasSpecification)
  process.stdout.write('topic-configs: no kafka-spec beside the project; the table is not compared with it\n')

interface Fact {
  readonly name: string
  readonly type: string
  readonly default: unknown
  /** `>=1`, `0..1`, `a|b`; empty: any value of the type. */
  readonly valid: string
  readonly brokerDefault: string | null
}
const facts = JSON.parse(fs.readFileSync(join(projectFolder, 'test', 'fixtures', 'topic-configs.json'), 'utf8')) as Fact[]

/** Values at the edges of what is valid, on both sides. */
function samplesOf(type: string, valid: string): { accepted: string[]; refused: string[] } {
  if (type === 'boolean') {
    // There is no tiered storage here: as in Kafka without it, some may not be switched on.
    return { accepted: valid.startsWith('tiered') ? ['false'] : ['true', 'false'], refused: ['perhaps', ''] }
  }
  const [, low, high] = /^(-?\d+)\.\.(-?\d+)/.exec(valid) ?? []
  if (low !== undefined && high !== undefined) {
    const step = type === 'double' ? 0.1 : 1
    const besides = valid.endsWith('or -1') ? ['-1'] : []
    return { accepted: [low, high, ...besides], refused: [`${Number(low) - step}`, `${Number(high) + step}`, 'many'] }
  }
  const least = /^>=(-?\d+)$/.exec(valid)?.[1]
  if (least !== undefined) return { accepted: [least, `${Number(least) + 1}`], refused: [`${Number(least) - 1}`, '1.5', 'many'] }
  if (/^\w+(\|\w+)+$/.test(valid)) return { accepted: valid.split('|'), refused: ['brotli', ''] }
  if (valid.startsWith('[partition:broker]')) return { accepted: ['*', '', '0:1,2:3'], refused: ['0-1', '0:1,x'] }
  if (valid.startsWith('subset of')) return { accepted: ['', 'compact', 'compact,delete'], refused: ['shred', 'delete,delete'] }
  return { accepted: ['0', '9007199254740991'], refused: ['many', '1.5'] }
}

describe('topic configurations', () => {
  it.runIf(hasSpecification)('the facts in the project are those of the specification', () => {
    const { configs } = JSON.parse(fs.readFileSync(specification, 'utf8')) as { configs: Fact[] }
    expect(facts).toEqual(
      configs.map(({ name, type, default: value, valid, brokerDefault }) => ({
        name,
        type,
        default: value,
        valid,
        brokerDefault,
      })),
    )
  })

  it('are those of the facts: names, types, defaults, broker properties', () => {
    const ours = topicConfigs.map(({ name, type, defaultValue, brokerProperty }) => ({
      name,
      type,
      defaultValue,
      brokerProperty,
    }))
    const theirs = facts.map(({ name, type, default: value, brokerDefault }) => ({
      name,
      type,
      defaultValue: value === null ? '' : String(value),
      brokerProperty: brokerDefault ?? null,
    }))
    const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1)
    expect(ours.sort(byName)).toEqual(theirs.sort(byName))
  })

  it.each(facts)('$name is checked against its bounds: $valid', ({ name, type, valid }) => {
    const { accepted, refused } = samplesOf(type, valid)
    for (const value of accepted) expect(topicConfigProblem(name, value), `${name}=${value}`).toBeUndefined()
    for (const value of refused) expect(topicConfigProblem(name, value), `${name}=${value}`).toMatch(name)
  })

  it('each is read somewhere, or the gap list of broker-core names it as accepted without effect', () => {
    const sources = sourceFiles(['broker-core']).filter(file => !file.path.startsWith('broker-core/model/'))
    const tail = (name: string) => `}${name.slice(name.indexOf('.'))}\``
    const isRead = (name: string) => sources.some(file => file.text.includes(`'${name}'`) || file.text.includes(tail(name)))
    const withoutEffect = topicConfigs.filter(config => config.withoutEffect === true).map(config => config.name)
    const obeyed = topicConfigs.map(config => config.name).filter(name => !withoutEffect.includes(name))
    expect(obeyed.filter(name => !isRead(name))).toEqual([])
    const page = fs.readFileSync(join(projectFolder, 'broker-core', 'README.md'), 'utf8')
    const sentence = /^- Accepted without effect: (.*)$/m.exec(page)?.[1] ?? ''
    const patterns = [...sentence.matchAll(/`([a-z0-9.]+\.?\*?)`/g)].map(match => match[1] ?? '')
    const isNamed = (name: string) =>
      patterns.some(pattern => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern))
    expect(topicConfigs.map(config => config.name).filter(isNamed)).toEqual(withoutEffect)
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
