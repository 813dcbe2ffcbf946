import { describe, expect, it } from 'vitest'
import type { ConfigRule } from '../../../../src-renderer/places/config-rules.ts'
import { boundsText, configError, readableValue } from '../../../../src-renderer/places/config-rules.ts'

const rule = (facts: Partial<ConfigRule>): ConfigRule => ({
  name: 'x',
  type: 'string',
  choices: null,
  minimum: null,
  maximum: null,
  ...facts,
})

describe('values of configs', () => {
  it.each([
    [rule({ type: 'int', minimum: 1, maximum: 9 }), ['1', '9', ' 5 '], ['0', '10', '', 'x', '1.5', '1e1']],
    [rule({ type: 'int' }), ['2147483647', '-2147483648', '+1'], ['2147483648', '-2147483649']],
    [rule({ type: 'long' }), ['9223372036854775807'], ['9223372036854775808', '0x10']],
    [rule({ type: 'long', minimum: -1 }), ['-1'], ['-2']],
    [rule({ type: 'double', minimum: 0, maximum: 1 }), ['0.5', '1', '0'], ['1.01', '-0.1', '', 'NaN', 'Infinity']],
    [rule({ type: 'boolean' }), ['true', 'false'], ['TRUE', 'yes', '']],
    [rule({ choices: ['gzip', 'zstd'] }), ['gzip'], ['lz5', '']],
    [rule({ type: 'list', choices: ['compact', 'delete'] }), ['compact', 'compact,delete', ''], ['compact,delet']],
    [rule({ type: 'list' }), ['*', '0:1,1:2', ''], []],
    [rule({}), ['anything', ''], []],
  ])('%j', (given, good, bad) => {
    expect(good.filter(value => configError(given, value) !== undefined)).toEqual([])
    expect(bad.filter(value => configError(given, value) === undefined)).toEqual([])
  })

  it('say what a figure means', () => {
    expect(readableValue('retention.ms', '604800000')).toBe('7 d')
    expect(readableValue('segment.bytes', '1073741824')).toBe('1.1 GB')
    expect(readableValue('retention.bytes', '-1')).toBe('unlimited')
    expect(readableValue('flush.ms', '9223372036854775807')).toBe('unlimited')
    expect(readableValue('local.retention.ms', '-2')).toBeNull()
    expect(readableValue('min.insync.replicas', '2000')).toBeNull()
    expect(readableValue('retention.ms', null)).toBeNull()
  })

  it('tell their type and bounds', () => {
    expect(boundsText(rule({ type: 'int', minimum: 1, maximum: 9 }))).toBe('int · 1 to 9')
    expect(boundsText(rule({ type: 'long', minimum: -1, maximum: Number.MAX_SAFE_INTEGER }))).toBe('long · from -1')
    expect(boundsText(rule({ type: 'list' }))).toBe('list')
  })
})
