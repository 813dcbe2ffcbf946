import { useMemo } from 'react'
import { CodeView } from '../../editor/code-view.tsx'
import type { CodeEditor } from '../../editor/monaco.ts'
import type { DecodedPart } from '../../../src-main/contract/views/records.ts'
import type { DecoderChoice } from '../../places/decoder-choice.ts'
import { Button } from '../../widgets/button.tsx'
import { formatBytes, formatCount } from '../../widgets/format.ts'
import { Banner, EmptyState, FailureText } from '../../widgets/states.tsx'
import { decoderTitle } from '../../places/decoder-titles.ts'
import { HexPane } from './hex-pane.tsx'
import type { OneRecord, PartName } from './read-part.ts'
import { useFieldLink } from './use-field-link.ts'
import type { FieldLink } from './use-field-link.ts'
import { textCharsMax, useLongText } from './use-long-text.ts'
import type { LongText } from './use-long-text.ts'
import styles from './inspector.module.css'

export interface PartViewProps {
  readonly record: OneRecord
  readonly name: PartName
  /** `Value`, `Key`, `Header trace-id`. */
  readonly title: string
  readonly part: DecodedPart | null
  readonly decoder: DecoderChoice
  readonly wordWrap: boolean
  readonly showHex: boolean
  readonly onEditor: (editor: CodeEditor | undefined) => void
}

/** One part of a record: its text, its bytes, or both beside each other. Bytes are there whatever became of the decoding. */
export function PartView(props: PartViewProps) {
  const { part, title } = props
  if (part === null) return <Absent title={title} />
  if (part.sizeBytes === 0) return <EmptyState title={`${title} is empty`}>It is there, with no bytes in it.</EmptyState>
  return <Panes {...props} part={part} />
}

function Panes(props: PartViewProps & { readonly part: DecodedPart }) {
  const { part, title, record, name, decoder } = props
  const isOnlyBytes = part.text === null || part.decoder === 'hex'
  const link = useFieldLink({ record, part: name, decoder })
  const linked = props.showHex && !isOnlyBytes ? link : undefined
  return (
    <div className={styles.part}>
      {part.failure !== null && (
        <Banner tone="warn">
          {decoderTitle(part.decoder)} cannot read this: {part.failure}
        </Banner>
      )}
      <div className={styles.panes} data-both={props.showHex && !isOnlyBytes}>
        {!isOnlyBytes && <TextPane {...props} part={part} link={linked} />}
        {(props.showHex || isOnlyBytes) && (
          <HexPane
            key={JSON.stringify([record, name])}
            label={`Bytes of the ${title.toLowerCase()}`}
            record={record}
            part={name}
            totalBytes={part.sizeBytes}
            link={linked}
          />
        )}
      </div>
    </div>
  )
}

const Absent = ({ title }: { readonly title: string }) =>
  title === 'Value' ? (
    <EmptyState title="Tombstone: the value is null">
      In a compacted topic it deletes the key. Everywhere else it is a record without a value.
    </EmptyState>
  ) : (
    <EmptyState title={`${title} is null`}>The record was written without it.</EmptyState>
  )

interface TextPaneProps extends PartViewProps {
  readonly part: DecodedPart
  readonly link: FieldLink | undefined
}

function TextPane({ record, name, title, part, decoder, wordWrap, link, onEditor }: TextPaneProps) {
  const first = part.text ?? ''
  const long = useLongText({ record, part: name, decoder, first, isWhole: !part.truncated })
  return (
    <div className={styles.text}>
      <CodeView
        label={title}
        text={first}
        more={long.more}
        language={part.language}
        wordWrap={wordWrap}
        marked={useMarkedPart(link)}
        onCaret={link?.chooseChar}
        onEditor={onEditor}
      />
      {!long.isWhole && <MoreText long={long} sizeBytes={part.sizeBytes} />}
    </div>
  )
}

function useMarkedPart(link: FieldLink | undefined) {
  const chosen = link?.chosen
  return useMemo(
    () => (chosen === undefined ? undefined : { ...chosen.place.chars, isRevealed: chosen.origin === 'bytes' }),
    [chosen],
  )
}

/** How much of a long text is shown, and the rest of it. */
function MoreText({ long, sizeBytes }: { readonly long: LongText; readonly sizeBytes: number }) {
  const isAtBound = long.chars >= textCharsMax
  return (
    <div className={styles.more} role="group" aria-label="Long text">
      <span className="muted" role="status">
        {long.totalChars === null
          ? `First ${formatCount(long.chars)} characters of ${formatBytes(sizeBytes)}, the rest is not shown here`
          : `${formatCount(long.chars)} of ${formatCount(long.totalChars)} characters`}
      </span>
      {long.totalChars !== null && <progress value={long.chars} max={long.totalChars} aria-label="Loaded" />}
      {long.failure !== undefined && <FailureText failure={long.failure} />}
      <span className="grow" />
      {isAtBound && <span className="muted">The window shows no more of one text: export it.</span>}
      {!isAtBound && long.isLoading && <Button onClick={long.stop}>Stop</Button>}
      {!isAtBound && !long.isLoading && (
        <>
          <Button onClick={long.loadMore}>Load more</Button>
          <Button onClick={long.loadAll}>Load all</Button>
        </>
      )}
    </div>
  )
}
