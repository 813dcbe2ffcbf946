import { useMemo, useState } from 'react'
import type { BrokerView } from '../../../src-main/contract/views/cluster.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { TopicDetail } from '../../../src-main/contract/views/topics.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { useCall } from '../../bridge/use-call.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { Checkbox, TextField } from '../../widgets/fields.tsx'
import { formatBytes, plural } from '../../widgets/format.ts'
import { Select } from '../../widgets/select.tsx'
import { FailureText } from '../../widgets/states.tsx'
import { wholeNumber } from './create-form.ts'
import { MoveTable } from './move-table.tsx'
import { bytesOf, moveLines, movesOf, throttleBytes } from './reassignment-moves.ts'
import type { Move } from './reassignment-moves.ts'
import styles from './topics.module.css'

export interface ReassignDialogProps {
  readonly connection: string
  readonly detail: TopicDetail
  /** Begin with replicas as they are, to change some by hand. */
  readonly byHand: boolean
  readonly onClose: () => void
  readonly onStarted: (moves: readonly Move[], throttle: number | null) => void
}

type Begin = 'even' | 'present'
const begins: readonly { readonly value: Begin; readonly label: string }[] = [
  { value: 'even', label: 'Even layout over the brokers' },
  { value: 'present', label: 'Present replicas, changed by hand' },
]

/** From a plan, from the present layout, or both: who moves where, how much that copies, and how fast it may. */
export function ReassignDialog({ connection, detail, byHand, onClose, onStarted }: ReassignDialogProps) {
  const form = useReassignForm(connection, detail, byHand)
  const { lines, moves, limit } = form
  const [failure, setFailure] = useState<Failure | undefined>()
  const [isRunning, setRunning] = useState(false)
  const start = async () => {
    if (form.isWrong || limit === undefined || moves.length === 0 || isRunning) return
    setRunning(true)
    setFailure(undefined)
    try {
      await bridge.call('topics.reassign', { connection, moves, throttleBytesPerSecond: limit })
      onStarted(
        lines.filter(line => line.isChanged),
        limit,
      )
    } catch (error) {
      setFailure(failureOf(error))
    } finally {
      setRunning(false)
    }
  }
  const summary = form.isPlanning ? 'Planning…' : summaryOf(moves.length, bytesOf(lines))
  return (
    <Dialog
      title="Reassign partitions"
      isOpen
      onClose={onClose}
      widthPx={860}
      onSubmit={() => void start()}
      note={<Note failure={failure ?? form.planFailure} summary={summary} />}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" submits disabled={form.isWrong || moves.length === 0 || isRunning}>
            {moves.length === 0 ? 'Nothing to move' : `Move ${plural(moves.length, 'partition')}`}
          </Button>
        </>
      }
    >
      <div className={styles.sectionHead}>
        <span className={`${styles.name} grow`}>{detail.name}</span>
        <Select label="Begin with" value={form.begin} options={begins} onChange={form.beginWith} />
      </div>
      {form.begin === 'even' && (
        <div className={styles.triple}>
          <BrokerChoice brokers={form.brokers} left={form.left} onChange={form.setLeft} />
          <TextField
            label="Replication factor"
            inputMode="numeric"
            placeholder={`as it is: ${detail.replicationFactor}`}
            value={form.factor}
            error={form.factorError}
            onChange={form.setFactor}
          />
        </div>
      )}
      <MoveTable lines={lines} onType={form.type} />
      <TextField
        label="Throttle in MB/s"
        inputMode="decimal"
        placeholder="no limit"
        value={form.throttle}
        error={limit === undefined ? 'A number of megabytes per second, or nothing.' : undefined}
        hint="What the copying may take on each broker."
        onChange={form.setThrottle}
      />
    </Dialog>
  )
}

/** What is chosen and typed, and what follows from it. */
function useReassignForm(connection: string, detail: TopicDetail, byHand: boolean) {
  const brokers = useCall('cluster.overview', { connection }).data?.brokers ?? noBrokers
  const upIds = useMemo(() => brokers.filter(broker => broker.up).map(broker => broker.brokerId), [brokers])
  const [begin, setBegin] = useState<Begin>(byHand ? 'present' : 'even')
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set())
  const [factor, setFactor] = useState('')
  const [throttle, setThrottle] = useState('')
  const [typed, setTyped] = useState<ReadonlyMap<number, string>>(new Map())
  const chosen = upIds.filter(id => !left.has(id))
  const factorError = begin === 'even' ? factorProblem(factor, chosen.length) : undefined
  const canPlan = begin === 'even' && chosen.length > 0 && factorError === undefined
  const wish = { connection, topics: [detail.name], brokers: chosen, replicationFactor: wholeNumber(factor) ?? null }
  const plan = useCall('topics.planReassignment', canPlan ? wish : null)
  const lines = useMemo(
    () => moveLines(detail.partitions, begin === 'even' ? plan.data : undefined, typed, upIds),
    [detail.partitions, begin, plan.data, typed, upIds],
  )
  const limit = throttleBytes(throttle)
  const beginWith = (next: Begin) => {
    setBegin(next)
    setTyped(new Map())
  }
  const type = (partition: number, text: string) => setTyped(before => new Map(before).set(partition, text))
  return {
    ...{ brokers, begin, beginWith, left, setLeft, factor, setFactor, factorError, throttle, setThrottle, type, lines, limit },
    moves: movesOf(detail.name, lines),
    isPlanning: canPlan && plan.data === undefined && plan.failure === undefined,
    planFailure: canPlan ? plan.failure : undefined,
    isWrong: lines.some(line => line.error !== undefined) || limit === undefined || factorError !== undefined,
  }
}

const noBrokers: readonly BrokerView[] = []

function factorProblem(text: string, brokerCount: number): string | undefined {
  if (text.trim() === '') return brokerCount === 0 ? 'Choose at least one broker.' : undefined
  const factor = wholeNumber(text)
  if (factor === undefined || factor < 1) return 'A whole number from 1.'
  return factor > brokerCount ? `Needs ${factor} brokers; ${brokerCount} are chosen.` : undefined
}

function summaryOf(count: number, bytes: number | null): string {
  if (count === 0) return 'Every partition is where it should be.'
  return bytes === null ? 'How much has to be copied is unknown.' : `${formatBytes(bytes)} to copy`
}

const Note = ({ failure, summary }: { readonly failure: Failure | undefined; readonly summary: string }) =>
  failure === undefined ? <span className="muted">{summary}</span> : <FailureText failure={failure} />

interface BrokerChoiceProps {
  readonly brokers: readonly BrokerView[]
  readonly left: ReadonlySet<number>
  readonly onChange: (left: ReadonlySet<number>) => void
}

function BrokerChoice({ brokers, left, onChange }: BrokerChoiceProps) {
  const toggle = (id: number, isIn: boolean) => {
    const next = new Set(left)
    if (isIn) next.delete(id)
    else next.add(id)
    onChange(next)
  }
  return (
    <div role="group" aria-label="Brokers to use" className={styles.paragraphs}>
      <span className="muted">Brokers to use</span>
      <div className={styles.brokers}>
        {brokers.map(({ brokerId, host, port, up }) => (
          <Checkbox
            key={brokerId}
            label={`${brokerId} · ${host}:${port}${up ? '' : ' (down)'}`}
            checked={up && !left.has(brokerId)}
            disabled={!up}
            onChange={isIn => toggle(brokerId, isIn)}
          />
        ))}
      </div>
    </div>
  )
}
