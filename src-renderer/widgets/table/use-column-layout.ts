import { useCallback, useMemo } from 'react'
import { useRemembered } from '../../preferences/use-remembered.ts'
import { columnTemplate, firstLayout, isColumnLayout } from './column.ts'
import type { Column, ColumnLayout } from './column.ts'

export interface ColumnChoice<Row> {
  readonly shown: readonly Column<Row>[]
  readonly layout: ColumnLayout
  readonly template: string
  readonly resize: (column: string, widthPx: number) => void
  readonly show: (column: string, isShown: boolean) => void
  readonly reset: () => void
}

/** Which columns are shown and how wide, kept per list over restarts. */
export function useColumnLayout<Row>(storageKey: string, columns: readonly Column<Row>[]): ColumnChoice<Row> {
  const first = useMemo(() => firstLayout(columns), [columns])
  const [layout, keep] = useRemembered<ColumnLayout>(`columns.${storageKey}`, first, isColumnLayout)
  const shown = useMemo(() => columns.filter(column => !layout.hidden.includes(column.id)), [columns, layout])
  const template = useMemo(() => columnTemplate(shown, layout), [shown, layout])
  const resize = useCallback(
    (column: string, widthPx: number) => keep({ ...layout, widths: { ...layout.widths, [column]: widthPx } }),
    [keep, layout],
  )
  const show = useCallback(
    (column: string, isShown: boolean) => {
      const others = layout.hidden.filter(id => id !== column)
      keep({ ...layout, hidden: isShown ? others : [...others, column] })
    },
    [keep, layout],
  )
  return { shown, layout, template, resize, show, reset: useCallback(() => keep(first), [keep, first]) }
}
