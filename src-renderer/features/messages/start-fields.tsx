import { useState } from 'react'
import { Select } from '../../widgets/select.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { offsetText, parseOffset } from './offset-input.ts'
import type { OffsetChoice } from './offset-input.ts'
import { chosenKind, startKinds } from './start-choice.ts'
import type { StartChoice } from './start-choice.ts'
import { TimeField } from './time-field.tsx'
import styles from './messages.module.css'

export interface StartFieldsProps {
  readonly choice: StartChoice
  readonly onChange: (choice: StartChoice) => void
}

/** Where to start: one selector, and what the chosen start needs. */
export function StartFields({ choice, onChange }: StartFieldsProps) {
  const kinds = startKinds.filter(({ value }) => value !== 'record' || choice.record !== null)
  const { kind, timestampMs, untilMs } = choice
  return (
    <>
      <Select label="Start at" value={kind} options={kinds} onChange={next => onChange(chosenKind(choice, next, Date.now()))} />
      {kind === 'offset' && <OffsetField offset={choice.offset} onApply={offset => onChange({ ...choice, offset })} />}
      {kind === 'record' && choice.record !== null && (
        <span className={styles.understood}>
          partition {choice.record.partition}, offset {choice.record.offset}
        </span>
      )}
      {kind === 'time' && (
        <TimeField label="Time" timestampMs={timestampMs} onApply={ms => onChange({ ...choice, timestampMs: ms })} />
      )}
      {kind === 'between' && (
        <>
          <TimeField label="From" timestampMs={timestampMs} onApply={ms => onChange({ ...choice, timestampMs: ms })} />
          <span className="muted">to</span>
          <TimeField label="Until" timestampMs={untilMs} onApply={ms => onChange({ ...choice, untilMs: ms })} />
          {timestampMs !== null && untilMs !== null && untilMs <= timestampMs && (
            <span className="bad cut" role="alert">
              the end lies before the start
            </span>
          )}
        </>
      )}
    </>
  )
}

function OffsetField({ offset, onApply }: { readonly offset: OffsetChoice; readonly onApply: (offset: OffsetChoice) => void }) {
  const [text, setText] = useState(offsetText(offset))
  const typed = parseOffset(text)
  return (
    <>
      <div className={styles.offsetField}>
        <TextField
          label="Offset"
          hideLabel
          mono
          placeholder="1200 or 0:1200 3:88412"
          title="One offset for every partition, or one for each: 0:1200 3:88412"
          value={text}
          onChange={setText}
          onKeyDown={event => event.key === 'Enter' && 'choice' in typed && onApply(typed.choice)}
        />
      </div>
      {'problem' in typed && (
        <span className="bad cut" role="alert">
          {typed.problem}
        </span>
      )}
      {'choice' in typed && offsetText(typed.choice) !== offsetText(offset) && (
        <span className={styles.understood}>Enter to go there</span>
      )}
    </>
  )
}
