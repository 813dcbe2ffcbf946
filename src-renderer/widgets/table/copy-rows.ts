import type { Column } from './column.ts'

export const copyFormats = ['TSV', 'CSV', 'JSON', 'Markdown'] as const
export type CopyFormat = (typeof copyFormats)[number]

/** Rows as text for another program. */
export function rowsAsText<Row>(rows: readonly Row[], columns: readonly Column<Row>[], format: CopyFormat): string {
  const titles = columns.map(column => column.title)
  const cells = (row: Row) => columns.map(column => column.value(row))
  switch (format) {
    case 'JSON':
      return JSON.stringify(
        rows.map(row => Object.fromEntries(columns.map(column => [column.id, column.value(row)]))),
        null,
        2,
      )
    case 'Markdown':
      return [titles, titles.map(() => '---'), ...rows.map(cells)]
        .map(line => `| ${line.map(markdownCell).join(' | ')} |`)
        .join('\n')
    case 'CSV':
      return [titles, ...rows.map(cells)].map(line => line.map(csvCell).join(',')).join('\r\n')
    case 'TSV':
      return [titles, ...rows.map(cells)].map(line => line.map(tsvCell).join('\t')).join('\n')
  }
}

type Cell = string | number | null
const markdownCell = (cell: Cell) =>
  String(cell ?? '')
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ')
/** RFC 4180; a text that a spreadsheet would take for a formula gets an apostrophe. */
export const csvCell = (cell: Cell) => {
  const text = typeof cell === 'string' && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
const tsvCell = (cell: Cell) => String(cell ?? '').replaceAll(/[\t\r\n]+/g, ' ')
