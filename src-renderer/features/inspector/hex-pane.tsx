import { memo, useEffect, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent, RefObject } from 'react'
import { useCurrent } from '../../bridge/use-current.ts'
import type { Span } from '../../../src-main/contract/views/records.ts'
import { copyText } from '../../widgets/clipboard.ts'
import { classes } from '../../widgets/classes.ts'
import { FailureState } from '../../widgets/states.tsx'
import { byteCharacter, byteHex, byteTarget, bytesPerRow, hexWindow, offsetText, rowPx, scrollTopFor } from './hex-layout.ts'
import { HexSelection } from './hex-selection.tsx'
import type { OneRecord, PartName } from './read-part.ts'
import { useBytes } from './use-bytes.ts'
import type { ChosenField, FieldLink } from './use-field-link.ts'
import styles from './hex-pane.module.css'

export interface HexPaneProps {
  /** `Bytes of the value`. */
  readonly label: string
  readonly record: OneRecord
  readonly part: PartName
  readonly totalBytes: number
  /** The field that was chosen in the text or by its bytes; undefined: fields are not linked here. */
  readonly link?: FieldLink | undefined
}

/** Bytes selected, both ends included; `to` is the one that the keys move. */
export interface ByteSelection {
  readonly from: number
  readonly to: number
}

/** Copied at most at once. */
const copyBytesMax = 65_536

/** Offset, hex, ASCII. Only the rows on screen exist, and only bytes near them are in the window. */
export function HexPane({ label, record, part, totalBytes, link }: HexPaneProps) {
  const viewport = useRef<HTMLDivElement>(null)
  const [scrollTop, setScrollTop] = useState(0)
  const heightPx = useHeight(viewport)
  const [selection, setSelection] = useState<ByteSelection>({ from: 0, to: 0 })
  const shown = hexWindow(totalBytes, scrollTop, heightPx)
  const firstByte = shown.firstRow * bytesPerRow
  const lastByte = Math.min(totalBytes, firstByte + shown.rowCount * bytesPerRow) - 1
  const bytes = useBytes(record, part, { first: firstByte, last: lastByte })

  const choose = (next: ByteSelection) => {
    setSelection(next)
    link?.chooseBytes(Math.min(next.from, next.to), Math.max(next.from, next.to))
  }
  const select: Select = (element, to, isExtending) => {
    choose({ from: isExtending ? selection.from : to, to })
    const target = scrollTopFor(to, totalBytes, element.scrollTop, heightPx)
    if (target !== undefined) element.scrollTop = target
  }
  const field = link?.chosen?.place.bytes
  useShownField(link?.chosen, place => {
    setSelection(place)
    const target = scrollTopFor(place.from, totalBytes, viewport.current?.scrollTop ?? 0, heightPx)
    if (target !== undefined && viewport.current !== null) viewport.current.scrollTop = target
  })
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const mod = event.ctrlKey || event.metaKey
    if (mod && event.key === 'c') return void copyText(selectedHex(selection, bytes.at), 'Copied bytes as hex')
    if (mod && event.key === 'a') choose({ from: 0, to: totalBytes - 1 })
    else {
      const target = byteTarget(event.key, mod, selection.to, Math.max(1, Math.floor(heightPx / rowPx) - 1), totalBytes)
      if (target === undefined) return undefined
      select(event.currentTarget, target, event.shiftKey)
    }
    event.preventDefault()
    return undefined
  }
  if (bytes.failure !== undefined) return <FailureState failure={bytes.failure} onRetry={bytes.retry} />
  return (
    <div className={styles.pane}>
      <div
        ref={viewport}
        role="grid"
        aria-label={label}
        aria-rowcount={Math.ceil(totalBytes / bytesPerRow)}
        aria-colcount={3}
        tabIndex={0}
        className={styles.viewport}
        onScroll={event => setScrollTop(event.currentTarget.scrollTop)}
        onKeyDown={onKeyDown}
        {...pointerSelection(select)}
      >
        <div role="presentation" className={styles.content} style={{ height: shown.contentPx }}>
          <div role="rowgroup" className={styles.rows} style={{ top: shown.topPx }}>
            {Array.from({ length: shown.rowCount }, (_, row) => {
              const start = firstByte + row * bytesPerRow
              const part = rowBytes(start, totalBytes, bytes.at)
              return <HexRow key={start} start={start} {...part} {...marksOf(selection, start)} field={fieldIn(field, start)} />
            })}
          </div>
        </div>
      </div>
      <HexSelection selection={selection} totalBytes={totalBytes} at={bytes.at} link={link} />
    </div>
  )
}

/** Bytes of a field that was chosen in the text; its value is selected, or all of it where the value takes no bytes. */
function useShownField(chosen: ChosenField | undefined, show: (selection: ByteSelection) => void): void {
  const latest = useCurrent(show)
  useEffect(() => {
    if (chosen?.origin !== 'text') return
    const { bytes, valueBytes } = chosen.place
    const { from, to } = valueBytes.to > valueBytes.from ? valueBytes : bytes
    latest.current({ from, to: Math.max(from, to - 1) })
  }, [chosen, latest])
}

/** First and last byte of the field in a row, as text: it tells whether the row has to be drawn anew. */
function fieldIn(field: Span | undefined, start: number): string {
  if (field === undefined || field.to <= start || field.from >= start + bytesPerRow) return ''
  return `${Math.max(field.from, start) - start} ${Math.min(field.to, start + bytesPerRow) - start - 1}`
}

/** The bytes of a row as text, which is what tells whether it has to be drawn anew. */
function rowBytes(start: number, totalBytes: number, at: (offset: number) => number | undefined) {
  const count = Math.min(bytesPerRow, totalBytes - start)
  let bytes = ''
  for (let index = 0; index < count; index += 1) {
    const byte = at(start + index)
    bytes += byte === undefined ? '--' : byteHex(byte)
  }
  return { bytes }
}

/** Which bytes of a row are selected; none: -1. */
function marksOf({ from, to }: ByteSelection, start: number) {
  const [low, high] = from < to ? [from, to] : [to, from]
  const [first, last] = [Math.max(low, start) - start, Math.min(high, start + bytesPerRow - 1) - start]
  const isCaretHere = to >= start && to < start + bytesPerRow
  return first > last ? { first: -1, last: -1, caret: -1 } : { first, last, caret: isCaretHere ? to - start : -1 }
}

interface HexRowProps {
  readonly start: number
  readonly bytes: string
  readonly first: number
  readonly last: number
  readonly caret: number
  readonly field: string
}

const HexRow = memo(function HexRow({ start, bytes, first, last, caret, field }: HexRowProps) {
  const pairs = bytes.match(/../g) ?? []
  const [fieldFirst = 1, fieldLast = 0] = field === '' ? [] : field.split(' ').map(Number)
  const classOf = (index: number) =>
    classes(
      index >= fieldFirst && index <= fieldLast && styles.field,
      index >= first && index <= last && styles.selected,
      index === caret && styles.caret,
      index === 8 && styles.half,
    )
  return (
    <div role="row" aria-rowindex={start / bytesPerRow + 1} className={styles.row}>
      <span role="rowheader" className="faint">
        {offsetText(start)}
      </span>
      <span role="gridcell" className={styles.bytes}>
        {pairs.map((pair, index) => (
          <span key={`${start + index}`} data-at={start + index} className={classOf(index)}>
            {pair}
          </span>
        ))}
      </span>
      <span role="gridcell" className={styles.characters}>
        {pairs.map((pair, index) => (
          <span key={`${start + index}`} data-at={start + index} className={classOf(index)}>
            {pair === '--' ? ' ' : byteCharacter(Number.parseInt(pair, 16))}
          </span>
        ))}
      </span>
    </div>
  )
})

type Select = (element: HTMLElement, to: number, isExtending: boolean) => void

function pointerSelection(select: Select) {
  const byteOf = ({ clientX, clientY }: PointerEvent) => {
    const at = document.elementFromPoint(clientX, clientY)?.closest('[data-at]')?.getAttribute('data-at')
    return at === null || at === undefined ? undefined : Number(at)
  }
  return {
    onPointerDown(event: PointerEvent<HTMLDivElement>) {
      const at = byteOf(event)
      if (at === undefined || event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      select(event.currentTarget, at, event.shiftKey)
    },
    onPointerMove(event: PointerEvent<HTMLDivElement>) {
      if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
      const at = byteOf(event)
      if (at !== undefined) select(event.currentTarget, at, true)
    },
  }
}

function selectedHex({ from, to }: ByteSelection, at: (offset: number) => number | undefined): string {
  const [low, high] = from < to ? [from, to] : [to, from]
  const digits: string[] = []
  for (let offset = low; offset <= Math.min(high, low + copyBytesMax - 1); offset += 1) {
    const byte = at(offset)
    if (byte === undefined) break
    digits.push(byteHex(byte))
  }
  return digits.join(' ')
}

function useHeight(element: RefObject<HTMLElement | null>): number {
  const [heightPx, setHeightPx] = useState(200)
  useEffect(() => {
    const { current } = element
    if (current === null) return undefined
    const observer = new ResizeObserver(() => setHeightPx(current.clientHeight))
    observer.observe(current)
    return () => observer.disconnect()
  }, [element])
  return heightPx
}
