import { useState } from 'react'
import type { Failure } from '../../../src-main/contract/failure.ts'
import type { ServerPropertyView } from '../../../src-main/contract/views/cluster.ts'
import { bridge, failureOf } from '../../bridge/bridge.ts'
import { boundsText, configError, readableValue } from '../../places/config-rules.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { TextField } from '../../widgets/fields.tsx'
import { Facts } from '../../widgets/layout.tsx'
import { Select } from '../../widgets/select.tsx'
import { FailureText } from '../../widgets/states.tsx'

export interface EditPropertyProps {
  readonly property: ServerPropertyView
  readonly onClose: () => void
}

/** One server property: judged here as it is typed, and by the brokers' own tables before it is kept. */
export function EditProperty({ property, onClose }: EditPropertyProps) {
  const { name, source } = property
  const [value, setValue] = useState(property.value ?? '')
  const [failure, setFailure] = useState<Failure | undefined>()
  const error = configError(property, value)
  const isFixed = source === 'command-line'
  const keep = async (change: { set?: Record<string, string>; reset?: string[] }) => {
    setFailure(undefined)
    try {
      await bridge.call('local.setProperties', change)
      onClose()
    } catch (problem) {
      setFailure(failureOf(problem))
    }
  }
  const isSame = value === property.value
  return (
    <Dialog
      title={`Server property ${name}`}
      isOpen
      onClose={onClose}
      onSubmit={() => !isFixed && !isSame && error === undefined && void keep({ set: { [name]: value } })}
      note={
        failure !== undefined ? (
          <FailureText failure={failure} />
        ) : (
          source === 'settings' && <Button onClick={() => void keep({ reset: [name] })}>Choose it no more</Button>
        )
      }
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button tone="primary" submits disabled={isFixed || isSame || error !== undefined}>
            Keep for the next start
          </Button>
        </>
      }
    >
      <p className="muted">{property.documentation}</p>
      <ValueField property={property} value={value} error={error} onChange={setValue} />
      <Facts
        facts={[
          ['Default', property.defaultValue ?? 'not set'],
          ['Allowed', property.choices === null ? boundsText(property) : property.choices.join(', ')],
        ]}
      />
      <span className="faint">
        {isFixed
          ? 'Given on the command line by --override: start without it to choose it here.'
          : 'For all brokers, over restarts of the app; each takes it when it starts next.'}
      </span>
    </Dialog>
  )
}

interface ValueFieldProps {
  readonly property: ServerPropertyView
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (value: string) => void
}

function ValueField({ property, value, error, onChange }: ValueFieldProps) {
  const { name, choices, type } = property
  if (choices !== null && type !== 'list' && choices.includes(value))
    return (
      <Select
        label={name}
        value={value}
        options={choices.map(choice => ({ value: choice, label: choice }))}
        onChange={onChange}
      />
    )
  const hint = readableValue(name, value) ?? undefined
  return <TextField label={name} hideLabel mono autoFocus value={value} error={error} hint={hint} onChange={onChange} />
}
