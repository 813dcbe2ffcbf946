import { Button } from '../../../widgets/button.tsx'
import { cancelTransfer } from './transfer-runs.ts'
import type { TransferRun } from './transfer-runs.ts'

export interface TransferActionsProps {
  readonly run: TransferRun
  /** Back to what was asked for. */
  readonly onAgain: () => void
  readonly onClose: () => void
}

/** What can be done with an export or import once it was started. */
export function TransferActions({ run, onAgain, onClose }: TransferActionsProps) {
  // Keys keep them apart: a button that became the submitting one under the click would submit.
  switch (run.phase) {
    case 'running':
      return (
        <>
          <Button key="cancel" onClick={() => cancelTransfer(run.id)}>
            Cancel {run.order.kind}
          </Button>
          <Button key="leave" onClick={onClose}>
            Go on in the background
          </Button>
        </>
      )
    case 'done':
      return (
        <Button key="done" tone="primary" onClick={onClose}>
          Done
        </Button>
      )
    case 'cancelled':
    case 'failed':
      return (
        <>
          <Button key="again" onClick={onAgain}>
            Change and try again
          </Button>
          <Button key="leave" onClick={onClose}>
            Leave it
          </Button>
        </>
      )
  }
}
