import { useEffect, useMemo, useState } from 'react'
import type { GroupDetail } from '../../../../src-main/contract/views/groups.ts'
import type { ResetPlan, ResetResult } from '../../../../src-main/contract/views/resets.ts'
import type { Failure } from '../../../../src-main/contract/failure.ts'
import { bridge, failureOf } from '../../../bridge/bridge.ts'
import { useCall } from '../../../bridge/use-call.ts'
import type { CallState } from '../../../bridge/use-call.ts'
import { useReadOnlyReason } from '../../../places/connections.ts'
import { useTimeZone } from '../../../preferences/use-appearance.ts'
import { Button } from '../../../widgets/button.tsx'
import { Dialog } from '../../../widgets/dialog.tsx'
import { plural } from '../../../widgets/format.ts'
import { FailureText, useNow } from '../../../widgets/states.tsx'
import { BlockedBanner } from './blocked-banner.tsx'
import { firstForm, movesOf, planInput } from './reset-form.ts'
import { PlanGrid } from './plan-grid.tsx'
import { ResetChoices } from './reset-choices.tsx'
import { ResetOutcome } from './reset-outcome.tsx'
import { parseTarget } from './target-text.ts'
import { useSettled } from './use-settled.ts'
import styles from './reset.module.css'

const widthPx = 940
/** A plan is asked for when nobody has typed for so long. */
const settledMs = 250
/** While members block a reset, they are looked for again. */
const lookAgainMs = 2_000

interface ResetProps {
  readonly connection: string
  readonly group: string
  readonly onClose: () => void
}

/** From scope and target over the plan to the deed, what became of it, and back. Nothing changes before `Apply`. */
export function ResetDialog({ connection, group, onClose }: ResetProps) {
  const [form, setForm] = useState(firstForm)
  const [done, setDone] = useState<{ readonly result: ResetResult; readonly isUndo: boolean } | null>(null)
  const detail = useCall('groups.detail', { connection, group }, { refreshMs: lookAgainMs })
  const timeZone = useTimeZone()
  const nowMs = useNow(10_000)
  const known = detail.data?.partitions ?? []
  const target = parseTarget(form.target, form.texts[form.target] ?? '', { timeZone, nowMs })
  const input = useSettled(planInput({ connection, group }, form, known, target) ?? null, settledMs)
  const plan = useCall('groups.planReset', done === null ? input : null)
  useReplanWhenFree(detail.data, plan)
  const deed = useDeed(connection, group, (result, isUndo) => setDone({ result, isUndo }))
  const again = () => {
    setDone(null)
    void plan.reload()
  }
  return (
    <Dialog
      title={`Reset offsets of ${group === '' ? '(empty group id)' : group}`}
      isOpen
      onClose={onClose}
      widthPx={widthPx}
      note={deed.failure !== undefined && <FailureText failure={deed.failure} />}
      actions={
        done === null ? (
          <PlanActions connection={connection} plan={plan} isComplete={input !== null} deed={deed} onClose={onClose} />
        ) : (
          <DoneActions done={done} deed={deed} onAgain={again} onClose={onClose} />
        )
      }
    >
      {done === null ? (
        <>
          <ResetChoices form={form} onForm={setForm} detail={detail.data} target={target} />
          <BlockedBanner {...{ connection, group }} plan={plan.data} members={detail.data?.members ?? []} />
          <PlanArea plan={plan} isComplete={input !== null} />
        </>
      ) : (
        <ResetOutcome result={done.result} isUndo={done.isUndo} />
      )}
    </Dialog>
  )
}

/** A group that lost its last member, or got one, is planned anew. */
function useReplanWhenFree(detail: GroupDetail | undefined, plan: CallState<ResetPlan>): void {
  const hasMembers = detail === undefined ? undefined : detail.members.length > 0
  const isBlocked = plan.data === undefined ? undefined : plan.data.blocked !== null
  const { reload } = plan
  const differs = hasMembers !== undefined && isBlocked !== undefined && hasMembers !== isBlocked
  useEffect(() => {
    if (differs) void reload()
  }, [differs, reload])
}

interface Deed {
  readonly isRunning: boolean
  readonly failure: Failure | undefined
  readonly apply: (moves: ResetResult['undo'], isUndo: boolean) => void
}

function useDeed(connection: string, group: string, onDone: (result: ResetResult, isUndo: boolean) => void): Deed {
  const [state, setState] = useState<{ isRunning: boolean; failure: Failure | undefined }>({
    isRunning: false,
    failure: undefined,
  })
  const run = async (moves: ResetResult['undo'], isUndo: boolean) => {
    setState({ isRunning: true, failure: undefined })
    try {
      const plain = moves.map(({ topic, partition, from, to }) => ({ topic, partition, from, to }))
      onDone(await bridge.call('groups.applyReset', { connection, group, moves: plain }), isUndo)
      setState({ isRunning: false, failure: undefined })
    } catch (error) {
      setState({ isRunning: false, failure: failureOf(error) })
    }
  }
  return { ...state, apply: (moves, isUndo) => void run(moves, isUndo) }
}

interface PlanActionsProps {
  readonly connection: string
  readonly plan: CallState<ResetPlan>
  readonly isComplete: boolean
  readonly deed: Deed
  readonly onClose: () => void
}

function PlanActions({ connection, plan, isComplete, deed, onClose }: PlanActionsProps) {
  const readOnly = useReadOnlyReason(connection)
  const moves = useMemo(() => (plan.data === undefined ? [] : movesOf(plan.data)), [plan.data])
  const reason = readOnly ?? whyNot(plan, isComplete, moves.length)
  return (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button disabled={plan.data === undefined} onClick={() => void plan.reload()}>
        Plan again
      </Button>
      <Button tone="danger" disabledReason={reason} disabled={deed.isRunning} onClick={() => deed.apply(moves, false)}>
        {moves.length === 0 ? 'Apply' : `Apply to ${plural(moves.length, 'partition')}`}
      </Button>
    </>
  )
}

function whyNot(plan: CallState<ResetPlan>, isComplete: boolean, moveCount: number): string | undefined {
  if (!isComplete) return 'Choose what to reset, and where to.'
  if (plan.data === undefined) return plan.failure === undefined ? 'The plan is being made.' : plan.failure.message
  if (plan.data.blocked !== null) return plan.data.blocked
  if (plan.data.rows.length === 0) return 'The group has committed no offset that could be moved.'
  return moveCount === 0 ? 'Every partition stands there already.' : undefined
}

function DoneActions(props: {
  readonly done: { readonly result: ResetResult; readonly isUndo: boolean }
  readonly deed: Deed
  readonly onAgain: () => void
  readonly onClose: () => void
}) {
  const { result, isUndo } = props.done
  return (
    <>
      <Button onClick={props.onAgain}>Another reset</Button>
      {result.undo.length > 0 && (
        <Button disabled={props.deed.isRunning} onClick={() => props.deed.apply(result.undo, !isUndo)}>
          {isUndo ? 'Redo' : 'Undo'}
        </Button>
      )}
      <Button tone="primary" onClick={props.onClose}>
        Done
      </Button>
    </>
  )
}

function PlanArea({ plan, isComplete }: { readonly plan: CallState<ResetPlan>; readonly isComplete: boolean }) {
  if (!isComplete)
    return (
      <p className={styles.planNote}>
        The plan appears here as soon as scope and target are chosen. Nothing changes before Apply.
      </p>
    )
  if (plan.data === undefined)
    return plan.failure === undefined ? (
      <p className={styles.planNote} role="status">
        Asking where each partition would go…
      </p>
    ) : (
      <FailureText failure={plan.failure} />
    )
  return <PlanGrid plan={plan.data} />
}
