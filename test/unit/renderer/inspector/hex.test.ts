import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  byteTarget,
  bytesPerRow,
  hexWindow,
  rowPx,
  scrollTopFor,
} from '../../../../src-renderer/features/inspector/hex-layout.ts'
import { selectionValues, zigzag } from '../../../../src-renderer/features/inspector/selection-values.ts'

const viewport = 200
const size = fc.integer({ min: 1, max: 2_000_000_000 })

describe('rows of bytes', () => {
  it('lie at their own place while all of them fit', () => {
    expect(hexWindow(1_600, 0, viewport)).toEqual({ contentPx: 1_800, firstRow: 0, rowCount: 13, topPx: 0 })
    expect(hexWindow(1_600, 45, viewport)).toMatchObject({ firstRow: 2, topPx: 36 })
    expect(hexWindow(10, 0, viewport)).toEqual({ contentPx: 18, firstRow: 0, rowCount: 1, topPx: 0 })
  })

  it('reach the first and the last byte of any size, within what a browser can draw', () => {
    fc.assert(
      fc.property(size, totalBytes => {
        const { contentPx } = hexWindow(totalBytes, 0, viewport)
        expect(contentPx).toBeLessThanOrEqual(12_000_000)
        const end = hexWindow(totalBytes, Math.max(0, contentPx - viewport), viewport)
        const lastRow = Math.ceil(totalBytes / bytesPerRow) - 1
        expect(end.firstRow + end.rowCount - 1).toBe(lastRow)
        if (totalBytes > 200_000_000) expect(end.rowCount * rowPx).toBeLessThanOrEqual(viewport)
        expect(end.topPx + viewport).toBeGreaterThanOrEqual(contentPx - rowPx)
      }),
    )
  })

  it('come on screen when a byte of theirs is looked at, and stay when they are', () => {
    fc.assert(
      fc.property(size, fc.nat(), (totalBytes, seed) => {
        const at = seed % totalBytes
        const top = scrollTopFor(at, totalBytes, 0, viewport) ?? 0
        const { firstRow, rowCount } = hexWindow(totalBytes, top, viewport)
        const row = Math.floor(at / bytesPerRow)
        expect(row).toBeGreaterThanOrEqual(firstRow)
        expect(row).toBeLessThan(firstRow + rowCount)
      }),
    )
  })

  it.each([
    ['ArrowRight', false, 99, 99],
    ['ArrowDown', false, 3, 19],
    ['ArrowDown', false, 95, 95],
    ['ArrowUp', false, 5, 5],
    ['Home', false, 37, 32],
    ['End', false, 37, 47],
    ['End', false, 98, 99],
    ['Home', true, 37, 0],
    ['End', true, 37, 99],
    ['PageDown', false, 3, 35],
    ['x', false, 3, undefined],
  ])('%s (far: %s) moves from %i to %s', (key, isFar, at, target) => {
    expect(byteTarget(key, isFar, at, 2, 100)).toBe(target)
  })
})

describe('selected bytes', () => {
  const values = (bytes: number[], textBytes: number, isLittleEndian = false) =>
    Object.fromEntries(selectionValues(Uint8Array.from(bytes), textBytes, isLittleEndian).map(({ name, value }) => [name, value]))

  it('are numbers in both byte orders, with all their digits', () => {
    expect(values([0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 8)).toMatchObject({
      int8: '127',
      int16: '32767',
      uint32: '2147483647',
      int64: '9223372036854775807',
      'UTF-8': 'not UTF-8',
    })
    expect(values([1, 0, 0, 0], 4, true)).toMatchObject({ int16: '1', int32: '1' })
    expect(values([0x3f, 0xf8, 0, 0, 0, 0, 0, 0], 8)).toMatchObject({ float64: '1.5' })
  })

  it('are only what there are bytes for', () => {
    expect(Object.keys(values([0x41], 1))).toEqual(['int8', 'uint8', 'varint', 'UTF-8'])
    expect(values([0x41, 0x42, 0x43], 2)).toMatchObject({ 'UTF-8': '"AB"' })
  })

  it('are a variable-length integer as Kafka writes it', () => {
    expect(['00', '01', '02', 'ac02', 'ffffffffffffffffff01', '80'].map(hex => zigzag(Buffer.from(hex, 'hex')))).toEqual([
      '0',
      '-1',
      '1',
      '150',
      '-9223372036854775808',
      undefined,
    ])
  })
})
