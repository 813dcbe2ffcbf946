import { useRef, useState } from 'react'
import type { NamedOutcome } from '../../../src-main/contract/views/topics.ts'
import { bridge } from '../../bridge/bridge.ts'
import { ConfirmDialog } from '../../widgets/confirm.tsx'
import { plural } from '../../widgets/format.ts'
import { toast } from '../../widgets/toasts.ts'
import { DoomedTopics, lossText, OutcomesDialog } from './doomed-topics.tsx'
import { eachTopic } from './each-topic.ts'
import type { TopicRow } from './topic-rows.ts'
import styles from './topics.module.css'

export interface DeedProps {
  readonly connection: string
  readonly rows: readonly TopicRow[]
  readonly onClose: () => void
}

/** A longer name would not fit on a button. */
export const actionNameMax = 40

export function DeleteTopicsDialog({ connection, rows, onClose }: DeedProps) {
  const [outcomes, setOutcomes] = useState<readonly NamedOutcome[] | null>(null)
  // What was refused stays on screen when the question closes.
  const isTold = useRef(false)
  const names = rows.map(row => row.topic.name)
  const what = names.length === 1 ? (names[0] ?? '') : plural(names.length, 'topic')
  const run = async () => {
    const told = await eachTopic(`Deleting ${what}`, names, (topics, signal) =>
      bridge.call('topics.delete', { connection, topics: [...topics] }, signal),
    )
    if (told.some(outcome => outcome.error !== null)) {
      isTold.current = true
      setOutcomes(told)
    } else toast({ level: 'info', title: `Deleted ${what}`, detail: '' })
  }
  if (outcomes !== null) return <OutcomesDialog title="Delete topics" done="deleted" outcomes={outcomes} onClose={onClose} />
  return (
    <ConfirmDialog
      title={names.length === 1 ? 'Delete topic' : 'Delete topics'}
      isOpen
      onClose={() => !isTold.current && onClose()}
      action={what.length > actionNameMax ? 'Delete this topic' : `Delete ${what}`}
      typeToConfirm={names.length === 1 ? what : `delete ${what}`}
      run={run}
    >
      <div className={styles.paragraphs}>
        <p>
          Deletes {what} with {lossText(rows)}, on every broker. This cannot be undone; offsets that groups committed go with it.
        </p>
        <DoomedTopics connection={connection} rows={rows} />
      </div>
    </ConfirmDialog>
  )
}
