import { describe, expect, it } from 'vitest'
import type { GroupPartition } from '../../../../src-main/contract/views/groups.ts'
import { offsetsAsCsv, parseOffsetsCsv } from '../../../../src-renderer/features/groups/reset/offsets-csv.ts'
import { firstForm, planInput, scopeOf } from '../../../../src-renderer/features/groups/reset/reset-form.ts'
import { parseDuration, parseTarget } from '../../../../src-renderer/features/groups/reset/target-text.ts'

const about = { timeZone: 'Europe/Berlin', nowMs: Date.parse('2026-11-20T14:00:00Z') }
const targetOf = (...[kind, text]: [Parameters<typeof parseTarget>[0], string]) => {
  const parsed = parseTarget(kind, text, about)
  return parsed.kind === 'target' ? parsed.target : parsed.kind
}

describe('parseTarget', () => {
  it('takes offsets and shifts with signs and separators', () => {
    expect(targetOf('offset', '1,204,118')).toEqual({ kind: 'offset', offset: 1_204_118 })
    expect(targetOf('shift', '−100')).toEqual({ kind: 'shift', by: -100 })
    expect(targetOf('shift', '+5')).toEqual({ kind: 'shift', by: 5 })
    expect(['-1', '1.5', 'x', '99999999999999999999'].map(text => targetOf('offset', text))).toEqual(Array(4).fill('error'))
  })

  it('is nothing, not an error, while nothing is typed', () => {
    expect(targetOf('offset', ' ')).toBe('nothing')
    expect(targetOf('earliest', '')).toEqual({ kind: 'earliest' })
  })

  it('says how a time was understood, in the zone', () => {
    expect(parseTarget('time', '2026-11-20 14:03', about)).toEqual({
      kind: 'target',
      target: { kind: 'time', timestampMs: Date.parse('2026-11-20T13:03:00Z') },
      words: '2026-11-20 14:03:00.000 Europe/Berlin, 2026-11-20T13:03:00.000Z',
    })
    expect(parseTarget('duration', '1h 30m', about)).toMatchObject({
      target: { beforeMs: 5_400_000 },
      words: '1 h 30 min before now, at present 2026-11-20 13:30:00',
    })
  })
})

it('parseDuration takes short text and ISO 8601', () => {
  expect(['15m', '2 d', '1h30m', '250ms', 'PT15M', 'P1DT2H', '1.5h'].map(parseDuration)).toEqual([
    900_000, 172_800_000, 5_400_000, 250, 900_000, 93_600_000, 5_400_000,
  ])
  expect(['', '15', 'm', '15 x', 'P', '1h foo'].map(parseDuration)).toEqual(Array(6).fill(undefined))
})

describe('offsets as CSV', () => {
  it('come back as they were exported', () => {
    const csv = offsetsAsCsv([
      { topic: 'a.b', partition: 0, committed: 5 },
      { topic: 'a.b', partition: 1, committed: null },
    ])
    expect(csv).toBe('topic,partition,offset\na.b,0,5\n')
    expect(parseOffsetsCsv(csv)).toEqual({ kind: 'offsets', offsets: [{ topic: 'a.b', partition: 0, offset: 5 }] })
  })

  it('may have another separator, quotes, no head, a byte order mark and empty lines', () => {
    const expected = { kind: 'offsets', offsets: [{ topic: 't', partition: 0, offset: 7 }] }
    for (const text of ['t;0;7', '"t"\t"0"\t"7"', '\uFEFFTopic,Partition,Offset\r\n\r\nt,0,7,more\r\n', '# note\nt,0,7'])
      expect(parseOffsetsCsv(text), text).toEqual(expected)
  })

  it('are refused with the line that is wrong', () => {
    const message = (text: string) => {
      const parsed = parseOffsetsCsv(text)
      return parsed.kind === 'error' ? parsed.message : 'none'
    }
    expect(message('t,0,7\nt,0')).toBe('Line 2: has to be topic,partition,offset')
    expect(message('t,0,7\nt,0,8')).toBe('Line 2: t 0 stands in line 1 already')
    expect(message('<b>,0,7')).toBe('Line 1: “<b>” is no topic name')
    expect(message('t,0,-7')).toBe('Line 1: “-7” is no offset')
    expect(message('')).toBe('No line has a topic, a partition and an offset')
  })
})

describe('the scope of a reset', () => {
  const known = [
    ['a', 0],
    ['a', 1],
    ['b', 0],
  ].map(([topic, partition]) => ({ topic, partition })) as unknown as readonly GroupPartition[]

  it('is everything, whole topics, or partitions', () => {
    expect(scopeOf(firstForm, known)).toBeNull()
    expect(scopeOf({ ...firstForm, scope: 'topics', topics: new Set(['a']) }, known)).toEqual([{ topic: 'a', partitions: null }])
    expect(scopeOf({ ...firstForm, scope: 'partitions', partitions: new Set(['a/1', 'b/0']) }, known)).toEqual([
      { topic: 'a', partitions: [1] },
      { topic: 'b', partitions: [0] },
    ])
  })

  it('asks for no plan while nothing is chosen', () => {
    const at = { connection: 'local', group: 'g' }
    const target = parseTarget('earliest', '', about)
    expect(planInput(at, { ...firstForm, scope: 'topics' }, known, target)).toBeUndefined()
    expect(planInput(at, firstForm, known, { kind: 'nothing' })).toBeUndefined()
    expect(planInput(at, firstForm, known, target)).toEqual({ ...at, scope: null, target: { kind: 'earliest' } })
  })
})
