import { useState } from 'react'
import { Select } from '../../widgets/select.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { startKinds } from './start-choice.ts'
import type { StartChoice, StartKind } from './start-choice.ts'
import { TimeField } from './time-field.tsx'
import styles from './messages.module.css'

export interface StartFieldsProps {
  readonly choice: StartChoice
  readonly onChange: (choice: StartChoice) => void
}

/** Where to start: one selector, and what the chosen start needs. */
export function StartFields({ choice, onChange }: StartFieldsProps) {
  const kinds = startKinds.filter(({ value }) => value !== 'record' || choice.record !== null)
  const choose = (kind: StartKind) => {
    const needsTime = (kind === 'time' || kind === 'between') && choice.timestampMs === null
    onChange({
      ...choice,
      kind,
      ...(needsTime ? { timestampMs: Date.now() - 900_000 } : {}),
      ...(kind === 'between' && choice.untilMs === null ? { untilMs: Date.now() } : {}),
    })
  }
  return (
    <>
      <Select label="Start at" value={choice.kind} options={kinds} onChange={choose} />
      {choice.kind === 'offset' && <OffsetField offset={choice.offset} onApply={offset => onChange({ ...choice, offset })} />}
      {(choice.kind === 'time' || choice.kind === 'between') && (
        <TimeField
          label={choice.kind === 'time' ? 'Time' : 'From'}
          timestampMs={choice.timestampMs}
          onApply={timestampMs => onChange({ ...choice, timestampMs })}
        />
      )}
      {choice.kind === 'between' && (
        <TimeField label="Until" timestampMs={choice.untilMs} onApply={untilMs => onChange({ ...choice, untilMs })} />
      )}
    </>
  )
}

function OffsetField({ offset, onApply }: { readonly offset: number; readonly onApply: (offset: number) => void }) {
  const [text, setText] = useState(String(offset))
  const digits = text.replaceAll(/[,_\s]/g, '')
  const isValid = /^\d{1,16}$/.test(digits) && Number(digits) <= Number.MAX_SAFE_INTEGER
  return (
    <>
      <div className={styles.offsetField}>
        <TextField
          label="Offset"
          hideLabel
          mono
          value={text}
          onChange={setText}
          aria-invalid={!isValid}
          onKeyDown={event => event.key === 'Enter' && isValid && onApply(Number(digits))}
        />
      </div>
      {!isValid && <span className="bad">a whole number, please</span>}
    </>
  )
}
