import { useEffect, useState } from 'react'
import type { NamedOutcome } from '../../../src-main/contract/views/topics.ts'
import { bridge } from '../../bridge/bridge.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { formatCount, plural } from '../../widgets/format.ts'
import { Status } from '../../widgets/marks.tsx'
import type { TopicRow } from './topic-rows.ts'
import styles from './topics.module.css'

/** Topics whose readers are asked for by name; for more, the counts of the list are enough. */
const namedReadersMax = 20
/** Topics that are written out; of more there is the count alone. */
const listedMax = 200

/** What is about to be lost: per topic its records and who reads it. */
export function DoomedTopics({ connection, rows }: { readonly connection: string; readonly rows: readonly TopicRow[] }) {
  const readers = useReaders(connection, rows)
  return (
    <div className={styles.list} tabIndex={-1}>
      {rows.slice(0, listedMax).map(row => (
        <div key={row.topic.name} className={styles.listRow}>
          <span className={styles.name}>{row.topic.name}</span>
          <span>{recordsText(row)}</span>
          <span className="muted">{readersText(row, readers.get(row.topic.name))}</span>
        </div>
      ))}
      {rows.length > listedMax && <div className={styles.listRow}>and {formatCount(rows.length - listedMax)} more</div>}
    </div>
  )
}

const recordsText = ({ topic }: TopicRow): string =>
  topic.records === null ? 'records unknown' : plural(topic.records, 'record')

function readersText(row: TopicRow, groups: readonly string[] | undefined): string {
  if (groups === undefined) return row.groupCount === null ? 'readers unknown' : `read by ${plural(row.groupCount, 'group')}`
  return groups.length === 0 ? 'no group reads it' : `read by ${groups.join(', ')}`
}

function useReaders(connection: string, rows: readonly TopicRow[]): ReadonlyMap<string, readonly string[]> {
  const [readers, setReaders] = useState<ReadonlyMap<string, readonly string[]>>(new Map())
  const key = rows.map(row => row.topic.name).join('\n')
  useEffect(() => {
    const abort = new AbortController()
    const ask = async () => {
      for (const topic of key.split('\n').slice(0, namedReadersMax)) {
        const { groups } = await bridge.call('topics.consumers', { connection, topic }, abort.signal)
        setReaders(before =>
          new Map(before).set(
            topic,
            groups.map(({ group }) => group),
          ),
        )
      }
    }
    // Unknown readers are said to be unknown: nothing to add here.
    void ask().catch(() => undefined)
    return () => abort.abort()
  }, [connection, key])
  return readers
}

/** Sums over what is known; `at least` where something is not. */
export function lossText(rows: readonly TopicRow[]): string {
  const known = rows.map(row => row.topic.records).filter(records => records !== null)
  const records = plural(
    known.reduce((sum, one) => sum + one, 0),
    'record',
  )
  return known.length === rows.length ? records : `at least ${records}`
}

/** How it went, topic by topic. */
export function OutcomesDialog(props: {
  readonly title: string
  readonly done: string
  readonly outcomes: readonly NamedOutcome[]
  readonly onClose: () => void
}) {
  const failed = props.outcomes.filter(outcome => outcome.error !== null)
  return (
    <Dialog
      title={props.title}
      isOpen
      onClose={props.onClose}
      note={<span className="muted">{`${props.outcomes.length - failed.length} ${props.done}, ${failed.length} refused`}</span>}
      actions={<Button onClick={props.onClose}>Done</Button>}
    >
      <div className={styles.list} tabIndex={-1}>
        {[...failed, ...props.outcomes.filter(outcome => outcome.error === null)].slice(0, listedMax).map(outcome => (
          <div key={outcome.name} className={styles.listRow}>
            <span className={styles.name}>{outcome.name}</span>
            <Status tone={outcome.error === null ? 'good' : 'bad'}>{outcome.error ?? props.done}</Status>
            {outcome.message !== null && <span className="muted">{outcome.message}</span>}
          </div>
        ))}
      </div>
    </Dialog>
  )
}
