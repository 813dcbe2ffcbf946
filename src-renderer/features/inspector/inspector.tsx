import { useCallback, useEffect, useMemo, useState } from 'react'
import { useCall } from '../../bridge/use-call.ts'
import type { CodeEditor } from '../../editor/monaco.ts'
import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { useDecoderChoices } from '../../places/decoder-choice.ts'
import { useTimeZone } from '../../preferences/use-appearance.ts'
import { useRemembered } from '../../preferences/use-remembered.ts'
import { useScreenKeys } from '../../widgets/keys.ts'
import { FailureState, Skeleton } from '../../widgets/states.tsx'
import { CompareDialog } from './compare-dialog.tsx'
import { FactsList } from './facts-list.tsx'
import { HeadersView } from './headers-view.tsx'
import { InspectorBar } from './inspector-bar.tsx'
import type { InspectorTab } from './inspector-bar.tsx'
import { LocationView } from './location-view.tsx'
import { PartView } from './part-view.tsx'
import type { OneRecord } from './read-part.ts'
import { batchFactList, recordFacts } from './record-facts.ts'
import styles from './inspector.module.css'

export interface InspectorProps {
  readonly connection: string
  readonly topic: string
  readonly record: { readonly partition: number; readonly offset: number }
  readonly onClose: () => void
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'

/** One record, whole: value, key, headers, facts. */
export function Inspector({ connection, topic, record: { partition, offset }, onClose }: InspectorProps) {
  const record = useMemo(() => ({ connection, topic, partition, offset }), [connection, topic, partition, offset])
  const [choices, setChoices] = useDecoderChoices(connection, topic)
  const state = useCall('records.detail', { ...record, keyDecoder: choices.key, valueDecoder: choices.value })
  const detail = useSettled(state.data, state.failure !== undefined)
  const [tab, setTab] = useState<InspectorTab>('value')
  const [wordWrap, setWordWrap] = useRemembered('inspector.wrap', false, isBoolean)
  const [showHex, setShowHex] = useRemembered('inspector.hex', false, isBoolean)
  const [editor, setEditor] = useState<CodeEditor | undefined>(undefined)
  useScreenKeys([{ key: 'Escape', label: 'Close the inspector', run: onClose }])
  const isStale = state.data === undefined

  return (
    <>
      <section
        aria-label="Inspector"
        aria-busy={isStale}
        className={styles.inspector}
        onKeyDown={event => {
          if (event.key !== 'Escape' || event.defaultPrevented) return
          event.preventDefault()
          onClose()
        }}
      >
        <InspectorBar
          {...{ record, detail, tab, choices, wordWrap, showHex, editor, onClose }}
          onTab={setTab}
          onChoices={setChoices}
          onWordWrap={setWordWrap}
          onShowHex={setShowHex}
        />
        {state.failure !== undefined && <FailureState failure={state.failure} onRetry={() => void state.reload()} />}
        {detail === undefined && state.failure === undefined && <Skeleton lines={6} />}
        {detail !== undefined && (
          <div className={styles.body} data-stale={isStale}>
            <Content {...{ detail, tab, choices, wordWrap, showHex }} onEditor={setEditor} connection={connection} />
            <Beside detail={detail} />
          </div>
        )}
      </section>
      <CompareDialog />
    </>
  )
}

/** The record before stays in place for the moment until the next one is there, so that walking through rows does not flicker. */
function useSettled(data: RecordDetail | undefined, hasFailed: boolean): RecordDetail | undefined {
  const [last, setLast] = useState(data)
  useEffect(() => {
    if (data !== undefined || hasFailed) setLast(data)
  }, [data, hasFailed])
  return hasFailed ? undefined : (data ?? last)
}

interface ContentProps {
  readonly connection: string
  readonly detail: RecordDetail
  readonly tab: InspectorTab
  readonly choices: ReturnType<typeof useDecoderChoices>[0]
  readonly wordWrap: boolean
  readonly showHex: boolean
  readonly onEditor: (editor: CodeEditor | undefined) => void
}

/** Everything here is of the record that is shown, which may be the one before. */
function Content({ connection, detail, tab, choices, wordWrap, showHex, onEditor }: ContentProps) {
  const { topic, partition, offset } = detail
  const record: OneRecord = useMemo(() => ({ connection, topic, partition, offset }), [connection, topic, partition, offset])
  const timeZone = useTimeZone()
  const keep = useCallback((editor: CodeEditor | undefined) => onEditor(editor), [onEditor])
  const shared = { record, wordWrap, showHex, onEditor: keep }
  return (
    <div className={styles.content} role="tabpanel" aria-label={tab}>
      {tab === 'value' && (
        <PartView {...shared} key="value" name="value" title="Value" part={detail.value} decoder={choices.value} />
      )}
      {tab === 'key' && <PartView {...shared} key="key" name="key" title="Key" part={detail.key} decoder={choices.key} />}
      {tab === 'headers' && <HeadersView {...shared} headers={detail.headers} />}
      {tab === 'location' && <LocationView key={`${partition} ${offset}`} record={record} />}
      {tab === 'batch' && (
        <div className={styles.batch}>
          <FactsList facts={batchFactList(detail.batch, timeZone)} />
        </div>
      )}
    </div>
  )
}

function Beside({ detail }: { readonly detail: RecordDetail }) {
  const timeZone = useTimeZone()
  return (
    <div className={styles.facts} role="group" aria-label="Facts" tabIndex={0}>
      <FactsList facts={recordFacts(detail, timeZone)} />
    </div>
  )
}
