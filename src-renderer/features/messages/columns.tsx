import type { Preview, RecordRow } from '../../../src-main/contract/views/records.ts'
import { formatBytes, formatCount } from '../../widgets/format.ts'
import { Chip, PartitionBadge } from '../../widgets/marks.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { formatTime } from '../../widgets/time.ts'
import type { PartFormat, RowFormats } from './row-formats.ts'
import { Marked } from './marked.tsx'

export interface ColumnOptions {
  readonly timeZone: string
  /** Whether all rows shown are of today, so that the date is left out. */
  readonly isShortTime: boolean
  /** How the rows are ordered, in words. */
  readonly order: string
  readonly formats: RowFormats
  readonly fields: readonly string[]
  readonly highlight: RegExp | null
}

/** Columns that need `batchFacts`. */
export const batchColumns = ['leaderEpoch', 'producer', 'sequence', 'compression']

export function messageColumns(options: ColumnOptions): readonly Column<RecordRow>[] {
  return [...placeColumns(options), ...payloadColumns(options), ...batchFactColumns]
}

function placeColumns({ timeZone, isShortTime, order }: ColumnOptions): Column<RecordRow>[] {
  return [
    { id: 'partition', title: 'Partition', widthPx: 78, value: row => row.partition, render: partitionCell },
    {
      id: 'offset',
      title: 'Offset',
      widthPx: 92,
      align: 'end',
      mono: true,
      value: row => row.offset,
      render: row => formatCount(row.offset),
    },
    {
      id: 'time',
      title: 'Time',
      widthPx: isShortTime ? 118 : 190,
      hint: order,
      mono: true,
      value: row => formatTime(row.timestampMs, timeZone),
      render: row => <TimeCell row={row} text={formatTime(row.timestampMs, timeZone, isShortTime ? 'time' : 'full')} />,
    },
  ]
}

function payloadColumns({ formats, fields, highlight }: ColumnOptions): Column<RecordRow>[] {
  return [
    {
      id: 'key',
      title: 'Key',
      ...formatted(formats.key),
      widthPx: 130,
      mono: true,
      value: row => row.key?.text ?? null,
      render: row => <KeyCell row={row} highlight={highlight} />,
    },
    {
      id: 'value',
      title: 'Value',
      ...formatted(formats.value),
      widthPx: 260,
      grows: true,
      mono: true,
      value: row => row.value?.text ?? null,
      render: row => <ValueCell row={row} highlight={highlight} />,
    },
    ...fields.map((path, index) => fieldColumn(path, index, highlight)),
    {
      id: 'headers',
      title: 'Headers',
      widthPx: 150,
      mono: true,
      value: headersText,
      render: row => <Marked text={headersText(row) ?? ''} highlight={highlight} />,
    },
    {
      id: 'size',
      title: 'Size',
      widthPx: 76,
      align: 'end',
      mono: true,
      value: row => row.sizeBytes,
      render: row => <span className="faint">{formatBytes(row.sizeBytes)}</span>,
    },
  ]
}

/** Text is what everybody expects: it needs no words. */
const formatted = (format: PartFormat | null): Pick<Column<RecordRow>, 'note' | 'hint'> =>
  format === null || format.title === 'Text' ? {} : { note: format.title, hint: format.reason }

const batchFactColumns: readonly Column<RecordRow>[] = [
  {
    id: 'leaderEpoch',
    title: 'Leader epoch',
    widthPx: 92,
    align: 'end',
    mono: true,
    hiddenAtFirst: true,
    value: row => row.batch?.leaderEpoch ?? null,
  },
  {
    id: 'producer',
    title: 'Producer / epoch',
    widthPx: 110,
    align: 'end',
    mono: true,
    hiddenAtFirst: true,
    value: row => producerText(row),
  },
  {
    id: 'sequence',
    title: 'Sequence',
    widthPx: 84,
    align: 'end',
    mono: true,
    hiddenAtFirst: true,
    value: row => sequenceOf(row),
  },
  {
    id: 'compression',
    title: 'Codec',
    widthPx: 74,
    mono: true,
    hiddenAtFirst: true,
    value: row => row.batch?.compression ?? null,
  },
]

const fieldColumn = (path: string, index: number, highlight: RegExp | null): Column<RecordRow> => ({
  id: `field ${path}`,
  title: path,
  widthPx: 100,
  mono: true,
  value: row => row.fields[index] ?? null,
  render: row => <Marked text={row.fields[index] ?? ''} highlight={highlight} />,
})

const partitionCell = (row: RecordRow) => <PartitionBadge partition={row.partition} />
const producerText = ({ batch }: RecordRow) =>
  batch === null || batch.producerId < 0 ? null : `${batch.producerId}/${batch.producerEpoch}`
const sequenceOf = ({ batch }: RecordRow) => (batch === null || batch.sequence < 0 ? null : batch.sequence)

export function headersText(row: RecordRow): string | null {
  if (row.headerCount === 0) return null
  const shown = row.headers.map(header => `${header.name}=${header.value?.text ?? '∅'}`).join(' ')
  return row.headerCount > row.headers.length ? `${shown} +${row.headerCount - row.headers.length}` : shown
}

function TimeCell({ row, text }: { readonly row: RecordRow; readonly text: string }) {
  if (!row.runsBackwards) return text
  return (
    <span title="Runs backwards: earlier than a record before it in the same partition">
      {text}{' '}
      <span className="warn" role="img" aria-label="runs backwards">
        ↶
      </span>
    </span>
  )
}

const textOf = (preview: Preview) => (preview.truncated ? `${preview.text}…` : preview.text)

function KeyCell({ row, highlight }: { readonly row: RecordRow; readonly highlight: RegExp | null }) {
  if (row.key === null)
    return (
      <span className="faint" title="no key">
        ∅
      </span>
    )
  return <Marked text={textOf(row.key)} highlight={highlight} />
}

function ValueCell({ row, highlight }: { readonly row: RecordRow; readonly highlight: RegExp | null }) {
  return (
    <>
      {row.transaction !== null && (
        <span style={{ marginRight: 8 }}>
          <Chip>{row.transaction === 'aborted' ? 'aborted' : 'open transaction'}</Chip>
        </span>
      )}
      {row.control !== null ? (
        <Chip>{row.control === 'other' ? 'control record' : `${row.control} marker`}</Chip>
      ) : row.value === null ? (
        <span className="faint" title="a tombstone: the value is null">
          ∅ tombstone
        </span>
      ) : (
        <span data-text="">
          <Marked text={textOf(row.value)} highlight={highlight} />
        </span>
      )}
    </>
  )
}
