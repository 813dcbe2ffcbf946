import { useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { plural } from '../../widgets/format.ts'
import { FailureText } from '../../widgets/states.tsx'
import { toast } from '../../widgets/toasts.ts'
import { wholeNumber } from './create-form.ts'
import styles from './topics.module.css'

export interface AddPartitionsProps {
  readonly connection: string
  readonly topic: string
  readonly count: number
  readonly onClose: () => void
  readonly onDone: () => void
}

const totalMax = 10_000

/** Asks the controller whether it would, then does it. */
export function AddPartitionsDialog({ connection, topic, count, onClose, onDone }: AddPartitionsProps) {
  const [text, setText] = useState(String(count + 1))
  const [failure, setFailure] = useState<Failure | undefined>()
  const [isRunning, setRunning] = useState(false)
  const total = wholeNumber(text)
  const error = totalError(total, count)
  const run = async () => {
    if (error !== undefined || total === undefined || isRunning) return
    setRunning(true)
    setFailure(undefined)
    try {
      await bridge.call('topics.addPartitions', { connection, topic, total, validateOnly: true })
      await bridge.call('topics.addPartitions', { connection, topic, total })
      toast({ level: 'info', title: `Added ${plural(total - count, 'partition')}`, detail: `${topic} has ${total} now` })
      onDone()
      onClose()
    } catch (thrown) {
      setFailure(failureOf(thrown))
    } finally {
      setRunning(false)
    }
  }
  return (
    <Dialog
      title="Add partitions"
      isOpen
      onClose={onClose}
      onSubmit={() => void run()}
      note={failure !== undefined && <FailureText failure={failure} />}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" submits disabled={error !== undefined || isRunning}>
            {error === undefined && total !== undefined ? `Add ${plural(total - count, 'partition')}` : 'Add partitions'}
          </Button>
        </>
      }
    >
      <p className={styles.name}>{topic}</p>
      <TextField
        label="Partitions in total"
        inputMode="numeric"
        value={text}
        error={error}
        hint={`It has ${count} now.`}
        onChange={setText}
      />
      <p className={styles.warning}>
        Keys move: a producer chooses the partition by the key’s hash modulo the number of partitions, so records of one key will
        be in two partitions, and their order across the change is lost. Records that are there stay where they are. Partitions
        cannot be taken away again.
      </p>
    </Dialog>
  )
}

function totalError(total: number | undefined, count: number): string | undefined {
  if (total === undefined) return 'A whole number.'
  if (total <= count) return `More than the ${count} that there are.`
  return total > totalMax ? `At most ${totalMax.toLocaleString('en-US')}.` : undefined
}
