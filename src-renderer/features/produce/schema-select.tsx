import { useEffect } from 'react'
import { useCall } from '../../bridge/use-call.ts'
import { useCurrent } from '../../bridge/use-current.ts'
import { useLatest } from '../../bridge/use-stream.ts'
import { Select } from '../../widgets/select.tsx'
import { FailureText } from '../../widgets/states.tsx'

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

export interface SubjectSelectProps extends SchemaSelectProps {
  readonly connection: string
  /** The one that producers of this topic use: taken as soon as it is known to be there. */
  readonly wanted: string
}

/** One of the subjects of the connection's registry. */
export function SubjectSelect({ connection, label, value, wanted, onChange }: SubjectSelectProps) {
  const { data, failure } = useCall('registry.subjects', { connection })
  const take = useCurrent(onChange)
  const isThere = data?.includes(wanted) === true
  useEffect(() => {
    if (isThere && value === '') take.current(wanted)
  }, [isThere, value, wanted, take])
  if (data === undefined)
    return failure === undefined ? <span className="muted">Loading…</span> : <FailureText failure={failure} />
  if (data === null) return <span className="warn">No registry: name one in the settings of the connection</span>
  if (data.length === 0) return <span className="warn">The registry has no subjects</span>
  const options = data.map(subject => ({ value: subject, label: subject }))
  return <Select label={label} value={value} options={options} onChange={onChange} />
}
