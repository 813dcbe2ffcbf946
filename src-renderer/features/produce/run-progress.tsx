import { openPlace } from '../../places/tabs.ts'
import { Button } from '../../widgets/button.tsx'
import { formatBytes, formatCount, formatDuration, formatRate } from '../../widgets/format.ts'
import { Card, Facts } from '../../widgets/layout.tsx'
import { Status } from '../../widgets/marks.tsx'
import { FailureText } from '../../widgets/states.tsx'
import type { ProduceProgress } from '../../../src-main/contract/views/records.ts'
import { latencyText } from './ack-text.ts'
import type { ProduceRun } from './use-produce-run.ts'
import styles from './produce.module.css'

interface RunProgressProps {
  readonly connection: string
  readonly topic: string
  readonly run: ProduceRun
}

/** How far it is, how fast, and what became of the transaction. */
export function RunProgress({ connection, topic, run }: RunProgressProps) {
  const { progress, failure, isRunning } = run
  if (progress === undefined && failure === undefined && !isRunning) return null
  return (
    <Card title="Progress" aside={progress !== undefined && <StateMark progress={progress} isRunning={isRunning} />}>
      <div className={styles.run}>
        {failure !== undefined && <FailureText failure={failure} />}
        {progress === undefined && isRunning && <progress aria-label="Progress" />}
        {progress !== undefined && (
          <>
            {progress.total === null && isRunning && <progress aria-label="Progress" />}
            {progress.total !== null && (
              <progress aria-label="Progress" value={progress.acked} max={Math.max(1, progress.total)} />
            )}
            <Facts facts={factsOf(progress)} />
          </>
        )}
        {progress?.state === 'waiting' && (
          <div className={styles.sendHead}>
            <span className="warn grow">The transaction is open: committed readers wait.</span>
            <Button tone="primary" onClick={() => void run.endTransaction('commit')}>
              Commit
            </Button>
            <Button tone="danger" onClick={() => void run.endTransaction('abort')}>
              Abort
            </Button>
          </div>
        )}
        {progress?.last !== undefined && progress.last !== null && (
          <Button
            onClick={() => {
              const at = { kind: 'record', ...progress.last } as { kind: 'record'; partition: number; offset: number }
              openPlace({ kind: 'topic', connection, topic, view: 'messages', at })
            }}
          >
            Show the last record
          </Button>
        )}
      </div>
    </Card>
  )
}

function StateMark({ progress, isRunning }: { readonly progress: ProduceProgress; readonly isRunning: boolean }) {
  if (progress.outcome !== null)
    return <Status tone={progress.outcome === 'committed' ? 'good' : 'bad'}>{progress.outcome}</Status>
  if (progress.state === 'waiting') return <Status tone="warn">transaction open</Status>
  if (progress.state === 'done') return <Status tone="good">done</Status>
  return isRunning ? <Status tone="info">sending</Status> : <Status tone="warn">stopped</Status>
}

function factsOf(progress: ProduceProgress): [string, string][] {
  const { latencyMs, last } = progress
  return [
    [
      'Acknowledged',
      progress.total === null ? formatCount(progress.acked) : `${formatCount(progress.acked)} of ${formatCount(progress.total)}`,
    ],
    ['Rate', formatRate(progress.ratePerSecond)],
    ['Sent', formatBytes(progress.bytes)],
    ['Latency', latencyMs === null ? '—' : `${latencyText(latencyMs.median)} median · ${latencyText(latencyMs.p99)} p99`],
    ['Last', last === null ? '—' : `partition ${last.partition} · offset ${formatCount(last.offset)}`],
    ['Took', formatDuration(progress.tookMs)],
  ]
}
