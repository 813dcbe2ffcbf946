import { useState } from 'react'
import { Button } from '../../widgets/button.tsx'
import { formatCount, plural } from '../../widgets/format.ts'
import type { ByteSelection } from './hex-pane.tsx'
import { selectionValues } from './selection-values.ts'
import type { FieldLink } from './use-field-link.ts'
import styles from './hex-pane.module.css'

/** Bytes of a selection that are read as text. */
const textBytesMax = 480
const numberBytes = 10

export interface HexSelectionProps {
  readonly selection: ByteSelection
  readonly totalBytes: number
  readonly at: (offset: number) => number | undefined
  readonly link?: FieldLink | undefined
}

/** What the selected bytes are as numbers and text; of one byte, what starts with it. */
export function HexSelection({ selection, totalBytes, at, link }: HexSelectionProps) {
  const [isLittleEndian, setLittleEndian] = useState(false)
  const start = Math.min(selection.from, selection.to)
  const count = Math.abs(selection.to - selection.from) + 1
  const wanted = Math.min(count === 1 ? numberBytes : Math.min(count, textBytesMax), totalBytes - start)
  const bytes: number[] = []
  for (let offset = start; offset < start + wanted; offset += 1) {
    const byte = at(offset)
    if (byte === undefined) break
    bytes.push(byte)
  }
  return (
    <div className={styles.values} role="status" aria-label="Selected bytes">
      <span className="muted">
        at {formatCount(start)} (0x{start.toString(16)}) · {plural(count, 'byte')}
      </span>
      <FieldName link={link} />
      <Button tone="quiet" isPressed={isLittleEndian} onClick={() => setLittleEndian(!isLittleEndian)}>
        Little-endian
      </Button>
      {selectionValues(Uint8Array.from(bytes), count === 1 ? 1 : bytes.length, isLittleEndian).map(({ name, value }) => (
        <span key={name} className={styles.value}>
          <span className="muted">{name}</span> <span className="mono">{value}</span>
        </span>
      ))}
    </div>
  )
}

/** Which field of the value these bytes are, or why that cannot be told. */
function FieldName({ link }: { readonly link: FieldLink | undefined }) {
  if (link?.chosen !== undefined) {
    const { path } = link.chosen.place
    return path === '' ? (
      <span className="muted">the whole value</span>
    ) : (
      <span className={`mono ${styles.fieldName}`}>{path}</span>
    )
  }
  return link?.reason === undefined ? null : <span className="muted">{link.reason}</span>
}
