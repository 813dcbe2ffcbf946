import { useEffect, useState } from 'react'
import type { ReassignmentView } from '../../../src-main/contract/views/reassignments.ts'
import type { TopicDetail } from '../../../src-main/contract/views/topics.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useStream } from '../../bridge/use-stream.ts'
import { Button } from '../../widgets/button.tsx'
import { formatBytes, plural } from '../../widgets/format.ts'
import { PartitionBadge, Status } from '../../widgets/marks.tsx'
import { Banner } from '../../widgets/states.tsx'
import { toast } from '../../widgets/toasts.ts'
import { fractionOf, moveProgress } from './reassignment-moves.ts'
import type { Move, MoveProgress } from './reassignment-moves.ts'
import styles from './topics.module.css'

/** What was started from this screen. */
export interface Started {
  readonly atMs: number
  readonly moves: readonly Move[]
  readonly throttle: number | null
}

export interface ReassignmentsPanelProps {
  readonly connection: string
  readonly detail: TopicDetail
  readonly detailAsOfMs: number
  readonly started: Started | null
  readonly readOnly: string | undefined
  readonly onReload: () => void
  readonly onClose: () => void
}

const drawnMax = 100

/** Reassignments of the topic as they go, from here or from elsewhere; nothing while there are none. */
export function ReassignmentsPanel(props: ReassignmentsPanelProps) {
  const { connection, detail, started } = props
  const [seen, setSeen] = useState<{ readonly atMs: number; readonly all: readonly ReassignmentView[] }>({ atMs: 0, all: [] })
  useStream('topics.reassignments', { connection }, all => setSeen({ atMs: Date.now(), all }))
  const underWay = seen.all.filter(it => it.topic === detail.name)
  const sinceMs = (started?.atMs ?? 0) + settleMs
  const isFresh = seen.atMs > sinceMs && props.detailAsOfMs > sinceMs
  const progress = moveProgress({ moves: started?.moves ?? [], underWay, partitions: detail.partitions, isFresh })
  const moving = progress.filter(it => it.phase === 'moving' || it.phase === 'reading back').length
  useReloadWhenDone(moving, props.onReload)
  if (progress.length === 0) return null
  return (
    <section aria-label="Reassignment">
      <Banner
        tone={progress.some(it => it.phase === 'not as planned') ? 'warn' : 'info'}
        actions={<Actions {...props} moving={moving} underWay={underWay} />}
      >
        {headline(progress, moving)}
      </Banner>
      <div className={styles.progress} tabIndex={-1}>
        {progress.slice(0, drawnMax).map(it => (
          <ProgressLine key={it.partition} progress={it} />
        ))}
      </div>
    </section>
  )
}

/** Both answers may be on their way while a reassignment begins. */
const settleMs = 300

function headline(progress: readonly MoveProgress[], moving: number): string {
  const failed = progress.filter(it => it.phase === 'not as planned').length
  if (moving > 0) return `Moving ${moving} of ${plural(progress.length, 'partition')}`
  if (failed > 0) return `${plural(failed, 'partition')} not as planned: cancelled, or moved elsewhere meanwhile`
  return `Reassigned ${plural(progress.length, 'partition')}: read back as planned`
}

function useReloadWhenDone(moving: number, reload: () => void): void {
  const isMoving = moving > 0
  useEffect(() => {
    if (!isMoving) reload()
  }, [isMoving, reload])
}

function Actions(props: ReassignmentsPanelProps & { readonly moving: number; readonly underWay: readonly ReassignmentView[] }) {
  const { connection, detail, moving, underWay, readOnly } = props
  const cancel = async () => {
    try {
      const partitions = underWay.map(({ topic, partition }) => ({ topic, partition }))
      await bridge.call('topics.cancelReassignment', { connection, partitions })
      toast({ level: 'info', title: 'Reassignment cancelled', detail: `${detail.name} goes back to where it was` })
      props.onReload()
    } catch (error) {
      toast({ level: 'error', title: 'Not cancelled', detail: failureOf(error).message })
    }
  }
  if (moving === 0) return <Button onClick={props.onClose}>Close</Button>
  return (
    <Button disabledReason={readOnly} disabled={underWay.length === 0} onClick={() => void cancel()}>
      Cancel reassignment
    </Button>
  )
}

const tones = { moving: 'info', done: 'good', 'not as planned': 'warn', 'reading back': 'muted' } as const

function ProgressLine({ progress }: { readonly progress: MoveProgress }) {
  const fraction = fractionOf(progress)
  const percent = fraction === null ? undefined : Math.round(fraction * 100)
  return (
    <>
      <PartitionBadge partition={progress.partition} />
      <span className={styles.ids}>
        {progress.from === null ? '' : `${progress.from.join(', ')} → `}
        {progress.to.join(', ')}
      </span>
      <div
        role="progressbar"
        aria-label={`Partition ${progress.partition}`}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(percent === undefined ? {} : { 'aria-valuenow': percent })}
        className={styles.track}
      >
        <i style={{ width: `${percent ?? 0}%` }} />
      </div>
      <span className="muted number">
        {progress.totalBytes === null ? '' : `${formatBytes(progress.doneBytes)} of ${formatBytes(progress.totalBytes)}`}
      </span>
      <Status tone={tones[progress.phase]}>{progress.phase}</Status>
    </>
  )
}
