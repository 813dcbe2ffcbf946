import { useState } from 'react'
import type { LocalClusterView, RecoveryView } from '../../../src-main/contract/views/cluster.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { Button } from '../../widgets/button.tsx'
import { formatDuration, plural } from '../../widgets/format.ts'
import { Status } from '../../widgets/marks.tsx'
import type { Tone } from '../../widgets/marks.tsx'
import { Banner } from '../../widgets/states.tsx'
import { recoveryText } from '../../widgets/storage-troubles.ts'
import { toast } from '../../widgets/toasts.ts'
import styles from './overview.module.css'

const tones: Readonly<Record<LocalClusterView['state'], Tone>> = {
  running: 'good',
  starting: 'info',
  stopping: 'warn',
  stopped: 'muted',
  failed: 'bad',
}

const serving = (local: LocalClusterView): number => local.brokers.filter(broker => broker.state === 'running').length

/** In a few words: running or not, and how fast it was there. */
export function LocalState({ local }: { readonly local: LocalClusterView }) {
  const isWhole = serving(local) === local.brokers.length
  return (
    <span className={styles.localState}>
      <Status tone={local.state === 'running' && !isWhole ? 'warn' : tones[local.state]}>
        {local.state === 'running' && !isWhole
          ? `${serving(local)} of ${plural(local.brokers.length, 'broker')} run`
          : local.state}
      </Status>
      {local.readyAfterMs !== null && local.state === 'running' && (
        <span className="faint">ready in {formatDuration(local.readyAfterMs)}</span>
      )}
    </span>
  )
}

/** Starts or stops all brokers at once. */
export function ClusterButton({ local }: { readonly local: LocalClusterView }) {
  const { isBusy, run } = useClusterSwitch()
  const resting = local.brokers.length - serving(local)
  const isMoving = local.state === 'starting' || local.state === 'stopping'
  // The banner has the button then.
  if (local.state === 'stopped') return null
  return (
    <>
      {resting > 0 && (
        <Button disabled={isBusy || isMoving} onClick={() => void run('local.start')}>
          {`Start ${plural(resting, 'broker')}`}
        </Button>
      )}
      {resting < local.brokers.length && (
        <Button disabled={isBusy || isMoving} onClick={() => void run('local.stop')}>
          Stop the cluster
        </Button>
      )}
    </>
  )
}

/** What is to be said while not all is well: a start under way, why it failed, and the way on. */
export function LocalBanner({ local }: { readonly local: LocalClusterView }) {
  const { isBusy, run } = useClusterSwitch()
  const start = (
    <Button tone="primary" disabled={isBusy} onClick={() => void run('local.start')}>
      Start the cluster
    </Button>
  )
  if (local.state === 'starting' || local.state === 'stopping') return <Progress local={local} />
  if (local.state === 'stopped')
    return (
      <Banner tone="info" actions={start}>
        The cluster is stopped. Its data is kept in {local.dataDirectory}; what is shown is the last that it told.
      </Banner>
    )
  const failed = local.brokers.filter(broker => broker.failure !== null)
  if (failed.length === 0) return null
  return (
    <Banner tone="bad" actions={start}>
      {failed.map(broker => `Broker ${broker.brokerId} failed: ${broker.failure}`).join(' · ')}
    </Banner>
  )
}

function Progress({ local }: { readonly local: LocalClusterView }) {
  const total = local.brokers.length
  const isStarting = local.state === 'starting'
  const done = isStarting ? serving(local) : local.brokers.filter(broker => broker.state === 'stopped').length
  const text = isStarting
    ? `Starting: ${done} of ${plural(total, 'broker')} serve`
    : `Stopping: ${done} of ${plural(total, 'broker')} stopped`
  return (
    <Banner tone="info">
      <span className={styles.progress}>
        {text}
        <progress aria-label={isStarting ? 'Brokers that serve' : 'Brokers that are stopped'} value={done} max={total} />
        {local.brokers.map(
          ({ brokerId, recovery }) => recovery !== null && <Recovery key={brokerId} {...{ brokerId, recovery }} />,
        )}
      </span>
    </Banner>
  )
}

/** Why a broker takes its time: it checks what an unclean stop left. */
function Recovery({ brokerId, recovery }: { readonly brokerId: number; readonly recovery: RecoveryView }) {
  return (
    <span className={styles.progress} title={`In hand: ${recovery.partition}`}>
      Broker {brokerId}: {recoveryText(recovery)}
      <progress aria-label={`Recovery of broker ${brokerId}`} value={recovery.doneBytes} max={Math.max(1, recovery.totalBytes)} />
    </span>
  )
}

function useClusterSwitch() {
  const [isBusy, setBusy] = useState(false)
  const run = async (call: 'local.start' | 'local.stop') => {
    setBusy(true)
    try {
      await bridge.call(call, undefined)
    } catch (error) {
      const { message, hint } = failureOf(error)
      toast({
        level: 'error',
        title: call === 'local.start' ? 'Not everything started' : 'Not everything stopped',
        detail: `${message} ${hint ?? ''}`,
      })
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, run }
}
