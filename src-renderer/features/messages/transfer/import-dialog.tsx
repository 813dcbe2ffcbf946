import { useId, useState } from 'react'
import { Button } from '../../../widgets/button.tsx'
import { Dialog } from '../../../widgets/dialog.tsx'
import { Checkbox, TextField } from '../../../widgets/fields.tsx'
import { Select } from '../../../widgets/select.tsx'
import { FolderHint } from './export-dialog.tsx'
import { fileFormats, formatOf } from './file-names.ts'
import type { FileFormat } from './file-names.ts'
import { TransferActions } from './transfer-actions.tsx'
import { TransferState } from './transfer-progress.tsx'
import { startTransfer, useTransferRuns } from './transfer-runs.ts'
import styles from './transfer.module.css'

export interface ImportDialogProps {
  readonly connection: string
  readonly topic: string
  readonly onClose: () => void
}

/** Asks for a file and how to take it, then shows how it goes; closing leaves it running. */
export function ImportDialog({ connection, topic, onClose }: ImportDialogProps) {
  const [path, setPath] = useState('')
  const [chosenFormat, setFormat] = useState<FileFormat | null>(null)
  const [keepPartition, setKeepPartition] = useState(true)
  const [keepTimestamp, setKeepTimestamp] = useState(true)
  const [id, setId] = useState<number | null>(null)
  const run = useTransferRuns(state => state.runs.find(one => one.id === id))
  const format = chosenFormat ?? formatOf(path.trim())
  const start = () => {
    if (path.trim() === '' || run !== undefined) return
    setId(startTransfer({ kind: 'import', connection, topic, path: path.trim(), format, keepPartition, keepTimestamp }))
  }
  return (
    <Dialog
      title={`Import into ${topic}`}
      isOpen
      onClose={onClose}
      widthPx={600}
      onSubmit={start}
      actions={
        run === undefined ? (
          <Button key="import" tone="primary" submits disabledReason={path.trim() === '' ? 'Name a file first.' : undefined}>
            Import
          </Button>
        ) : (
          <TransferActions run={run} onAgain={() => setId(null)} onClose={onClose} />
        )
      }
    >
      {run === undefined ? (
        <>
          <PathField path={path} onChange={setPath} />
          <div className={styles.field}>
            <span className="muted">Format</span>
            <Select label="Format" value={format} options={fileFormats} onChange={setFormat} />
          </div>
          <Checkbox
            label="Each record to the partition it came from; else by key"
            checked={keepPartition}
            onChange={setKeepPartition}
          />
          <Checkbox label="Keep timestamps; else the time of the import" checked={keepTimestamp} onChange={setKeepTimestamp} />
        </>
      ) : (
        <TransferState run={run} />
      )}
    </Dialog>
  )
}

/** Files that this window has exported are offered. */
function PathField({ path, onChange }: { readonly path: string; readonly onChange: (path: string) => void }) {
  const list = useId()
  const runs = useTransferRuns(state => state.runs)
  const exported = runs
    .filter(run => run.order.kind === 'export' && run.phase === 'done')
    .flatMap(run => run.progress?.path ?? [])
  return (
    <>
      <TextField label="File" value={path} onChange={onChange} mono list={list} autoFocus hint={<FolderHint />} />
      <datalist id={list}>
        {[...new Set(exported)].map(one => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </>
  )
}
