import { useId } from 'react'
import type { InputHTMLAttributes, ReactNode, TextareaHTMLAttributes } from 'react'
import { classes } from './classes.ts'
import styles from './controls.module.css'

interface FieldFrame {
  readonly label: string
  /** The name stays for screen readers and tests, but is not drawn. */
  readonly hideLabel?: boolean
  readonly hint?: ReactNode
  readonly error?: string | undefined
}

interface FrameProps extends FieldFrame {
  readonly id: string
  readonly children: ReactNode
}

function Frame({ label, hideLabel = false, hint, error, id, children }: FrameProps) {
  return (
    <div className={styles.fieldRow}>
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {children}
      {error !== undefined && (
        <div id={`${id}-note`} role="alert" className={styles.error}>
          {error}
        </div>
      )}
      {error === undefined && hint !== undefined && (
        <div id={`${id}-note`} className={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  )
}

export interface TextFieldProps extends FieldFrame, Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> {
  readonly value: string
  readonly onChange: (value: string) => void
  readonly mono?: boolean
}

/** One line of text. Numbers are text as well until they are parsed: what a person types is never changed under the hand. */
export function TextField(props: TextFieldProps) {
  const { label, hideLabel, hint, error, value, onChange, mono = false, className, ...rest } = props
  const id = useId()
  return (
    <Frame label={label} hideLabel={hideLabel ?? false} hint={hint} error={error} id={id}>
      <input
        autoComplete="off"
        spellCheck={false}
        {...rest}
        id={id}
        value={value}
        onChange={event => onChange(event.target.value)}
        className={classes(styles.field, mono && styles.mono, error !== undefined && styles.invalid, className)}
        aria-invalid={error !== undefined}
        {...(error !== undefined || hint !== undefined ? { 'aria-describedby': `${id}-note` } : {})}
      />
    </Frame>
  )
}

export interface TextAreaProps extends FieldFrame, Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'onChange' | 'value'> {
  readonly value: string
  readonly onChange: (value: string) => void
}

export function TextArea({ label, hideLabel, hint, error, value, onChange, className, ...rest }: TextAreaProps) {
  const id = useId()
  return (
    <Frame label={label} hideLabel={hideLabel ?? false} hint={hint} error={error} id={id}>
      <textarea
        spellCheck={false}
        {...rest}
        id={id}
        value={value}
        onChange={event => onChange(event.target.value)}
        className={classes(styles.field, error !== undefined && styles.invalid, className)}
        aria-invalid={error !== undefined}
        {...(error !== undefined || hint !== undefined ? { 'aria-describedby': `${id}-note` } : {})}
      />
    </Frame>
  )
}

export interface CheckboxProps {
  readonly label: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly disabled?: boolean
}

export function Checkbox({ label, checked, onChange, disabled = false }: CheckboxProps) {
  return (
    <label className={styles.check}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={event => onChange(event.target.checked)} />
      {label}
    </label>
  )
}
