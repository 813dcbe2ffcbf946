import { useRef, useState } from 'react'
import type { NamedOutcome } from '../../../src-main/contract/views/topics.ts'
import { bridge } from '../../bridge/bridge.ts'
import { ConfirmDialog } from '../../widgets/confirm.tsx'
import { plural } from '../../widgets/format.ts'
import { toast } from '../../widgets/toasts.ts'
import { DoomedTopics, lossText, OutcomesDialog } from './doomed-topics.tsx'
import { actionNameMax } from './delete-topics.tsx'
import type { DeedProps } from './delete-topics.tsx'
import { eachTopic } from './each-topic.ts'
import styles from './topics.module.css'

export function EmptyTopicsDialog({ connection, rows, onClose }: DeedProps) {
  const [outcomes, setOutcomes] = useState<readonly NamedOutcome[] | null>(null)
  // What was refused stays on screen when the question closes.
  const isTold = useRef(false)
  const names = rows.map(row => row.topic.name)
  const what = names.length === 1 ? (names[0] ?? '') : plural(names.length, 'topic')
  const compacted = rows
    .filter(({ topic }) => topic.cleanupPolicy !== null && !topic.cleanupPolicy.includes('delete'))
    .slice(0, 20)
  const run = async () => {
    const empty = async ([topic = '']: readonly string[], signal: AbortSignal) => {
      await bridge.call('topics.empty', { connection, topic }, signal)
      return [{ name: topic, error: null, message: null }]
    }
    const told = await eachTopic(`Emptying ${what}`, names, empty, 1)
    if (told.some(outcome => outcome.error !== null)) {
      isTold.current = true
      setOutcomes(told)
    } else toast({ level: 'info', title: `Emptied ${what}`, detail: '' })
  }
  if (outcomes !== null) return <OutcomesDialog title="Empty topics" done="emptied" outcomes={outcomes} onClose={onClose} />
  return (
    <ConfirmDialog
      title={names.length === 1 ? 'Empty topic' : 'Empty topics'}
      isOpen
      onClose={() => !isTold.current && onClose()}
      action={what.length > actionNameMax ? 'Empty this topic' : `Empty ${what}`}
      typeToConfirm={names.length === 1 ? what : `empty ${what}`}
      run={run}
    >
      <div className={styles.paragraphs}>
        <p>
          Removes {lossText(rows)} of {what}: every partition then starts at its present end. The topic, its configuration and
          committed offsets stay. This cannot be undone.
        </p>
        {compacted.length > 0 && (
          <p className={styles.warning}>
            Brokers refuse it for topics that are only compacted: {compacted.map(row => row.topic.name).join(', ')}.
          </p>
        )}
        <DoomedTopics connection={connection} rows={rows} />
      </div>
    </ConfirmDialog>
  )
}
