import { Popover } from 'radix-ui'
import { Button } from '../../../widgets/button.tsx'
import { formatCount } from '../../../widgets/format.ts'
import { partitionColour, PartitionBadge } from '../../../widgets/marks.tsx'
import { partitionRanges } from './scan-state.ts'
import type { PartitionRange, ScanState } from './scan-state.ts'
import styles from './scan.module.css'

/** What was read of each partition, drawn to scale. */
export const RangesPopover = ({ state }: { readonly state: ScanState }) => (
  <Popover.Root>
    <Popover.Trigger asChild>
      <Button tone="quiet" className={styles.small}>
        Ranges
      </Button>
    </Popover.Trigger>
    <Popover.Portal>
      <Popover.Content className={styles.popover} align="end" sideOffset={4} aria-label="Range scanned per partition">
        <Ranges state={state} />
      </Popover.Content>
    </Popover.Portal>
  </Popover.Root>
)

function Ranges({ state }: { readonly state: ScanState }) {
  const ranges = partitionRanges(state)
  if (ranges.length === 0) return <span className="muted">The range is empty: there is no record in it.</span>
  return (
    <table className={styles.ranges}>
      <thead>
        <tr>
          <th scope="col" aria-label="Partition" />
          <th scope="col">Offsets</th>
          <th scope="col">Scanned</th>
          <th scope="col" className="number">
            Of all
          </th>
        </tr>
      </thead>
      <tbody>
        {ranges.map(range => (
          <RangeRow key={range.partition} range={range} />
        ))}
      </tbody>
    </table>
  )
}

function RangeRow({ range }: { readonly range: PartitionRange }) {
  const size = Math.max(1, range.toOffset - range.fromOffset)
  const percent = (offsets: number) => `${(offsets / size) * 100}%`
  return (
    <tr>
      <td>
        <PartitionBadge partition={range.partition} />
      </td>
      <td className="mono">
        {formatCount(range.fromOffset)} – {formatCount(range.toOffset)}
      </td>
      <td>
        <div className={styles.track} style={{ background: partitionColour(range.partition) }}>
          {range.open.map(open => (
            <i
              key={open.fromOffset}
              style={{ left: percent(open.fromOffset - range.fromOffset), width: percent(open.toOffset - open.fromOffset) }}
            />
          ))}
        </div>
      </td>
      <td className="number mono">{Math.floor((range.doneOffsets / size) * 100)} %</td>
    </tr>
  )
}
