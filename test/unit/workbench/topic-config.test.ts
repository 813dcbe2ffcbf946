import { describe, expect, it } from 'vitest'
import { inheritedValue } from '../../../src-main/workbench/topics/topic-config.ts'

describe('What a topic configuration is after a reset', () => {
  const retention = (name: string, value: string) =>
    inheritedValue({
      ...{ name: 'retention.ms', value: '5', source: 'topic' },
      synonyms: [
        { name: 'retention.ms', value: '5', source: 'topic' },
        { name, value, source: 'static' },
      ],
    })

  it('META-08: is what the broker property says, in the unit of the topic', () => {
    expect(retention('log.retention.ms', '100000')).toBe('100000')
    expect(retention('log.retention.minutes', '2')).toBe('120000')
    expect(retention('log.retention.hours', '168')).toBe('604800000')
    expect(retention('log.retention.hours', '-1')).toBe('-1')
  })
})
