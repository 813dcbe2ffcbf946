import { useLatest } from '../../bridge/use-stream.ts'
import { Select } from '../../widgets/select.tsx'

export interface SchemaSelectProps {
  readonly label: string
  readonly value: string
  readonly onChange: (schema: string) => void
}

/** One of the schemas of the schema folder. */
export function SchemaSelect({ label, value, onChange }: SchemaSelectProps) {
  const { data } = useLatest('schemas.watch', {})
  const names = data?.schemas.map(schema => ({ value: schema.name, label: schema.name, hint: schema.type })) ?? []
  if (names.length === 0)
    return <span className="warn">{data === undefined ? 'Loading…' : 'No schema: set the schema folder in the settings'}</span>
  return <Select label={label} value={value} options={names} onChange={onChange} />
}
