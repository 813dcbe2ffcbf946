import { useEffect, useMemo, useState } from 'react'
import type { RecordRow } from '../../../src-main/contract/views/records.ts'
import { useCall } from '../../bridge/use-call.ts'
import { useDecoderChoices } from '../../places/decoder-choice.ts'
import type { TopicStart } from '../../places/place.ts'
import { isStringList, useRemembered } from '../../preferences/use-remembered.ts'
import { HistogramStrip } from './histogram.tsx'
import { LiveBar } from './live-bar.tsx'
import { MessagesBody } from './messages-body.tsx'
import { MessagesToolbar } from './messages-toolbar.tsx'
import type { ReadContext } from './read-context.ts'
import { ScanBar } from './scan/scan-bar.tsx'
import type { ScanResult } from './scan/scan-bar.tsx'
import { firstChoice, rangeOf } from './start-choice.ts'
import type { StartChoice } from './start-choice.ts'
import { useLive } from './use-live.ts'
import { FilterField } from './filter-field.tsx'
import styles from './messages.module.css'

export interface MessagesViewProps {
  readonly connection: string
  readonly topic: string
  /** Opened at this place; undefined: the newest. */
  readonly at: TopicStart | undefined
  /** Rows that the person chose, for the inspector beside; the last is the one looked at. */
  readonly onInspect: (record: { readonly partition: number; readonly offset: number } | null) => void
}

const noFields: string[] = []

/** The records of a topic: from wherever the reader starts, endless both ways. */
export function MessagesView({ connection, topic, at, onInspect }: MessagesViewProps) {
  const [{ choice, chosenAtMs }, choose] = useState(() => ({ choice: firstChoice(at), chosenAtMs: Date.now() }))
  const setChoice = (next: StartChoice) => choose({ choice: next, chosenAtMs: Date.now() })
  const [partitions, setPartitions] = useState<readonly number[] | null>(at?.kind === 'record' ? [at.partition] : null)
  const [isolation, setIsolation] = useState<ReadContext['isolation']>('read-committed')
  const [showControl, setShowControl] = useState(false)
  const [decoders, setDecoders] = useDecoderChoices(connection, topic)
  const [fields, setFields] = useRemembered(`fields.${connection}.${topic}`.slice(0, 200), noFields, isStringList)
  const [filter, setFilter] = useState('')
  const [selected, setSelected] = useState<RecordRow | null>(null)
  const [scan, setScan] = useState<ScanResult | null>(null)
  const context = useContext({ connection, topic, partitions, isolation, decoders, choice, chosenAtMs })
  const isLive = choice.kind === 'live'
  const live = useLive(isLive ? context : null, fields, false)
  const partitionCount = useCall('topics.detail', { connection, topic }).data?.partitionCount ?? 0
  useEffect(() => setSelected(null), [context])
  if (context === null) return null
  const chosen =
    choice.kind === 'between' && choice.timestampMs !== null && choice.untilMs !== null
      ? { fromMs: choice.timestampMs, untilMs: choice.untilMs }
      : null
  return (
    <div className={styles.view}>
      <MessagesToolbar
        context={context}
        choice={choice}
        onChoice={setChoice}
        onReload={() => setChoice(choice)}
        reading={{
          ...{ partitionCount, partitions, onPartitions: setPartitions, isolation, onIsolation: setIsolation },
          ...{ showControl, onShowControl: setShowControl, decoders, onDecoders: setDecoders },
        }}
      />
      {isLive ? (
        <LiveBar live={live} />
      ) : (
        <HistogramStrip
          context={context}
          chosen={chosen}
          onChoose={(timestampMs, untilMs) => setChoice({ ...choice, kind: 'between', timestampMs, untilMs })}
        />
      )}
      <div className={styles.filters}>
        <FilterField value={filter} onChange={setFilter} />
        <div className="grow">
          <ScanBar context={context} selected={selected} onResult={setScan} fields={fields} />
        </div>
      </div>
      <MessagesBody
        {...{ context, fields, setFields, showControl, filter, scan, selected }}
        live={isLive ? live : null}
        choiceKind={choice.kind}
        onSelect={row => {
          setSelected(row)
          onInspect(row)
        }}
        onStart={kind => setChoice({ ...choice, kind })}
      />
    </div>
  )
}

interface ContextParts {
  readonly connection: string
  readonly topic: string
  readonly partitions: readonly number[] | null
  readonly isolation: ReadContext['isolation']
  readonly decoders: { readonly key: ReadContext['keyDecoder']; readonly value: ReadContext['valueDecoder'] }
  readonly choice: StartChoice
  /** What is relative to now is so to this moment. */
  readonly chosenAtMs: number
}

/** The last range that could be read stays while a new one is being typed. A new choice, also of the same, reads anew. */
function useContext(parts: ContextParts): ReadContext | null {
  const { connection, topic, partitions, isolation, decoders, choice, chosenAtMs } = parts
  const range = useMemo(() => rangeOf(choice, chosenAtMs), [choice, chosenAtMs])
  const [last, setLast] = useState(range)
  if (range !== null && last !== range) setLast(range)
  return useMemo(() => {
    const usable = range ?? last
    if (usable === null) return null
    return { connection, topic, partitions, isolation, keyDecoder: decoders.key, valueDecoder: decoders.value, ...usable }
  }, [connection, topic, partitions, isolation, decoders, range, last])
}
