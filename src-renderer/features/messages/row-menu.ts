import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { failureOf } from '../../bridge/bridge.ts'
import { draftText } from '../../places/bytes-text.ts'
import { isSameRecord, markForCompare, useComparePair } from '../../places/compare-pair.ts'
import { useConnections } from '../../places/connections.ts'
import { setProduceDraft } from '../../places/produce-draft.ts'
import { openPlace } from '../../places/tabs.ts'
import { copyText } from '../../widgets/clipboard.ts'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { toast } from '../../widgets/toasts.ts'
import type { ReadContext } from './read-context.ts'
import { exactRecord } from './exact-record.ts'
import type { ExactRecord } from './exact-record.ts'
import type { RowPart } from './message-row.tsx'
import { clientCode, clientLanguages, copiedText, kcatLine } from './row-copies.ts'
import { recordEnvelope } from '../../places/record-envelope.ts'
import { requestScan } from './scan/scan-request.ts'
import { columnPaths, pathAt } from './payload-columns.ts'

/** As many as the contract takes. */
const fieldsMax = 16

export interface RowMenuOptions {
  readonly context: ReadContext
  readonly row: RecordRow
  /** What is under the pointer. */
  readonly part: RowPart | null
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
    ...fieldEntries(options),
    ...copyEntries(context, row),
    { kind: 'separator' },
    { label: 'Edit and resend…', disabledReason: options.readOnlyReason, run: () => void resend(context, row) },
    {
      label: 'Find same key',
      disabledReason: row.key === null ? noKey : undefined,
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
    ...otherFieldEntries(options),
  ]
}

function copyEntries(context: ReadContext, row: RecordRow): MenuEntry[] {
  const bootstrap = bootstrapOf(context.connection)
  const entry = (label: string, textOf: (record: ExactRecord) => string, disabledReason?: string): MenuEntry => ({
    label: `Copy ${label}`,
    disabledReason,
    run: () => void copy(context, row, label, textOf),
  })
  return [
    entry('as JSON', recordEnvelope),
    entry('value', record => copiedText(record.value), row.value === null ? 'A tombstone has no value.' : undefined),
    entry('key', record => copiedText(record.key), row.key === null ? noKey : undefined),
    entry('kcat line', record => kcatLine(record, bootstrap)),
    ...clientLanguages.map(language => entry(`code, ${language}`, record => clientCode(record, bootstrap, language))),
  ]
}

const noKey = 'This record has no key.'
const sameKey = (row: RecordRow) => ({ kind: 'text', text: row.key?.text ?? '', in: 'key', caseSensitive: true }) as const

const bootstrapOf = (connection: string): string =>
  useConnections
    .getState()
    .connections.find(one => one.id === connection)
    ?.bootstrap.join(',') ?? 'localhost:9092'

function fieldEntries({ row, part, fields, setFields }: RowMenuOptions): MenuEntry[] {
  const shown = part?.column.startsWith('field ') === true ? part.column.slice('field '.length) : null
  if (shown !== null)
    return [
      { label: `Remove column ${shown}`, run: () => setFields(fields.filter(path => path !== shown)) },
      { kind: 'separator' },
    ]
  const under = part?.column === 'value' && part.at !== null && row.value !== null ? pathAt(row.value.text, part.at) : undefined
  const canAdd = fields.length < fieldsMax && under !== undefined && !fields.includes(under)
  return canAdd ? [{ label: `Add ${under} as column`, run: () => setFields([...fields, under]) }, { kind: 'separator' }] : []
}

function otherFieldEntries({ row, fields, setFields }: RowMenuOptions): MenuEntry[] {
  const paths = columnPaths(row).filter(path => !fields.includes(path))
  if (paths.length === 0) return []
  const disabledReason = fields.length < fieldsMax ? undefined : `There are ${fieldsMax} such columns, and no more at once.`
  return [
    { kind: 'separator' },
    { kind: 'title', label: 'Add as column' },
    ...paths.map(path => ({ label: path, disabledReason, run: () => setFields([...fields, path]) })),
  ]
}

async function copy(context: ReadContext, row: RecordRow, what: string, textOf: (record: ExactRecord) => string): Promise<void> {
  await guarded('Not copied', async () => await copyText(textOf(await exactRecord(context, row)), `Copied: ${what}`))
}

async function resend(context: ReadContext, row: RecordRow): Promise<void> {
  await guarded('The record could not be taken over', async () => {
    const { key, value, headers } = await exactRecord(context, row)
    setProduceDraft(context.connection, context.topic, {
      partition: row.partition,
      key: key === null ? null : draftText(key),
      value: value === null ? null : draftText(value),
      headers: headers.map(header => ({ name: header.name, value: header.value === null ? null : draftText(header.value) })),
    })
    openPlace({ kind: 'produce', connection: context.connection, topic: context.topic })
  })
}

async function guarded(title: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    toast({ level: 'error', title, detail: failureOf(error).message })
  }
}
