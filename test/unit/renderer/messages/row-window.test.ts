import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cut, RecordPage, RecordRow } from '../../../../src-main/contract/views/records.ts'
import { emptyWindow, rowKey, rowsHeldMax, withPage } from '../../../../src-renderer/features/messages/row-window.ts'
import type { RowWindow } from '../../../../src-renderer/features/messages/row-window.ts'

const partitions = [0, 2, 5]

/** A topic as main would page through it: rows merged by time, every partition in the order of its offsets. */
function topicOf(length: number) {
  const next = new Map(partitions.map(partition => [partition, 0]))
  const rows = Array.from({ length }, (_, index) => {
    const partition = partitions[(index * 7) % 3] as number
    const offset = next.get(partition) as number
    next.set(partition, offset + 1)
    return { partition, offset, timestampMs: index } as RecordRow
  })
  const cutAt = (index: number): Cut =>
    partitions.map(partition => rows.slice(0, index).filter(row => row.partition === partition).length)
  const indexOf = (cut: Cut) => cut.reduce((sum, offset) => sum + offset, 0)
  const page = (from: Cut, direction: 'forward' | 'backward', count: number): RecordPage => {
    const at = indexOf(from)
    const [start, end] = direction === 'forward' ? [at, Math.min(length, at + count)] : [Math.max(0, at - count), at]
    return {
      ...{ rows: rows.slice(start, end), start: cutAt(start), end: cutAt(end), atStart: start === 0, atEnd: end === length },
      ...{ endOffsets: cutAt(length), missing: [], scannedRecords: 0, tookMs: 0 },
    }
  }
  return { rows, cutAt, page }
}

function walk(topic: ReturnType<typeof topicOf>, anchor: number, steps: readonly { back: boolean; count: number }[]): RowWindow {
  return steps.reduce<RowWindow>(
    (window, { back, count }) => {
      const direction = back ? 'backward' : 'forward'
      return withPage(window, topic.page(back ? window.start : window.end, direction, count), direction, partitions)
    },
    emptyWindow(topic.cutAt(anchor)),
  )
}

describe('the window on a topic', () => {
  it('is always one stretch of the topic, without a gap or a double, whatever way it was read', () => {
    const step = fc.record({ back: fc.boolean(), count: fc.integer({ min: 1, max: 900 }) })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12_000 }), fc.array(step, { maxLength: 40 }), (anchor, steps) => {
        const topic = topicOf(12_000)
        const window = walk(topic, anchor, steps)
        const from = window.rows[0]?.timestampMs ?? anchor
        expect(window.rows.map(rowKey)).toEqual(topic.rows.slice(from, from + window.rows.length).map(rowKey))
        expect(window.start).toEqual(topic.cutAt(from))
        expect(window.end).toEqual(topic.cutAt(from + window.rows.length))
        expect(window.rows.length).toBeLessThanOrEqual(rowsHeldMax)
        if (window.rows.length > 0) expect(window.firstIndex).toBe(from - anchor)
      }),
      { numRuns: 15 },
    )
  })

  it('knows both ends of the topic, and forgets an end whose rows it let go', () => {
    const topic = topicOf(7_000)
    const forward = Array.from({ length: 30 }, () => ({ back: false, count: 250 }))
    const atEnd = walk(topic, 0, forward)
    expect([atEnd.atStart, atEnd.atEnd, atEnd.rows.length]).toEqual([false, true, rowsHeldMax])
    const back = walk(topic, 0, [...forward, ...Array.from({ length: 10 }, () => ({ back: true, count: 250 }))])
    expect([back.atStart, back.atEnd]).toEqual([true, false])
  })
})
