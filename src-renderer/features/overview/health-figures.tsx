import { useState } from 'react'
import type { ClusterOverview } from '../../../src-main/contract/views/cluster.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import { openPlace } from '../../places/tabs.ts'
import { Button } from '../../widgets/button.tsx'
import { formatCount, plural } from '../../widgets/format.ts'
import { Figure } from '../../widgets/layout.tsx'
import { toast } from '../../widgets/toasts.ts'
import styles from './overview.module.css'

/** How much there is, and what is not as it should be. */
export function HealthFigures({ overview, reload }: { readonly overview: ClusterOverview; readonly reload: () => void }) {
  const { connection, health, topicCount, internalTopicCount, partitionCount } = overview
  const internal = internalTopicCount === 0 ? 'none internal' : `and ${formatCount(internalTopicCount)} internal`
  return (
    <div className={styles.figures}>
      <Figure
        label="Topics"
        value={
          <button type="button" className={styles.figureLink} onClick={() => openPlace({ kind: 'topics', connection })}>
            {formatCount(topicCount)}
          </button>
        }
        note={internal}
      />
      <Figure label="Partitions" value={formatCount(partitionCount)} note={`on ${plural(overview.brokers.length, 'broker')}`} />
      <Problem label="Under-replicated" count={health.underReplicated} note="replicas out of sync" tone="warn" />
      <Problem label="Under min ISR" count={health.underMinIsr} note="refuse acks=all" tone="bad" />
      <Problem label="Offline" count={health.offline} note="have no leader" tone="bad" />
      <NotPreferred connection={connection} count={health.notPreferred} reload={reload} />
    </div>
  )
}

const Problem = (props: {
  readonly label: string
  readonly count: number
  readonly note: string
  readonly tone: 'warn' | 'bad'
}) => (
  <Figure
    label={props.label}
    value={formatCount(props.count)}
    note={props.count === 0 ? 'none' : props.note}
    tone={props.count === 0 ? undefined : props.tone}
  />
)

function NotPreferred(props: { readonly connection: string; readonly count: number; readonly reload: () => void }) {
  const { connection, count, reload } = props
  const [isRunning, setRunning] = useState(false)
  const readOnly = useReadOnlyReason(connection)
  const rebalance = async () => {
    setRunning(true)
    await rebalanceLeaders(connection)
    reload()
    setRunning(false)
  }
  const nothing = count === 0 ? 'Every partition is led by its preferred replica.' : undefined
  return (
    <Figure
      label="Not led as preferred"
      value={
        <span className={styles.figureRow}>
          {formatCount(count)}
          <Button disabled={isRunning} disabledReason={readOnly ?? nothing} onClick={() => void rebalance()}>
            Rebalance leaders
          </Button>
        </span>
      }
      note={count === 0 ? 'none' : 'led by another replica'}
      tone={count === 0 ? undefined : 'warn'}
    />
  )
}

async function rebalanceLeaders(connection: string): Promise<void> {
  try {
    const outcomes = await bridge.call('topics.electLeaders', { connection })
    const failed = outcomes.filter(outcome => outcome.error !== null)
    const done = `${plural(outcomes.length - failed.length, 'partition')} now led by the preferred replica`
    if (failed.length === 0) toast({ level: 'info', title: done, detail: '' })
    else {
      const reasons = failed.slice(0, 5).map(({ name, error, message }) => `${name}: ${message ?? error}`)
      toast({ level: 'warning', title: `${done}, ${formatCount(failed.length)} not`, detail: reasons.join('; ') })
    }
  } catch (error) {
    toast({ level: 'error', title: 'Leaders were not rebalanced', detail: failureOf(error).message })
  }
}
