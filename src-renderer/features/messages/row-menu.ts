import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { isSameRecord, markForCompare, useComparePair } from '../../places/compare-pair.ts'
import { useConnections } from '../../places/connections.ts'
import { setProduceDraft } from '../../places/produce-draft.ts'
import type { DraftText } from '../../places/produce-draft.ts'
import { openPlace } from '../../places/tabs.ts'
import { copyText } from '../../widgets/clipboard.ts'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { toast } from '../../widgets/toasts.ts'
import type { ReadContext } from './read-context.ts'
import { clientCode, jsonEnvelope, kcatLine } from './row-copies.ts'
import { requestScan } from './scan/scan-request.ts'
import { columnPaths } from './payload-columns.ts'

export interface RowMenuOptions {
  readonly context: ReadContext
  readonly row: RecordRow
  /** The column under the pointer. */
  readonly column: string | null
  readonly fields: readonly string[]
  readonly readOnlyReason: string | undefined
  readonly setFields: (fields: readonly string[]) => void
}

/** What can be done with one row. */
export function rowMenu(options: RowMenuOptions): readonly MenuEntry[] {
  const { context, row } = options
  const { connection, topic } = context
  const place = { connection, topic, partition: row.partition, offset: row.offset }
  const isMarked = useComparePair.getState().records.some(record => isSameRecord(record, place))
  return [
    { label: 'Copy as JSON', run: () => void copy(context, row, jsonEnvelope) },
    { label: 'Copy value', run: () => void copy(context, row, detail => detail.value?.text ?? '') },
    { label: 'Copy key', run: () => void copy(context, row, detail => detail.key?.text ?? '') },
    { label: 'Copy kcat line', run: () => void copy(context, row, detail => kcatLine(detail, bootstrapOf(connection))) },
    { label: 'Copy client code', run: () => void copy(context, row, detail => clientCode(detail, bootstrapOf(connection))) },
    { kind: 'separator' },
    { label: 'Edit and resend…', disabledReason: options.readOnlyReason, run: () => void resend(context, row) },
    {
      label: 'Find same key',
      disabledReason: row.key === null ? 'This record has no key.' : undefined,
      run: () => requestScan(connection, topic, sameKey(row)),
    },
    {
      label: 'Around this record',
      run: () =>
        openPlace({
          kind: 'topic',
          connection,
          topic,
          view: 'messages',
          at: { kind: 'record', partition: row.partition, offset: row.offset },
        }),
    },
    { label: isMarked ? 'Do not compare' : 'Compare with another…', hint: 'Ctrl click', run: () => markForCompare(place) },
    ...fieldEntries(options),
  ]
}

const sameKey = (row: RecordRow) => ({ kind: 'text', text: row.key?.text ?? '', in: 'key', caseSensitive: true }) as const

const bootstrapOf = (connection: string): string =>
  useConnections
    .getState()
    .connections.find(one => one.id === connection)
    ?.bootstrap.join(',') ?? 'localhost:9092'

function fieldEntries({ row, column, fields, setFields }: RowMenuOptions): MenuEntry[] {
  const shown = column?.startsWith('field ') === true ? column.slice('field '.length) : null
  if (shown !== null)
    return [
      { kind: 'separator' },
      { label: `Remove column ${shown}`, run: () => setFields(fields.filter(path => path !== shown)) },
    ]
  const paths = columnPaths(row).filter(path => !fields.includes(path))
  if (paths.length === 0) return []
  return [
    { kind: 'separator' },
    { kind: 'title', label: 'Add as column' },
    ...paths.map(path => ({ label: path, run: () => setFields([...fields, path]) })),
  ]
}

type Detail = Awaited<ReturnType<typeof detailOf>>
const detailOf = ({ connection, topic, keyDecoder, valueDecoder }: ReadContext, row: RecordRow) =>
  bridge.call('records.detail', { connection, topic, partition: row.partition, offset: row.offset, keyDecoder, valueDecoder })

async function copy(context: ReadContext, row: RecordRow, textOf: (detail: Detail) => string): Promise<void> {
  await guarded(async () => await copyText(textOf(await detailOf(context, row))))
}

async function resend(context: ReadContext, row: RecordRow): Promise<void> {
  await guarded(async () => {
    const detail = await detailOf(context, row)
    const parts = await Promise.all([draftOf(context, row, 'key', detail.key), draftOf(context, row, 'value', detail.value)])
    const headers = await Promise.all(
      detail.headers.map(async (header, index) => ({
        name: header.name,
        value: await draftOf(context, row, { header: index }, header.value),
      })),
    )
    setProduceDraft(context.connection, context.topic, { partition: row.partition, key: parts[0], value: parts[1], headers })
    openPlace({ kind: 'produce', connection: context.connection, topic: context.topic })
  })
}

/** Above it a value is not taken into a text field. */
const draftBytesMax = 1_048_576

/** Text as it was written where the bytes are text, else the bytes as hex: what is sent again is what was there. */
async function draftOf(
  context: ReadContext,
  row: RecordRow,
  part: 'key' | 'value' | { header: number },
  decoded: Detail['key'],
): Promise<DraftText | null> {
  if (decoded === null) return null
  if (decoded.sizeBytes > draftBytesMax)
    throw new Error(`The record is larger than ${draftBytesMax} bytes: export and import it instead.`)
  if (decoded.sizeBytes === 0) return { encoding: 'text', text: '' }
  const { connection, topic } = context
  const { bytes } = await bridge.call('records.bytes', {
    ...{ connection, topic, partition: row.partition, offset: row.offset, part, from: 0, length: decoded.sizeBytes },
  })
  try {
    return { encoding: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return { encoding: 'hex', text: [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('') }
  }
}

async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    toast({ level: 'error', title: 'Not done', detail: failureOf(error).message })
  }
}
