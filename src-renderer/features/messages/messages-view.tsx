import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { useIsActiveTab } from '../../bridge/active.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useDecoderChoices } from '../../places/decoder-choice.ts'
import type { TopicStart } from '../../places/place.ts'
import { isStringList, useRemembered } from '../../preferences/use-remembered.ts'
import { formatsOf } from './row-formats.ts'
import type { RowFormats } from './row-formats.ts'
import { FilterField } from './filter-field.tsx'
import { HistogramStrip } from './histogram.tsx'
import { LiveBar } from './live-bar.tsx'
import { textPattern } from './mark-parts.ts'
import { MessagesBody } from './messages-body.tsx'
import { MessagesToolbar } from './messages-toolbar.tsx'
import { ScanBar } from './scan/scan-bar.tsx'
import type { ScanResult } from './scan/scan-bar.tsx'
import { chosenKind, chosenSpan, firstChoice } from './start-choice.ts'
import type { StartChoice } from './start-choice.ts'
import { useLive } from './use-live.ts'
import { useBatchFacts } from './use-message-columns.ts'
import { useReading } from './use-reading.ts'
import { useSession } from './use-session.ts'
import styles from './messages.module.css'

export interface MessagesViewProps {
  readonly connection: string
  readonly topic: string
  /** Opened at this place; undefined: the newest. */
  readonly at: TopicStart | undefined
  /** The row that is looked at, for the inspector beside. Rows to compare are in `places/compare-pair.ts`. */
  readonly onInspect: (record: { readonly partition: number; readonly offset: number } | null) => void
}

const noFields: string[] = []
/** Rows come often; what does not show them is not drawn again for them. */
const TopicScan = memo(ScanBar)

/** The records of a topic: from wherever the reader starts, endless both ways. */
export function MessagesView({ connection, topic, at, onInspect }: MessagesViewProps) {
  const isShown = useIsActiveTab()
  const [choice, setChoice] = useState<StartChoice>(() => firstChoice(at))
  const [decoders, setDecoders] = useDecoderChoices(connection, topic)
  const [fields, setFields] = useRemembered(`fields.${connection}.${topic}`.slice(0, 200), noFields, isStringList)
  const [filter, setFilter] = useState('')
  const [selected, setSelected] = useState<RecordRow | null>(null)
  const [scan, setScan] = useState<ScanResult | null>(null)
  const reading = useReading({ connection, topic, decoders, choice, at })
  const { context } = reading
  const { readAgain } = reading
  /** A choice, also of the same, reads anew. */
  const choose = useCallback(
    (next: StartChoice) => {
      setChoice(next)
      readAgain()
    },
    [readAgain],
  )
  const batchFacts = useBatchFacts(topic)
  const isLive = choice.kind === 'live' && scan === null
  const live = useLive(isLive ? context : null, fields, batchFacts)
  const isReading = choice.kind !== 'live' && scan === null
  const options = { fields, batchFacts, showControl: reading.showControl }
  const session = useSession(isReading ? context : null, options, reading.round)
  const loaded = scan?.rows ?? (isLive ? live.shown.rows : session.window.rows)
  const formats = useFormats(loaded)
  const highlight = useMemo(() => scan?.highlight ?? textPattern(filter), [scan?.highlight, filter])
  const partitionCount = useCall('topics.detail', { connection, topic }).data?.partitionCount ?? 0
  const select = (row: RecordRow) => {
    setSelected(row)
    onInspect(row)
  }
  useEffect(() => setSelected(null), [context])
  useFirstSelection(choice, session.window.rows, select)
  return (
    <div className={styles.view}>
      <MessagesToolbar
        {...{ context, choice, reading, partitionCount, decoders, formats }}
        onChoice={choose}
        onDecoders={setDecoders}
      />
      {isLive ? (
        <LiveBar live={live} isShown={isShown} />
      ) : (
        <HistogramStrip
          context={context}
          isShown={isShown}
          chosen={chosenSpan(choice, context)}
          onChoose={(timestampMs, untilMs) => choose({ ...choice, kind: 'between', timestampMs, untilMs })}
        />
      )}
      <div className={styles.filters}>
        <FilterField value={filter} onChange={setFilter} loaded={loaded.length} isShown={isShown} />
        <div className="grow">
          <TopicScan context={context} selected={selected} onResult={setScan} fields={fields} />
        </div>
      </div>
      <MessagesBody
        {...{ context, session, fields, setFields, filter, highlight, loaded, scan, selected, formats }}
        live={isLive ? live : null}
        onSelect={select}
        onStart={kind => choose(chosenKind(choice, kind, Date.now()))}
        onFilter={setFilter}
      />
    </div>
  )
}

/** The same object as long as the rows are read the same way. */
function useFormats(rows: readonly RecordRow[]): RowFormats {
  const text = useMemo(() => JSON.stringify(formatsOf(rows)), [rows])
  return useMemo(() => JSON.parse(text) as RowFormats, [text])
}

/** A reader who asked for one record sees it chosen. */
function useFirstSelection(choice: StartChoice, rows: readonly RecordRow[], select: (row: RecordRow) => void): void {
  const done = useRef<StartChoice['record']>(null)
  useEffect(() => {
    const { record } = choice
    if (choice.kind !== 'record' || record === null || done.current === record) return
    const row = rows.find(({ partition, offset }) => partition === record.partition && offset >= record.offset)
    if (row === undefined) return
    done.current = record
    select(row)
  })
}
