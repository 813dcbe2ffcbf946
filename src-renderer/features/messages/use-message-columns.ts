import { useMemo } from 'react'
import type { RecordRow, RecordSession } from '../../../src-main/contract/views/records.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { useRemembered } from '../../preferences/use-remembered.ts'
import { useNow } from '../../widgets/states.tsx'
import { columnTemplate, isColumnLayout } from '../../widgets/table/column.ts'
import type { Column, ColumnLayout } from '../../widgets/table/column.ts'
import { useColumnLayout } from '../../widgets/table/use-column-layout.ts'
import type { ColumnChoice } from '../../widgets/table/use-column-layout.ts'
import { zoneOffsetMs } from '../../widgets/time.ts'
import { batchColumns, messageColumns } from './columns.tsx'
import type { RowFormats } from './row-formats.ts'
import { isAllToday } from './shown-rows.ts'

const layoutKey = (topic: string): string => `messages.${topic}`.slice(0, 180)
const noLayout: ColumnLayout = { widths: {}, hidden: batchColumns }

/** Whether a column is shown that needs facts of the batches. */
export function useBatchFacts(topic: string): boolean {
  const [layout] = useRemembered(`columns.${layoutKey(topic)}`, noLayout, isColumnLayout)
  return batchColumns.some(id => !layout.hidden.includes(id))
}

export interface ColumnsInput {
  readonly topic: string
  readonly rows: readonly RecordRow[]
  readonly formats: RowFormats
  readonly fields: readonly string[]
  readonly highlight: RegExp | null
  readonly session: RecordSession | null
  readonly isLive: boolean
}

export interface MessageColumns {
  readonly all: readonly Column<RecordRow>[]
  /** Of those to draw; stays the same object while rows come. */
  readonly choice: ColumnChoice<RecordRow>
}

/** The columns of a topic, as chosen for it. What no loaded row has is left out. */
export function useMessageColumns({ topic, rows, formats, fields, highlight, session, isLive }: ColumnsInput): MessageColumns {
  const timeZone = useTimeZone()
  const nowMs = useNow(60_000)
  const isShortTime = useMemo(() => isAllToday(rows, nowMs, zoneOffsetMs(nowMs, timeZone)), [rows, nowMs, timeZone])
  const hasHeaders = useMemo(() => rows.some(row => row.headerCount > 0), [rows])
  const order = orderText(session, isLive)
  const all = useMemo(
    () => messageColumns({ timeZone, isShortTime, order, formats, fields, highlight }),
    [timeZone, isShortTime, order, formats, fields, highlight],
  )
  const { shown, layout, resize, show, reset } = useColumnLayout(layoutKey(topic), all)
  const choice = useMemo(() => {
    const drawn = shown.filter(column => column.id !== 'headers' || hasHeaders)
    return { shown: drawn, layout, template: columnTemplate(drawn, layout), resize, show, reset }
  }, [shown, layout, hasHeaders, resize, show, reset])
  return { all, choice }
}

const timestampKinds = { create: 'create time', append: 'append time', unknown: 'time' }

export const orderText = (session: RecordSession | null, isLive: boolean): string =>
  isLive ? 'in the order of arrival' : `ordered by ${timestampKinds[session?.timestampType ?? 'unknown']}, partition, offset`
