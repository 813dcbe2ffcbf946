import { useEffect, useState } from 'react'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import type { Failure } from '../../../src-main/contract/failure.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { plural } from '../../widgets/format.ts'
import { Status } from '../../widgets/marks.tsx'
import { FailureText } from '../../widgets/states.tsx'
import { toast } from '../../widgets/toasts.ts'
import { alteration, notTaken } from './config-changes.ts'
import type { ChangeLine } from './config-changes.ts'
import styles from './topics.module.css'

export interface ReviewConfigProps {
  readonly connection: string
  readonly topic: string
  readonly lines: readonly ChangeLine[]
  readonly onClose: () => void
  readonly onDiscard: (name: string) => void
  readonly onApplied: () => void
}

type Verdict = { readonly about: string; readonly failure: Failure | undefined }

/** All changes before they are made: the broker is asked first whether it would take them, and read back after. */
export function ReviewConfigDialog(props: ReviewConfigProps) {
  const { connection, topic, lines, onClose } = props
  const order = { connection, topic, ...alteration(lines) }
  const about = JSON.stringify(order)
  const [verdict, setVerdict] = useState<Verdict | null>(null)
  const [isRunning, setRunning] = useState(false)
  useEffect(() => {
    const abort = new AbortController()
    const ask = async () => {
      const failure = await refusalOf(JSON.parse(about) as typeof order, abort.signal)
      if (!abort.signal.aborted) setVerdict({ about, failure })
    }
    void ask()
    return () => abort.abort()
  }, [about])
  const judged = verdict?.about === about ? verdict : null
  const apply = async () => {
    if (isRunning || judged === null || judged.failure !== undefined) return
    setRunning(true)
    try {
      await bridge.call('topics.alterConfig', order)
      await readBack(connection, topic, lines)
      props.onApplied()
    } catch (error) {
      setVerdict({ about, failure: failureOf(error) })
    } finally {
      setRunning(false)
    }
  }
  return (
    <Dialog
      title="Change configuration"
      isOpen
      onClose={onClose}
      widthPx={680}
      onSubmit={() => void apply()}
      note={<VerdictNote verdict={judged} />}
      actions={
        <>
          <Button onClick={onClose}>Back</Button>
          <Button tone="primary" submits disabled={isRunning || judged === null || judged.failure !== undefined}>
            Apply {plural(lines.length, 'change')}
          </Button>
        </>
      }
    >
      <p className={styles.name}>{topic}</p>
      <ul className={styles.list} aria-label="Changes">
        {lines.map(line => (
          <ChangeRow key={line.name} line={line} onDiscard={() => props.onDiscard(line.name)} />
        ))}
      </ul>
    </Dialog>
  )
}

async function refusalOf(order: Parameters<typeof bridge.call<'topics.alterConfig'>>[1], signal: AbortSignal) {
  try {
    await bridge.call('topics.alterConfig', { ...order, validateOnly: true }, signal)
    return undefined
  } catch (error) {
    return failureOf(error)
  }
}

function VerdictNote({ verdict }: { readonly verdict: Verdict | null }) {
  if (verdict === null) return <span className="muted">Asking the broker whether it would take this…</span>
  if (verdict.failure !== undefined) return <FailureText failure={verdict.failure} />
  return <Status tone="good">The broker would take this</Status>
}

function ChangeRow({ line, onDiscard }: { readonly line: ChangeLine; readonly onDiscard: () => void }) {
  return (
    <li className={styles.listRow}>
      <span>
        <span className={styles.configName}>{line.name}</span> {line.isReset && <span className="muted">reset</span>}
        <div className={styles.name}>
          <span className={styles.old}>{line.before ?? 'not set'}</span> → <b>{shown(line.after)}</b>
        </div>
      </span>
      <Button tone="quiet" aria-label={`Leave ${line.name} as it is`} onClick={onDiscard}>
        Leave out
      </Button>
    </li>
  )
}

const shown = (value: string | null): string => (value === '' ? 'empty' : (value ?? 'not set'))

/** What the cluster says now; values travel to every broker, so the answer of one may be a moment behind. */
async function readBack(connection: string, topic: string, lines: readonly ChangeLine[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const left = notTaken(await bridge.call('topics.config', { connection, topic }), lines)
    if (left.length === 0)
      return toast({ level: 'info', title: `Changed ${plural(lines.length, 'config')}`, detail: `${topic}, read back` })
    if (attempt === readBackMax)
      return toast({
        level: 'warning',
        title: 'Not read back yet',
        detail: `The broker still tells the old value of ${left.join(', ')}`,
      })
    await new Promise(resolve => setTimeout(resolve, readBackEveryMs))
  }
}
const readBackMax = 10
const readBackEveryMs = 200
