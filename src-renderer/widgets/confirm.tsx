import { useState } from 'react'
import type { ReactNode } from 'react'
import { failureOf } from '../bridge/bridge.ts'
import type { Failure } from '../../src-main/contract/failure.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { TextField } from './fields.tsx'
import { FailureText } from './states.tsx'

export interface ConfirmProps {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  /** What will happen, before it happens: names the target. */
  readonly children: ReactNode
  /** Name of the button: the deed itself, `Delete orders`. */
  readonly action: string
  /** Has to be typed first, for what cannot be undone. */
  readonly typeToConfirm?: string
  /** A rejection is shown and the dialog stays. */
  readonly run: () => Promise<unknown>
}

/** For whatever destroys: says what will happen, names the target, and shows why it failed. */
export function ConfirmDialog({ title, isOpen, onClose, children, action, typeToConfirm, run }: ConfirmProps) {
  const [typed, setTyped] = useState('')
  const [isRunning, setRunning] = useState(false)
  const [failure, setFailure] = useState<Failure | undefined>()
  const close = () => {
    setTyped('')
    setFailure(undefined)
    onClose()
  }
  const start = async () => {
    setRunning(true)
    setFailure(undefined)
    try {
      await run()
      close()
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setRunning(false)
    }
  }
  const isAllowed = typeToConfirm === undefined || typed === typeToConfirm
  return (
    <Dialog
      title={title}
      isOpen={isOpen}
      onClose={close}
      onSubmit={() => isAllowed && !isRunning && void start()}
      note={failure !== undefined && <FailureText failure={failure} />}
      actions={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button tone="danger" submits disabled={!isAllowed || isRunning}>
            {action}
          </Button>
        </>
      }
    >
      <div>{children}</div>
      {typeToConfirm !== undefined && (
        <TextField label={`Type “${typeToConfirm}” to confirm`} value={typed} onChange={setTyped} mono />
      )}
    </Dialog>
  )
}
