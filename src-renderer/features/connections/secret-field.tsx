import { TextArea, TextField } from '../../widgets/fields.tsx'
import type { SecretDraft } from './draft.ts'
import styles from './connections.module.css'

export interface SecretFieldProps {
  readonly label: string
  readonly value: SecretDraft
  /** One is kept already: it cannot be shown, only replaced or forgotten. */
  readonly isKept: boolean
  readonly onChange: (value: SecretDraft) => void
  readonly error?: string | undefined
  /** Given: text of many lines, such as PEM. */
  readonly rows?: number
}

export function SecretField({ label, value, isKept, onChange, error, rows }: SecretFieldProps) {
  const shared = {
    label,
    value: value.text,
    onChange: (text: string) => onChange({ text, isForgotten: value.isForgotten }),
    placeholder: isKept && !value.isForgotten ? 'kept; leave empty to keep it' : '',
    error,
    hint: isKept ? <Forget value={value} label={label} onChange={onChange} /> : undefined,
  }
  return rows === undefined ? (
    <TextField {...shared} type="password" autoComplete="new-password" />
  ) : (
    <TextArea {...shared} rows={rows} autoComplete="off" />
  )
}

const Forget = ({ value, label, onChange }: Pick<SecretFieldProps, 'value' | 'label' | 'onChange'>) => (
  <button
    type="button"
    className={styles.forget}
    aria-pressed={value.isForgotten}
    onClick={() => onChange({ text: '', isForgotten: !value.isForgotten })}
  >
    {value.isForgotten ? `Keep the ${label.toLowerCase()} after all` : `Forget the kept ${label.toLowerCase()}`}
  </button>
)
