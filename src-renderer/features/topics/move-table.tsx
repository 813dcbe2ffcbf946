import { useState } from 'react'
import { Checkbox, TextField } from '../../widgets/fields.tsx'
import { formatBytes, formatCount } from '../../widgets/format.ts'
import { PartitionBadge } from '../../widgets/marks.tsx'
import type { MoveLine } from './reassignment-moves.ts'
import styles from './topics.module.css'

/** Lines that are drawn; the plan holds for the others all the same. */
const drawnMax = 200

export interface MoveTableProps {
  readonly lines: readonly MoveLine[]
  readonly onType: (partition: number, text: string) => void
}

/** From where to where, each target open for change by hand. */
export function MoveTable({ lines, onType }: MoveTableProps) {
  const [onlyChanged, setOnlyChanged] = useState(false)
  const changedCount = lines.filter(line => line.isChanged).length
  const shown = onlyChanged ? lines.filter(line => line.isChanged || line.error !== undefined) : lines
  return (
    <section aria-label="Plan" className={styles.form}>
      <div className={styles.sectionHead}>
        <h3>Plan</h3>
        <span className="muted" role="status">
          {formatCount(changedCount)} of {formatCount(lines.length)} move
        </span>
        <span className="grow" />
        <Checkbox label="Only those that move" checked={onlyChanged} onChange={setOnlyChanged} />
      </div>
      <div className={styles.moves} tabIndex={-1}>
        <table aria-label="Plan">
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col">Replicas now</th>
              <th scope="col">Replicas then</th>
              <th scope="col" className={styles.right}>
                To copy
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, drawnMax).map(line => (
              <MoveRow key={line.partition} line={line} onType={onType} />
            ))}
          </tbody>
        </table>
        {shown.length > drawnMax && <p className="muted">and {formatCount(shown.length - drawnMax)} more, as planned</p>}
      </div>
    </section>
  )
}

function MoveRow({ line, onType }: { readonly line: MoveLine; readonly onType: MoveTableProps['onType'] }) {
  return (
    <tr className={line.isChanged ? styles.changedRow : undefined}>
      <td className={styles.cell}>
        <PartitionBadge partition={line.partition} />
      </td>
      <td className={`${styles.cell} ${styles.ids}`}>{line.from.join(', ')}</td>
      <td>
        <TextField
          label={`Replicas of ${line.partition}`}
          hideLabel
          mono
          value={line.text}
          error={line.error}
          onChange={text => onType(line.partition, text)}
        />
      </td>
      <td className={`${styles.cell} ${styles.right} ${styles.ids}`}>{line.isChanged ? formatBytes(line.bytes) : ''}</td>
    </tr>
  )
}
