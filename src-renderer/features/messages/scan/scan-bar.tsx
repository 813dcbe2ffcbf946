import { useEffect, useMemo } from 'react'
import { Check, CircleAlert, LoaderCircle, SlidersHorizontal, X } from 'lucide-react'
import type { RecordRow } from '../../../../src-main/contract/views/records.ts'
import { useCurrent } from '../../../bridge/use-current.ts'
import { useTimeZone } from '../../../preferences/use-appearance.ts'
import { useRemembered } from '../../../preferences/use-remembered.ts'
import { Button, IconButton } from '../../../widgets/button.tsx'
import { classes } from '../../../widgets/classes.ts'
import { formatCount } from '../../../widgets/format.ts'
import { Chip } from '../../../widgets/marks.tsx'
import { Menu } from '../../../widgets/menu.tsx'
import { Select } from '../../../widgets/select.tsx'
import { formatTime } from '../../../widgets/time.ts'
import type { ReadContext } from '../read-context.ts'
import { draftOf, draftProblem, filterOf, highlightOf } from './filter-draft.ts'
import type { FilterDraft, FilterKind } from './filter-draft.ts'
import { FilterFields } from './filter-fields.tsx'
import { SavedMenu, useKeptFilters } from './saved-menu.tsx'
import { draftText, pinnedOf, withRecent } from './saved-filters.ts'
import { rememberedRunning, rememberRunning, useScanDraft } from './scan-draft.ts'
import { firstOptions, isScanOptions, optionEntries, rangeText, scanOrder } from './scan-options.ts'
import { useScanRequest } from './scan-request.ts'
import { cancelScan, clearScan, scanKey, startScan, useScanRuns } from './scan-runs.ts'
import { ScanStrip } from './scan-strip.tsx'
import { useFilterTest } from './use-filter-test.ts'
import type { FilterTest } from './use-filter-test.ts'
import styles from './scan.module.css'

/** What a scan has found so far, for the grid to show in place of the records of the topic. */
export interface ScanResult {
  readonly rows: readonly RecordRow[]
  readonly isRunning: boolean
  /** What to mark in the cells; null: nothing. */
  readonly highlight: RegExp | null
  /** Ends it and forgets what was found. */
  clear(): void
}

export interface ScanBarProps {
  readonly context: ReadContext
  /** The filter is tried on it while it is typed. */
  readonly selected: RecordRow | null
  /** Null: there is no scan. */
  readonly onResult: (result: ScanResult | null) => void
  /** Payload columns: the rows found have them too. */
  readonly fields?: readonly string[]
}

/** The box that looks through the whole topic, and below it what the scan does. */
export function ScanBar(props: ScanBarProps) {
  const { context, selected } = props
  const key = scanKey(context.connection, context.topic)
  const [draft, setDraft] = useScanDraft(key)
  const run = useScanRuns(state => state.runs.get(key))
  const scan = useStarting(props, key, setDraft)
  useResult(key, props.onResult)
  const filter = useMemo(() => filterOf(draft), [draft])
  const problem = draftProblem(draft)
  const test = useFilterTest(context, problem === undefined ? filter : null, selected)
  const isRunning = run?.state.phase.kind === 'running'
  const start = () => filter !== null && problem === undefined && scan(draft)
  return (
    <div className={styles.scan}>
      <div className={styles.row}>
        <form
          role="search"
          aria-label="Scan topic"
          className={classes(styles.box, problem !== undefined && styles.broken)}
          onSubmit={event => {
            event.preventDefault()
            // Dialogs of the menus inside are forms too, and React hands their events on to this one.
            if (event.target === event.currentTarget) start()
          }}
        >
          <span className={styles.word}>scan</span>
          <KindChoice draft={draft} onChange={setDraft} />
          <FilterFields draft={draft} onChange={setDraft} onSubmit={start} sample={selected ?? run?.state.rows[0] ?? null} />
          {problem === undefined ? <TestMark test={test} /> : <Problem text={problem} />}
          <OptionsMenu context={context} />
          <SavedMenu topicKey={key} draft={draft} onRun={scan} />
        </form>
        {run !== undefined && (
          <span role="status" className={styles.found}>
            <Chip>{formatCount(run.state.rows.length)} found</Chip>
          </span>
        )}
        {isRunning ? (
          <Button onClick={() => cancelScan(key)}>Cancel scan</Button>
        ) : (
          <Button
            onClick={start}
            disabledReason={
              problem ?? (filter === null ? 'Say what to look for: every record of the range is then read.' : undefined)
            }
          >
            Scan
          </Button>
        )}
      </div>
      <Pins topicKey={key} onRun={scan} />
      {run === undefined ? <CutOff key={key} scanKey={key} onRun={scan} /> : <ScanStrip scanKey={key} state={run.state} />}
    </div>
  )
}

/** Starting a scan with a filter, from wherever it comes. */
function useStarting({ context, fields }: ScanBarProps, key: string, setDraft: (draft: FilterDraft) => void) {
  const [options] = useScanOptions()
  const [kept, keep] = useKeptFilters()
  const scan = (draft: FilterDraft) => {
    const filter = filterOf(draft)
    if (filter === null) return
    setDraft(draft)
    rememberRunning(key, draft)
    keep(withRecent(kept, key, draft))
    startScan(scanOrder(context, filter, options, fields))
  }
  const request = useScanRequest(state => state.request)
  useEffect(() => {
    if (request === null || scanKey(request.connection, request.topic) !== key) return
    useScanRequest.setState({ request: null })
    scan(draftOf(request.filter))
  })
  const isRunning = useScanRuns(state => state.runs.get(key)?.state.phase.kind === 'running')
  const hasRun = useScanRuns(state => state.runs.has(key))
  useEffect(() => {
    if (hasRun && !isRunning) rememberRunning(key, null)
  }, [key, hasRun, isRunning])
  return scan
}

function useResult(key: string, onResult: ScanBarProps['onResult']): void {
  const run = useScanRuns(state => state.runs.get(key))
  const filter = run?.order.filter
  const highlight = useMemo(() => (filter === undefined ? null : highlightOf(filter)), [filter])
  const rows = run?.state.rows
  const isRunning = run?.state.phase.kind === 'running'
  const latest = useCurrent(onResult)
  useEffect(() => {
    latest.current(rows === undefined ? null : { rows, isRunning, highlight, clear: () => clearScan(key) })
  }, [rows, isRunning, highlight, key, latest])
}

const useScanOptions = () => useRemembered('scan.options', firstOptions, isScanOptions)

const kindLabels: readonly { readonly value: FilterKind; readonly label: string; readonly hint: string }[] = [
  { value: 'text', label: 'text', hint: 'anywhere in a record' },
  { value: 'regex', label: 'regex', hint: 'as JavaScript writes them' },
  { value: 'key', label: 'key', hint: 'text in the key' },
  { value: 'header', label: 'header', hint: 'by name, and its text' },
  { value: 'path', label: 'JSON path', hint: 'a field compared' },
  { value: 'javascript', label: 'JavaScript', hint: 'an expression' },
]

const KindChoice = ({ draft, onChange }: { readonly draft: FilterDraft; readonly onChange: (draft: FilterDraft) => void }) => (
  <Select
    label="Kind of filter"
    className={styles.inside ?? ''}
    value={draft.kind}
    options={kindLabels}
    onChange={kind => onChange({ ...draft, kind })}
  />
)

function OptionsMenu({ context }: { readonly context: ReadContext }) {
  const [options, setOptions] = useScanOptions()
  const zone = useTimeZone()
  const timeText = (ms: number) => formatTime(ms, zone)
  const viewText = rangeText(context, { ...options, from: 'view' }, timeText)
  return (
    <Menu entries={optionEntries(options, viewText, setOptions)} align="end">
      <IconButton label={`Scan range: ${rangeText(context, options, timeText)}`} className={styles.inside ?? ''}>
        <SlidersHorizontal aria-hidden />
      </IconButton>
    </Menu>
  )
}

/** Buttons of the filters that are pinned to this topic. */
function Pins({ topicKey, onRun }: { readonly topicKey: string; readonly onRun: (draft: FilterDraft) => void }) {
  const [kept] = useKeptFilters()
  const pinned = pinnedOf(kept, topicKey)
  if (pinned.length === 0) return null
  return (
    <div className={styles.pins} role="group" aria-label="Pinned filters">
      {pinned.map(({ name, draft }) => (
        <Button key={name} className={styles.pin} title={draftText(draft)} onClick={() => onRun(draft)}>
          <span className="cut">{name}</span>
        </Button>
      ))}
    </div>
  )
}

/** The window was loaded anew while a scan ran. */
function CutOff({ scanKey: key, onRun }: { readonly scanKey: string; readonly onRun: (draft: FilterDraft) => void }) {
  const draft = useMemo(() => rememberedRunning(key), [key])
  if (draft === null) return null
  return (
    <div className={styles.strip} role="group" aria-label="Scan">
      <span className="warn cut" role="status">
        The scan for {draftText(draft)} ended when the window was loaded anew.
      </span>
      <Button className={styles.small} onClick={() => onRun(draft)}>
        Scan again
      </Button>
    </div>
  )
}

const Problem = ({ text }: { readonly text: string }) => (
  <span className={classes(styles.test, 'bad')} role="alert" title={text}>
    <CircleAlert aria-hidden />
    <span className="cut">{text}</span>
  </span>
)

function TestMark({ test }: { readonly test: FilterTest }) {
  switch (test.kind) {
    case 'none':
      return null
    case 'testing':
      return (
        <span className={styles.test} title="trying it on the selected row">
          <LoaderCircle aria-hidden />
        </span>
      )
    case 'match':
      return (
        <span className={styles.test} role="status" title="matches the selected row">
          <span className={styles.testText}>matches the selected row</span>
          <Check aria-label="matches the selected row" className="good" />
        </span>
      )
    case 'no-match':
      return (
        <span className={styles.test} role="status" title="does not match the selected row">
          <span className={styles.testText}>not the selected row</span>
          <X aria-label="does not match the selected row" />
        </span>
      )
    case 'failed':
      return <Problem text={test.message} />
  }
}
