import { useState } from 'react'
import type { InputOf } from '../../../../src-main/contract/contract.ts'
import type { Failure } from '../../../../src-main/contract/failure.ts'
import { useCall } from '../../../bridge/use-call.ts'
import { useTimeZone } from '../../../preferences/use-appearance.ts'
import { Button } from '../../../widgets/button.tsx'
import { Dialog } from '../../../widgets/dialog.tsx'
import { TextField } from '../../../widgets/fields.tsx'
import { Select } from '../../../widgets/select.tsx'
import { formatTime } from '../../../widgets/time.ts'
import type { ReadContext } from '../read-context.ts'
import { filterText } from '../scan/filter-draft.ts'
import type { ScanFilter } from '../scan/filter-draft.ts'
import { rangeText } from '../scan/scan-options.ts'
import { fileFormats, fileName } from './file-names.ts'
import type { FileFormat } from './file-names.ts'
import { TransferActions } from './transfer-actions.tsx'
import { TransferState } from './transfer-progress.tsx'
import { startTransfer, useTransferRuns } from './transfer-runs.ts'
import styles from './transfer.module.css'

export interface ExportDialogProps {
  readonly context: ReadContext
  readonly scanFilter: ScanFilter | null
  readonly onClose: () => void
}

type Part = 'view' | 'scan' | 'all'

/** Asks what, how and where to, then shows how it goes; closing leaves it running. */
export function ExportDialog({ context, scanFilter, onClose }: ExportDialogProps) {
  const zone = useTimeZone()
  const [openedText] = useState(() => formatTime(Date.now(), zone))
  const [part, setPart] = useState<Part>(scanFilter === null ? 'view' : 'scan')
  const [format, setFormat] = useState<FileFormat>('jsonl')
  const [typedPath, setPath] = useState<string | null>(null)
  const [id, setId] = useState<number | null>(null)
  const run = useTransferRuns(state => state.runs.find(one => one.id === id))
  const path = typedPath ?? fileName(context.topic, format, openedText)
  const start = (overwrite: boolean) => {
    if (path.trim() === '') return
    const filter = part === 'scan' ? scanFilter : null
    setId(startTransfer({ kind: 'export', ...exportOrder(context, part), filter, format, path: path.trim(), overwrite }))
  }
  const isAsking = run === undefined || isExisting(run.failure)
  return (
    <Dialog
      title={`Export ${context.topic}`}
      isOpen
      onClose={onClose}
      widthPx={600}
      onSubmit={() => isAsking && start(false)}
      note={isExisting(run?.failure ?? null) && <ExistsNote />}
      actions={
        isAsking ? (
          <AskingActions exists={run !== undefined} onReplace={() => start(true)} />
        ) : (
          <TransferActions run={run} onAgain={() => setId(null)} onClose={onClose} />
        )
      }
    >
      {isAsking ? (
        <>
          <PartChoice context={context} scanFilter={scanFilter} part={part} onChange={setPart} />
          <div className={styles.field}>
            <span className="muted">Format</span>
            <Select label="Format" value={format} options={fileFormats} onChange={setFormat} />
          </div>
          <TextField label="File" value={path} onChange={setPath} mono hint={<FolderHint />} />
        </>
      ) : (
        <TransferState run={run} />
      )}
    </Dialog>
  )
}

/** Oldest first, whatever the table shows first: a file is read from its beginning. */
function exportOrder(context: ReadContext, part: Part): Omit<InputOf<'transfer.export'>, 'format' | 'path'> {
  const { connection, topic, partitions, isolation, keyDecoder, valueDecoder, start } = context
  const isAll = part === 'all' || start.kind === 'newest'
  return {
    connection,
    topic,
    partitions: part === 'all' || partitions === null ? null : [...partitions],
    isolation,
    keyDecoder,
    valueDecoder,
    start: isAll ? { kind: 'oldest' } : start,
    untilMs: part === 'all' ? null : context.untilMs,
  }
}

const isExisting = (failure: Failure | null): boolean =>
  failure !== null && failure.code === 'REFUSED' && failure.message.includes('exists already')

const ExistsNote = () => (
  <span className="warn" role="alert">
    A file of this name exists already. Replace it, or type another name.
  </span>
)

/** Where a bare name goes. */
export function FolderHint() {
  const { data } = useCall('app.info', undefined)
  const folder = data?.dataDirectory === null || data === undefined ? 'of the workbench' : `${data.dataDirectory}/exports`
  return <>On the machine the workbench runs on. A name without folders lies in the exports folder: {folder}</>
}

interface PartChoiceProps {
  readonly context: ReadContext
  readonly scanFilter: ScanFilter | null
  readonly part: Part
  readonly onChange: (part: Part) => void
}

function PartChoice({ context, scanFilter, part, onChange }: PartChoiceProps) {
  const zone = useTimeZone()
  const shown = context.start.kind === 'newest' ? { ...context, start: { kind: 'oldest' } as const } : context
  const range = rangeText(shown, { from: 'view', hitsMax: 1_000 }, ms => formatTime(ms, zone))
  const partitions = context.partitions === null ? '' : `, partitions ${context.partitions.join(', ')}`
  const choice = (value: Part, text: React.ReactNode) => (
    <label className={styles.choice}>
      <input type="radio" name="part" checked={part === value} onChange={() => onChange(value)} />
      <span>{text}</span>
    </label>
  )
  return (
    <fieldset className={styles.choices}>
      <legend>Records</legend>
      {scanFilter !== null &&
        choice(
          'scan',
          <>
            All that match the scan <code>{filterText(scanFilter)}</code>, however many
          </>,
        )}
      {choice('view', `As the table reads: ${range}${partitions}`)}
      {choice('all', 'The whole topic, all partitions')}
    </fieldset>
  )
}

interface AskingActionsProps {
  /** The file is there already. */
  readonly exists: boolean
  readonly onReplace: () => void
}

const AskingActions = ({ exists, onReplace }: AskingActionsProps) => (
  <>
    {exists && (
      <Button key="replace" tone="danger" onClick={onReplace}>
        Replace it
      </Button>
    )}
    <Button key="export" tone="primary" submits>
      Export
    </Button>
  </>
)
