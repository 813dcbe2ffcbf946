/** Which rows are marked, by their keys. */
export interface RowMarks {
  readonly keys: ReadonlySet<string>
  readonly onChange: (keys: ReadonlySet<string>) => void
}

export function toggledMark(marked: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(marked)
  if (!next.delete(key)) next.add(key)
  return next
}

/** Those of the filter as well as those marked before it. */
export const marksOfAll = (marked: ReadonlySet<string>, shown: readonly string[]): ReadonlySet<string> =>
  new Set([...marked, ...shown])

/** Ctrl toggles one; Shift marks all from the active row to the clicked one. */
export function marksAfterClick(
  marked: ReadonlySet<string>,
  shown: readonly string[],
  click: { readonly from: number; readonly to: number; readonly isRange: boolean },
): ReadonlySet<string> {
  const clicked = shown[click.to]
  if (clicked === undefined) return marked
  if (!click.isRange) return toggledMark(marked, clicked)
  const from = click.from === -1 ? click.to : click.from
  return marksOfAll(marked, shown.slice(Math.min(from, click.to), Math.max(from, click.to) + 1))
}
