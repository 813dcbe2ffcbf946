import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Column } from '../../../../src-renderer/widgets/table/column.ts'
import { columnTemplate, firstLayout } from '../../../../src-renderer/widgets/table/column.ts'
import { copyFormats, rowsAsText } from '../../../../src-renderer/widgets/table/copy-rows.ts'
import { marksAfterClick, marksOfAll, toggledMark } from '../../../../src-renderer/widgets/table/row-marks.ts'
import { filtered, sorted } from '../../../../src-renderer/widgets/table/sort-and-filter.ts'

interface Row {
  readonly name: string
  readonly lag: number | null
}
const columns: readonly Column<Row>[] = [
  { id: 'name', title: 'Name', widthPx: 100, grows: true, value: row => row.name },
  { id: 'lag', title: 'Lag', widthPx: 80, value: row => row.lag, hiddenAtFirst: true },
]
const rows: readonly Row[] = [
  { name: 'topic-10', lag: 5 },
  { name: 'topic-9', lag: null },
  { name: 'Other', lag: 30 },
]
const names = (list: readonly Row[]) => list.map(row => row.name)

describe('lists', () => {
  it('sorts numbers as numbers, names as people do, unknown last in both directions', () => {
    expect(names(sorted(rows, columns, { column: 'lag', descending: false }))).toEqual(['topic-10', 'Other', 'topic-9'])
    expect(names(sorted(rows, columns, { column: 'lag', descending: true }))).toEqual(['Other', 'topic-10', 'topic-9'])
    expect(names(sorted(rows, columns, { column: 'name', descending: false }))).toEqual(['Other', 'topic-9', 'topic-10'])
    expect(sorted(rows, columns, null)).toBe(rows)
  })

  it('sorts plain text as a collator would, only faster', () => {
    const text = fc.stringMatching(/^[a-zA-Z0-9.]{0,6}$/)
    const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), list => {
        const given = list.map(name => ({ name, lag: null }))
        const bySort = names(sorted(given, columns, { column: 'name', descending: false }))
        expect(bySort.toSorted(collator.compare)).toEqual(bySort)
      }),
    )
  })

  it('marks one, a range, or all that are shown', () => {
    const shown = ['a', 'b', 'c', 'd']
    const marked = new Set(['x'])
    expect([...toggledMark(toggledMark(marked, 'a'), 'x')]).toEqual(['a'])
    expect([...marksOfAll(marked, shown)]).toEqual(['x', ...shown])
    expect([...marksAfterClick(marked, shown, { from: 3, to: 1, isRange: true })]).toEqual(['x', 'b', 'c', 'd'])
    expect([...marksAfterClick(marked, shown, { from: -1, to: 1, isRange: true })]).toEqual(['x', 'b'])
    expect([...marksAfterClick(marked, shown, { from: 0, to: 9, isRange: false })]).toEqual(['x'])
  })

  it('filters by every word, in whatever column', () => {
    expect(names(filtered(rows, columns, ' TOPIC 5 '))).toEqual(['topic-10'])
    expect(filtered(rows, columns, 'nothing')).toEqual([])
  })

  it('widths that were set replace those that grow', () => {
    expect(columnTemplate(columns, firstLayout(columns))).toBe('minmax(100px, 1fr) 80px')
    expect(columnTemplate(columns, { widths: { name: 50 }, hidden: [] })).toBe('50px 80px')
    expect(firstLayout(columns).hidden).toEqual(['lag'])
  })

  it('copies as text that other programs read, and that no spreadsheet runs', () => {
    const hostile = [{ name: '=cmd|"x",\t|y\nz', lag: -1 }]
    const texts = Object.fromEntries(copyFormats.map(format => [format, rowsAsText(hostile, columns, format)]))
    expect(texts).toEqual({
      TSV: 'Name\tLag\n=cmd|"x", |y z\t-1',
      CSV: 'Name,Lag\r\n"\'=cmd|""x"",\t|y\nz",-1',
      JSON: JSON.stringify([{ name: '=cmd|"x",\t|y\nz', lag: -1 }], null, 2),
      Markdown: '| Name | Lag |\n| --- | --- |\n| =cmd\\|"x",\t\\|y z | -1 |',
    })
  })
})
