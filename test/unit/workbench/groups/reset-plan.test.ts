import { describe, expect, it } from 'vitest'
import { resetRow } from '../../../../src-main/workbench/groups/reset-plan.ts'

const place = { topic: 'orders', partition: 0, committed: 50, startOffset: 10, endOffset: 100, atTime: undefined }

describe('where a reset leads', () => {
  it.each([
    [{ kind: 'earliest' }, 10, null],
    [{ kind: 'latest' }, 100, null],
    [{ kind: 'offset', offset: 60 }, 60, null],
    [{ kind: 'offset', offset: 5 }, 10, '5 lies before the start: moved to it'],
    [{ kind: 'offset', offset: 500 }, 100, '500 lies behind the end: moved to it'],
    [{ kind: 'shift', by: -20 }, 30, null],
    [{ kind: 'shift', by: -200 }, 10, '-150 lies before the start: moved to it'],
  ] as const)('%j: to %i, %s', (target, to, note) => {
    expect(resetRow(place, target)).toMatchObject({ from: 50, to, delta: to - 50, lagAfter: 100 - to, note })
  })

  it('by time, is the first record at or after it, else the end and said so', () => {
    const target = { kind: 'time', timestampMs: 1 } as const
    expect(resetRow({ ...place, atTime: 70 }, target)).toMatchObject({ to: 70, note: null })
    expect(resetRow({ ...place, atTime: -1 }, target)).toMatchObject({ to: 100, note: 'nothing at or after that time: the end' })
  })

  it('cannot shift from nowhere: it starts at the start and says so', () => {
    expect(resetRow({ ...place, committed: null }, { kind: 'shift', by: 5 })).toMatchObject({
      from: null,
      delta: null,
      to: 10,
      note: 'nothing was committed: the start',
    })
  })

  it('from a file, leaves alone what the file does not name', () => {
    const target = { kind: 'offsets', offsets: [{ topic: 'orders', partition: 1, offset: 3 }] } as const
    expect(resetRow(place, { ...target, offsets: [...target.offsets] })).toBeUndefined()
  })
})
