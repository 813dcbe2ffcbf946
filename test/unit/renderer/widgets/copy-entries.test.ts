import { describe, expect, it } from 'vitest'
import type { Column } from '../../../../src-renderer/widgets/table/column.ts'
import { copyEntries } from '../../../../src-renderer/widgets/table/copy-entries.ts'

interface Row {
  readonly id: number
  readonly host: string | null
}
const columns: readonly Column<Row>[] = [
  { id: 'id', title: 'Id', widthPx: 40, value: row => row.id },
  { id: 'host', title: 'Host', widthPx: 40, value: row => row.host },
]
const rows: readonly Row[] = [
  { id: 1, host: 'one' },
  { id: 2, host: null },
]
const labels = (row: number, column: number | undefined, hasNoTools = false) =>
  copyEntries({
    row: rows[row] as Row,
    column: column === undefined ? undefined : columns[column],
    rows,
    columns,
    hasNoTools,
  }).map(entry => ('label' in entry ? entry.label : ''))

describe('what a list offers to copy', () => {
  it('is the cell, the row and the column that were clicked', () => {
    expect(labels(0, 1)).toEqual(['Copy cell', 'Copy row', 'Copy column'])
    expect(labels(1, 1)).toEqual(['Copy row', 'Copy column'])
    expect(labels(0, undefined)).toEqual(['Copy row'])
  })

  it('is all of it in every format where no tools stand above', () => {
    expect(labels(0, 0, true).slice(3)).toEqual(['TSV', 'CSV', 'JSON', 'Markdown'].map(format => `Copy all as ${format}`))
  })
})
