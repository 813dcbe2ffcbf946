import { headersShownMax, previewCharsMax } from '../../contract/limits.ts'
import type { Preview, RecordRow } from '../../contract/views/records.ts'
import type { Decoding, Part } from '../decoders/decoding.ts'
import { sizeOf } from './log-record.ts'
import type { LogRecord } from './log-record.ts'
import { noColumns } from './row-columns.ts'
import type { RowColumns } from './row-columns.ts'

/** A record as a table shows it. `runsBackwards` is filled in by `markBackwards`, which sees the whole page. */
export function recordRow(
  partition: number,
  record: LogRecord,
  decoding: Pick<Decoding, 'preview'>,
  columns: RowColumns = noColumns,
): RecordRow {
  const shown = (part: Part, bytes: Uint8Array | null): Preview | null =>
    bytes === null ? null : decoding.preview(part, bytes, record.key)
  return {
    partition,
    offset: record.offset,
    timestampMs: record.timestampMs,
    timestampType: record.timestampType,
    runsBackwards: false,
    key: shown('key', record.key),
    value: shown('value', record.value),
    headers: record.headers
      .slice(0, headersShownMax)
      .map(header => ({ name: header.name.slice(0, headerNameCharsMax), value: shown('header', header.value) })),
    headerCount: record.headers.length,
    sizeBytes: sizeOf(record),
    transaction: record.transaction,
    control: record.control,
    fields: columns.fields(record),
    batch: columns.batch(record),
  }
}

const headerNameCharsMax = 400

/** About what its row takes on the way to the window, at most. */
export function rowBytes(record: LogRecord): number {
  const shown = (bytes: Uint8Array | null) => Math.min(bytes?.length ?? 0, previewCharsMax)
  let bytes = 200 + shown(record.key) + shown(record.value)
  for (const header of record.headers.slice(0, headersShownMax)) bytes += 60 + shown(header.value)
  return bytes
}

/** Rows in ascending order of the page; marks those older than an earlier record of their partition. */
export function markBackwards(rows: readonly RecordRow[]): RecordRow[] {
  const newest = new Map<number, number>()
  return rows.map(row => {
    const before = newest.get(row.partition) ?? -1
    newest.set(row.partition, Math.max(before, row.timestampMs))
    return row.timestampMs >= 0 && row.timestampMs < before ? { ...row, runsBackwards: true } : row
  })
}
