import { useId, useMemo } from 'react'
import { CaseSensitive } from 'lucide-react'
import type { RecordRow } from '../../../../src-main/contract/views/records.ts'
import { ExpressionField } from '../../../editor/expression-field.tsx'
import type { ExpressionName } from '../../../editor/expression-field.tsx'
import { IconButton } from '../../../widgets/button.tsx'
import { Select } from '../../../widgets/select.tsx'
import { pathOperators, searchPlaces } from './filter-draft.ts'
import type { FilterDraft } from './filter-draft.ts'
import { fieldsAfter, pathsOf, sampleOf } from './sample-fields.ts'
import styles from './scan.module.css'

export interface FilterFieldsProps {
  readonly draft: FilterDraft
  readonly onChange: (draft: FilterDraft) => void
  readonly onSubmit: () => void
  /** Its fields are offered while typing. */
  readonly sample: RecordRow | null
}

/** The fields of one kind of filter. */
export function FilterFields(props: FilterFieldsProps) {
  switch (props.draft.kind) {
    case 'text':
    case 'regex':
    case 'key':
      return <TextFields {...props} />
    case 'header':
      return <HeaderFields {...props} />
    case 'path':
      return <PathFields {...props} />
    case 'javascript':
      return <Expression {...props} />
  }
}

interface InputProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly list?: string
  readonly size?: number
}

/** Without a frame of its own: the box around is the frame. */
const Input = ({ label, onChange, ...rest }: InputProps) => (
  <input
    {...rest}
    className={styles.input}
    aria-label={label}
    title={label}
    autoComplete="off"
    spellCheck={false}
    onChange={event => onChange(event.target.value)}
  />
)

const placeholders = { text: 'text to find', regex: 'regular expression', key: 'text in the key' } as const
const placeLabels = { any: 'anywhere', value: 'in value', key: 'in key', headers: 'in headers' } as const

function TextFields({ draft, onChange }: FilterFieldsProps) {
  const kind = draft.kind as keyof typeof placeholders
  return (
    <>
      <Input
        label={kind === 'regex' ? 'Regular expression' : kind === 'key' ? 'Text in key' : 'Text to find'}
        placeholder={placeholders[kind]}
        value={draft.text}
        onChange={text => onChange({ ...draft, text })}
      />
      <IconButton
        label="Match case"
        isPressed={draft.caseSensitive}
        className={styles.inside ?? ''}
        onClick={() => onChange({ ...draft, caseSensitive: !draft.caseSensitive })}
      >
        <CaseSensitive aria-hidden />
      </IconButton>
      {kind !== 'key' && (
        <Select
          label="Where to look"
          className={styles.inside ?? ''}
          value={draft.place}
          options={searchPlaces.map(value => ({ value, label: placeLabels[value] }))}
          onChange={place => onChange({ ...draft, place })}
        />
      )}
    </>
  )
}

const HeaderFields = ({ draft, onChange }: FilterFieldsProps) => (
  <>
    <Input
      label="Header name"
      placeholder="header name"
      value={draft.headerName}
      onChange={headerName => onChange({ ...draft, headerName })}
    />
    <span className="faint">holds</span>
    <Input
      label="Header text"
      placeholder="anything"
      value={draft.headerValue}
      onChange={headerValue => onChange({ ...draft, headerValue })}
    />
  </>
)

const useSample = (row: RecordRow | null): unknown =>
  useMemo(() => (row?.value === null || row === null ? undefined : sampleOf(row.value.text, row.value.truncated)), [row])

function PathFields({ draft, onChange, sample }: FilterFieldsProps) {
  const list = useId()
  const value = useSample(sample)
  const paths = useMemo(() => pathsOf(value), [value])
  return (
    <>
      <Input
        label="Path in value"
        placeholder="items[0].price"
        list={list}
        value={draft.path}
        onChange={path => onChange({ ...draft, path })}
      />
      <datalist id={list}>
        {paths.map(path => (
          <option key={path} value={path} />
        ))}
      </datalist>
      <Select
        label="Comparison"
        className={styles.inside ?? ''}
        value={draft.operator}
        options={pathOperators.map(operator => ({ value: operator, label: operator }))}
        onChange={operator => onChange({ ...draft, operator })}
      />
      {draft.operator !== 'exists' && (
        <Input
          label="Compared with"
          placeholder="number or text"
          value={draft.operand}
          onChange={operand => onChange({ ...draft, operand })}
        />
      )}
    </>
  )
}

const names: readonly ExpressionName[] = [
  { name: 'value', detail: 'JSON as an object, else text; null: tombstone' },
  { name: 'key', detail: 'the same of the key; null: none' },
  { name: 'headers', detail: 'texts by name' },
  { name: 'offset', detail: 'number' },
  { name: 'partition', detail: 'number' },
  { name: 'timestamp', detail: 'milliseconds since 1970' },
]

function Expression({ draft, onChange, onSubmit, sample }: FilterFieldsProps) {
  const value = useSample(sample)
  const headers = Object.fromEntries((sample?.headers ?? []).map(header => [header.name, header.value?.text ?? null]))
  const namesAt = (before: string): readonly ExpressionName[] => {
    if (/[\w$\])]\??\.\w*$/.test(before))
      return fieldsAfter(before, { value, headers }).map(name => ({ name, detail: 'of the selected row' }))
    return names
  }
  return (
    <ExpressionField
      label="Filter expression"
      placeholder="value.total > 100 && headers.carrier === 'dhl'"
      value={draft.expression}
      onChange={expression => onChange({ ...draft, expression })}
      onSubmit={onSubmit}
      namesAt={namesAt}
    />
  )
}
