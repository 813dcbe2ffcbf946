import { useState } from 'react'
import type { CSSProperties } from 'react'
import { useCall } from '../../bridge/use-call.ts'
import type { FilePosition, RecordCopy, RecordLocation } from '../../../src-main/contract/views/records.ts'
import { copyText } from '../../widgets/clipboard.ts'
import { formatBytes, formatCount, plural, unknownText } from '../../widgets/format.ts'
import { FailureState, Skeleton } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import { batchSteps, filePath, segmentStrip } from './location-text.ts'
import type { OneRecord } from './read-part.ts'
import styles from './location-view.module.css'

const columns: readonly Column<RecordCopy>[] = [
  { id: 'broker', title: 'Broker', widthPx: 64, align: 'end', mono: true, value: copy => copy.brokerId },
  { id: 'role', title: 'Role', widthPx: 80, value: copy => (copy.isLeader ? 'leader' : 'follower') },
  { id: 'directory', title: 'Directory', widthPx: 140, grows: true, mono: true, value: copy => copy.directory },
  { id: 'segment', title: 'Segment', widthPx: 280, mono: true, value: copy => copy.file?.segment ?? copy.missing },
  {
    id: 'position',
    title: 'Position',
    widthPx: 92,
    align: 'end',
    mono: true,
    value: copy => copy.file?.position ?? null,
    render: ({ file }) => formatCount(file?.position),
  },
]

/** On which brokers the record lies, in which file, and how it is found there. */
export function LocationView({ record }: { readonly record: OneRecord }) {
  const state = useCall('records.location', record)
  if (state.failure !== undefined && state.data === undefined)
    return <FailureState failure={state.failure} onRetry={() => void state.reload()} />
  if (state.data === undefined) return <Skeleton lines={5} />
  return <Location location={state.data} />
}

function Location({ location }: { readonly location: RecordLocation }) {
  const [chosen, choose] = useState<number | undefined>(undefined)
  const { copies, reason } = location
  const shown = copies.find(copy => copy.brokerId === chosen) ?? copies[0]
  const told = reason === null ? columns : columns.slice(0, 3)
  return (
    <div className={styles.location}>
      <DataTable
        name="Copies of the record"
        rowNoun="copy"
        rows={copies}
        columns={told}
        rowKey={copy => String(copy.brokerId)}
        storageKey={reason === null ? 'inspector-copies' : 'inspector-copies-told'}
        isFitted
        selectedKey={String(shown?.brokerId)}
        onSelect={copy => choose(copy.brokerId)}
        rowMenu={copy => [{ label: 'Copy path', run: () => void copyText(filePath(copy) ?? '', 'Copied the path') }]}
        empty={<p className={styles.nothing}>No broker holds this partition now.</p>}
      />
      {reason !== null && <p className={styles.nothing}>{`${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`}</p>}
      {reason === null && shown !== undefined && <Copy copy={shown} offset={location.offset} />}
    </div>
  )
}

function Copy({ copy, offset }: { readonly copy: RecordCopy; readonly offset: number }) {
  const { file } = copy
  if (file === null) return <p className={styles.nothing}>{`Broker ${copy.brokerId}: ${copy.missing ?? unknownText}.`}</p>
  return (
    <>
      <SegmentStrip file={file} />
      <ol className={styles.steps} aria-label="How it is found">
        {batchSteps(file, offset).map(({ title, text }) => (
          <li key={title}>
            <span className="muted">{title}</span>
            <span>{text}</span>
          </li>
        ))}
      </ol>
    </>
  )
}

/** The segment true to scale: where the index leads, what is read from there, and the batch. */
function SegmentStrip({ file }: { readonly file: FilePosition }) {
  const { entryShare, batchShare, endShare } = segmentStrip(file)
  const at = { '--entry': entryShare, '--batch': batchShare, '--end': endShare } as CSSProperties
  return (
    <figure className={styles.figure} aria-label="Segment">
      <figcaption className={styles.caption}>
        <span className="mono">{file.segment}</span>
        <span className="muted">
          {formatBytes(file.segmentBytes)} · {file.isActive ? 'active, written to now' : 'sealed'} ·{' '}
          {plural(file.segmentCount, 'segment')} in all
        </span>
      </figcaption>
      <div className={styles.strip} style={at} aria-hidden>
        <i className={styles.scanned} />
        <i className={styles.batch} />
        <i className={styles.entry} />
      </div>
      <div className={styles.legend}>
        <span className={styles.entryKey}>index entry at {formatCount(file.index.position)}</span>
        <span className={styles.scannedKey}>read from there {formatBytes(file.position - file.index.position)}</span>
        <span className={styles.batchKey}>
          batch {formatCount(file.position)} to {formatCount(file.position + file.sizeBytes)}
        </span>
      </div>
    </figure>
  )
}
