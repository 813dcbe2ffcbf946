import { Copy } from 'lucide-react'
import { IconButton } from '../../../widgets/button.tsx'
import { copyText } from '../../../widgets/clipboard.ts'
import { formatBytes, formatCount, formatDuration } from '../../../widgets/format.ts'
import { FailureState } from '../../../widgets/states.tsx'
import { fractionOf, rateText } from './transfer-runs.ts'
import type { TransferRun } from './transfer-runs.ts'
import styles from './transfer.module.css'

/** A transfer under way, or what came of it. */
export function TransferState({ run }: { readonly run: TransferRun }) {
  if (run.phase === 'failed' && run.failure !== null) return <FailureState failure={run.failure} />
  const fraction = run.phase === 'done' ? 1 : fractionOf(run.progress)
  return (
    <div className={styles.state}>
      <div
        className={styles.track}
        role="progressbar"
        aria-label={run.order.kind === 'export' ? 'Export' : 'Import'}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(fraction === null ? {} : { 'aria-valuenow': Math.floor(fraction * 100) })}
      >
        <i style={{ width: `${(fraction ?? 0) * 100}%` }} />
      </div>
      <div role="status">{statusText(run)}</div>
      <Figures run={run} />
      {run.phase === 'done' && run.progress !== null && <FinalPath run={run} path={run.progress.path} />}
    </div>
  )
}

function statusText({ phase, order }: TransferRun): string {
  switch (phase) {
    case 'running':
      return order.kind === 'export' ? 'Writing…' : 'Sending…'
    case 'done':
      return order.kind === 'export' ? 'The file is complete.' : 'All records were acknowledged.'
    case 'cancelled':
      return order.kind === 'export' ? 'Cancelled: no file was left.' : 'Cancelled: what was sent before stays in the topic.'
    case 'failed':
      return 'Failed.'
  }
}

function Figures({ run: { progress, phase } }: { readonly run: TransferRun }) {
  if (progress === null) return <span className="muted">{phase === 'running' ? 'starting' : ''}</span>
  const isFiltered = progress.scanned !== progress.records
  const figures = [
    `${formatCount(progress.records)} records`,
    isFiltered ? `${formatCount(progress.scanned)} looked at` : undefined,
    progress.recordsTotal === null || progress.done ? undefined : `of about ${formatCount(progress.recordsTotal)}`,
    formatBytes(progress.bytes),
    rateText(progress),
    formatDuration(progress.tookMs),
  ]
  return <span className={styles.figures}>{figures.filter(Boolean).join(' · ')}</span>
}

function FinalPath({ run, path }: { readonly run: TransferRun; readonly path: string }) {
  return (
    <div className={styles.path}>
      <code className="grow" aria-label={run.order.kind === 'export' ? 'Written to' : 'Read from'}>
        {path}
      </code>
      <IconButton label="Copy path" onClick={() => void copyText(path, 'Copied the path')}>
        <Copy aria-hidden />
      </IconButton>
    </div>
  )
}
