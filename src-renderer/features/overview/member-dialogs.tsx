import { useEffect, useRef, useState } from 'react'
import type { BrokerView } from '../../../src-main/contract/views/cluster.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { Button } from '../../widgets/button.tsx'
import { ConfirmDialog } from '../../widgets/confirm.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { formatBytes, plural } from '../../widgets/format.ts'
import { FailureText } from '../../widgets/states.tsx'
import { toast } from '../../widgets/toasts.ts'
import { retireFraction, retireSteps, retireText, throttleOf } from './retirement.ts'
import { retire, useRetirements } from './retirements.ts'
import type { Retirement } from './retirements.ts'
import styles from './overview.module.css'

/** One more broker for the embedded cluster. */
export function AddBroker({ disabledReason }: { readonly disabledReason: string | undefined }) {
  const [isAdding, setAdding] = useState(false)
  const add = async () => {
    setAdding(true)
    try {
      const { brokerId, host, port } = await bridge.call('local.addBroker', {})
      const detail = 'It holds nothing yet: move replicas to it, or create a topic.'
      toast({ level: 'info', title: `Broker ${brokerId} serves at ${host}:${port}`, detail })
    } catch (error) {
      const { message, hint } = failureOf(error)
      toast({ level: 'error', title: `No broker was added: ${message}`, detail: hint ?? '' })
    } finally {
      setAdding(false)
    }
  }
  return (
    <Button disabled={isAdding} disabledReason={disabledReason} onClick={() => void add()}>
      {isAdding ? 'Adding a broker…' : 'Add a broker'}
    </Button>
  )
}

interface MemberDialogProps {
  readonly brokerId: number
  readonly broker: BrokerView | undefined
  readonly onClose: () => void
}

/** Says what retiring will do, takes a throttle, then shows how far it is. */
export function RetireDialog({ brokerId, broker, onClose }: MemberDialogProps) {
  const [throttleText, setThrottle] = useState('')
  const retirement = useRetirements(state => state[brokerId])
  const isRunning = retirement?.isRunning === true
  const hasRun = useRef(false)
  // Gone from the list after it ran: retired, or called off; a toast says which.
  useEffect(() => {
    if (isRunning) hasRun.current = true
    else if (hasRun.current && retirement === undefined) onClose()
  }, [isRunning, retirement, onClose])
  const throttle = throttleOf(throttleText)
  const start = () => {
    if (throttle !== undefined && !isRunning) void retire(brokerId, throttle)
  }
  return (
    <Dialog
      title={`Retire broker ${brokerId}`}
      isOpen
      onClose={onClose}
      onSubmit={start}
      note={retirement?.failure !== undefined && <FailureText failure={retirement.failure} />}
      actions={
        isRunning ? (
          <>
            <Button disabled={!canCancel(retirement)} onClick={retirement.cancel}>
              Call it off
            </Button>
            <Button onClick={onClose}>Go on in the background</Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button tone="danger" submits>
              {`Retire broker ${brokerId}`}
            </Button>
          </>
        )
      }
    >
      {isRunning ? (
        <RetireState retirement={retirement} />
      ) : (
        <>
          <ol className={styles.steps}>
            {retireSteps(broker).map(step => (
              <li key={step}>{step}</li>
            ))}
          </ol>
          <TextField
            label="Throttle in MB/s"
            inputMode="decimal"
            value={throttleText}
            onChange={setThrottle}
            placeholder="no limit"
            hint="What the copying may take on each broker."
            error={throttle === undefined ? 'Must be a number of at least 0.002, or empty.' : undefined}
          />
        </>
      )}
    </Dialog>
  )
}

/** While replicas move, and before. */
const canCancel = ({ progress }: Retirement): boolean => progress.phase === 'planning' || progress.phase === 'moving'

function RetireState({ retirement: { progress } }: { readonly retirement: Retirement }) {
  const fraction = retireFraction(progress)
  return (
    <div className={styles.retiring} role="status">
      <span>{retireText(progress)}</span>
      <progress aria-label="Retired" max={1} {...(fraction === null ? {} : { value: fraction })} />
    </div>
  )
}

/** As if its disk had been replaced. */
export function EmptyDialog({ brokerId, broker, onClose }: MemberDialogProps) {
  const held =
    broker === undefined ? 'its replicas' : `${plural(broker.replicaCount, 'replica')} (${formatBytes(broker.logBytes)})`
  const empty = async () => {
    await bridge.call('local.emptyBroker', { brokerId })
    toast({ level: 'info', title: `Broker ${brokerId} has an empty disk`, detail: 'It copies everything anew from the others.' })
  }
  return (
    <ConfirmDialog
      title={`Empty the disk of broker ${brokerId}?`}
      isOpen
      onClose={onClose}
      action={`Empty the disk of broker ${brokerId}`}
      run={empty}
    >
      Broker {brokerId} is stopped, {held} are removed from its disk, and it is started again: it copies everything from the other
      brokers, as after a change of disks. It is refused when some data is in sync nowhere else.
    </ConfirmDialog>
  )
}
