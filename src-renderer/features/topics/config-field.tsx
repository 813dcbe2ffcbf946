import { Checkbox, TextField } from '../../widgets/fields.tsx'
import { Select } from '../../widgets/select.tsx'
import { listItems, readableValue } from '../../places/config-rules.ts'
import type { ConfigRule } from '../../places/config-rules.ts'
import styles from './topics.module.css'

export interface ConfigFieldProps {
  readonly rule: ConfigRule
  /** Undefined: not set here, the fallback is in force. */
  readonly value: string | undefined
  readonly fallback: string | null
  readonly error: string | undefined
  readonly onChange: (value: string | undefined) => void
  readonly autoFocus?: boolean
}

/** The editor that fits a type: choices where the values are closed, else text with what it means beside. */
export function ConfigField(props: ConfigFieldProps) {
  const { rule, value, fallback, error, onChange } = props
  if (rule.choices !== null && rule.type === 'list') return <Choices {...props} choices={rule.choices} />
  if (rule.choices !== null) return <Closed {...props} choices={rule.choices} />
  const meaning = readableValue(rule.name, value ?? fallback)
  return (
    <TextField
      label={rule.name}
      hideLabel
      mono
      autoFocus={props.autoFocus}
      value={value ?? ''}
      placeholder={fallback === null || fallback === '' ? 'empty' : fallback}
      error={error}
      hint={meaning ?? undefined}
      onChange={text => onChange(text === '' ? undefined : text)}
    />
  )
}

const notSet = '\u0000not set'

function Closed({ rule, value, fallback, choices, onChange }: ConfigFieldProps & { readonly choices: readonly string[] }) {
  const options = [
    { value: notSet, label: fallback ?? 'not set', hint: 'inherited' },
    ...choices.map(choice => ({ value: choice, label: choice })),
  ]
  return (
    <Select
      label={rule.name}
      className={styles.wide ?? ''}
      value={value ?? notSet}
      options={options}
      onChange={next => onChange(next === notSet ? undefined : next)}
    />
  )
}

function Choices({
  rule,
  value,
  fallback,
  choices,
  error,
  onChange,
}: ConfigFieldProps & { readonly choices: readonly string[] }) {
  const chosen = listItems(value ?? fallback ?? '')
  const toggle = (choice: string, isOn: boolean) =>
    onChange(choices.filter(one => (one === choice ? isOn : chosen.includes(one))).join(','))
  return (
    <div role="group" aria-label={rule.name} className={styles.choices}>
      {choices.map(choice => (
        <Checkbox key={choice} label={choice} checked={chosen.includes(choice)} onChange={isOn => toggle(choice, isOn)} />
      ))}
      {error !== undefined && (
        <span className="bad" role="alert">
          {error}
        </span>
      )}
    </div>
  )
}
