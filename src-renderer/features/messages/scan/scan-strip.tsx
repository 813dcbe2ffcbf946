import { X } from 'lucide-react'
import { Button, IconButton } from '../../../widgets/button.tsx'
import { classes } from '../../../widgets/classes.ts'
import { formatBytes, formatCount, formatDuration, formatRate } from '../../../widgets/format.ts'
import { FailureText } from '../../../widgets/states.tsx'
import { RangesPopover } from './ranges-popover.tsx'
import { clearScan, resumeScan } from './scan-runs.ts'
import { canGoOn, progressOf, rateOf, rowsKeptMax, totals } from './scan-state.ts'
import type { ScanState } from './scan-state.ts'
import styles from './scan.module.css'

/** What a scan has done, what it is doing, and why it stopped. */
export function ScanStrip({ scanKey, state }: { readonly scanKey: string; readonly state: ScanState }) {
  const { phase } = state
  const isRunning = phase.kind === 'running'
  const progress = progressOf(state)
  return (
    <div className={styles.strip} role="group" aria-label="Scan">
      <div
        className={classes(styles.progress, isRunning && progress === null && styles.unknown)}
        role="progressbar"
        aria-label="Scan progress"
        aria-valuemin={0}
        aria-valuemax={100}
        {...(progress === null ? {} : { 'aria-valuenow': Math.floor(progress * 100) })}
      >
        <i style={{ width: `${(progress ?? 0) * 100}%` }} />
      </div>
      <Figures state={state} />
      <span className="grow" />
      <Ending state={state} />
      {state.whole.length > 0 && <RangesPopover state={state} />}
      {canGoOn(state) && (
        <Button className={styles.small} onClick={() => resumeScan(scanKey)}>
          {phase.kind === 'ended' && phase.reason === 'hits-reached' ? 'Find more' : 'Resume'}
        </Button>
      )}
      <IconButton label="Close scan" className={styles.small ?? ''} onClick={() => clearScan(scanKey)}>
        <X aria-hidden />
      </IconButton>
    </div>
  )
}

function Figures({ state }: { readonly state: ScanState }) {
  const all = totals(state)
  const rate = rateOf(state)
  const figures = [
    `${formatCount(all.scanned)} scanned`,
    progressOf(state) === null ? undefined : `${Math.floor((progressOf(state) ?? 0) * 100)} %`,
    rate === null ? undefined : formatRate(rate),
    formatBytes(all.bytes),
    formatDuration(all.tookMs),
  ]
  return (
    <span className={classes(styles.figures, 'muted')}>
      {figures.filter(Boolean).join(' · ')}
      {all.undecodable > 0 && (
        <span className="warn" title={state.firstProblem ?? ''}>
          {' · '}
          {formatCount(all.undecodable)} not understood
          {state.firstProblem !== null && ` (${state.firstProblem})`}
        </span>
      )}
    </span>
  )
}

/** Why it stopped. */
function Ending({ state }: { readonly state: ScanState }) {
  const { phase } = state
  if (phase.kind === 'running') return <span role="status">scanning…</span>
  if (phase.kind === 'failed') return <FailureText failure={phase.failure} />
  const isBad = phase.reason === 'filter-failed' || phase.reason === 'cluster-failed'
  return (
    <span
      role={isBad ? 'alert' : 'status'}
      className={classes(styles.ending, isBad ? 'bad' : 'muted')}
      title={phase.message ?? ''}
    >
      {endingText(state, phase)}
    </span>
  )
}

function endingText(state: ScanState, phase: Extract<ScanState['phase'], { kind: 'ended' }>): string {
  switch (phase.reason) {
    case 'range-done':
      return state.offsetsTotal === 0 ? 'nothing to read: the range is empty' : 'done: the whole range was read'
    case 'hits-reached':
      return state.rows.length >= rowsKeptMax
        ? `stopped: ${formatCount(rowsKeptMax)} found, which is all that is kept; make the filter narrower`
        : `stopped at ${formatCount(state.rows.length)} found`
    case 'cancelled':
      return 'cancelled; what was found stays'
    case 'reloaded':
      return `interrupted by a reload of the page: it goes on from where it was${state.lostRows === 0 ? '' : `; ${formatCount(state.lostRows)} of what was found are not shown any more`}`
    case 'filter-failed':
      return `stopped: ${phase.message ?? 'the filter failed'}`
    case 'cluster-failed':
      return `stopped: ${phase.message ?? 'the cluster gave nothing more'}`
  }
}
