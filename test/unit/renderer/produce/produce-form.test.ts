import { describe, expect, it } from 'vitest'
import { ackText } from '../../../../src-renderer/features/produce/ack-text.ts'
import { firstOptions, manyOrder, optionProblems } from '../../../../src-renderer/features/produce/many-options.ts'
import {
  emptyForm,
  formOfDraft,
  partProblem,
  problemsOf,
  produceOrder,
  withHeader,
  withText,
} from '../../../../src-renderer/features/produce/produce-form.ts'
import { timestampOf } from '../../../../src-renderer/features/produce/timestamp-text.ts'

const part = (text: string, encoding: 'text' | 'json' | 'hex' | 'schema' = 'text') => ({
  text,
  encoding,
  isNull: false,
  schema: '',
  subject: '',
})

describe('the form', () => {
  it('sends a null key until one is typed, and an empty value as no bytes', () => {
    expect(produceOrder('local', 'orders', emptyForm, 'UTC')).toMatchObject({
      partition: null,
      key: null,
      value: { encoding: 'text', text: '' },
      timestampMs: null,
    })
    const form = { ...emptyForm, key: withText(emptyForm.key, 'A-1'), partition: '2' }
    expect(produceOrder('local', 'orders', form, 'UTC')).toMatchObject({ partition: 2, key: { encoding: 'text', text: 'A-1' } })
  })

  it('keeps the text of a tombstone, and does not send it', () => {
    const form = { ...emptyForm, value: { ...part('kept'), isNull: true } }
    expect(produceOrder('local', 'orders', form, 'UTC').value).toBeNull()
    expect(withText(form.value, 'typed').isNull).toBe(false)
  })

  it('takes a draft over, in encodings that a text field leaves alone', () => {
    const form = formOfDraft(emptyForm, {
      partition: 4,
      key: null,
      value: { encoding: 'text', text: 'a\r\nb' },
      headers: [{ name: 'h', value: null }],
    })
    expect(form).toMatchObject({
      partition: '4',
      key: { isNull: true },
      value: { encoding: 'base64', text: 'YQ0KYg==' },
      headers: [{ id: 1, name: 'h', value: { isNull: true } }],
    })
  })

  it('gives each header an id of its own', () => {
    const two = withHeader(withHeader(emptyForm))
    expect(two.headers.map(header => header.id)).toEqual([1, 2])
  })

  it('says what is wrong before anything is sent', () => {
    expect(partProblem(part('{"n":9007199254740993}', 'json'))).toBeUndefined()
    expect(partProblem(part('{"n":1,}', 'json'))).toMatch(/^Not JSON/)
    expect(partProblem(part('', 'json'))).toMatch(/Empty/)
    expect(partProblem(part('0x7b ff:00', 'hex'))).toBeUndefined()
    expect(partProblem(part('7bf', 'hex'))).toMatch(/Not hex/)
    expect(partProblem(part('{}', 'schema'))).toBe('Choose a schema')
    expect(problemsOf({ ...emptyForm, timestamp: 'yesterday' }, 'UTC')).toEqual({ timestamp: expect.any(String) })
  })
})

describe('a typed time', () => {
  it.each([
    ['', 'UTC', null],
    ['1795183380', 'UTC', 1_795_183_380_000],
    ['1795183380012', 'UTC', 1_795_183_380_012],
    ['2026-11-20T14:03:00.012Z', 'Europe/Berlin', 1_795_183_380_012],
    ['2026-11-20 15:03:00.012', 'Europe/Berlin', 1_795_183_380_012],
    ['2026-07-01', 'Europe/Berlin', Date.parse('2026-06-30T22:00:00Z')],
    ['2026-03-29 03:30', 'Europe/Berlin', Date.parse('2026-03-29T01:30:00Z')],
    ['2026-03-29 01:30', 'Europe/Berlin', Date.parse('2026-03-29T00:30:00Z')],
    ['2026-13-01', 'UTC', undefined],
    ['soon', 'UTC', undefined],
  ])('%s in %s', (text, timeZone, ms) => {
    expect(timestampOf(text, timeZone)).toBe(ms)
  })
})

describe('many records', () => {
  it('read their numbers with separators, and leave out what is empty', () => {
    const options = { ...firstOptions, count: '1,000_000', rate: '', file: ' lines.txt ', transaction: 'ask' as const }
    expect(manyOrder(options)).toEqual({
      count: 1_000_000,
      ratePerSecond: null,
      transaction: { outcome: 'ask' },
      file: 'lines.txt',
      seed: null,
    })
  })

  it('say what is out of bounds; all lines of a file need no number', () => {
    expect(optionProblems({ ...firstOptions, count: '0', rate: '0.001', seed: '-1' })).toEqual({
      count: expect.any(String),
      rate: expect.any(String),
      seed: expect.any(String),
    })
    expect(optionProblems({ ...firstOptions, count: '' })).toEqual({ count: expect.any(String) })
    expect(optionProblems({ ...firstOptions, count: '', file: 'x' })).toEqual({})
  })
})

it('says where a record landed, or that nobody was asked', () => {
  const ack = { topic: 'orders', partition: 2, offset: 41, timestampMs: 0, latencyMs: 3.21 }
  expect(ackText(ack)).toBe('partition 2 · offset 41 · 3.2 ms')
  expect(ackText({ ...ack, offset: -1, latencyMs: 1_234 })).toBe('partition 2 · no acknowledgement asked for · 1,234 ms')
})
