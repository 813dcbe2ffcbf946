import { useState } from 'react'
import { RotateCcw } from 'lucide-react'
import type { ConfigDefinition } from '../../../src-main/contract/views/topics.ts'
import { IconButton } from '../../widgets/button.tsx'
import { classes } from '../../widgets/classes.ts'
import { Checkbox, TextField } from '../../widgets/fields.tsx'
import { ConfigField } from './config-field.tsx'
import { boundsText } from '../../places/config-rules.ts'
import styles from './topics.module.css'

export interface ConfigListProps {
  readonly definitions: readonly ConfigDefinition[]
  readonly values: Readonly<Record<string, string>>
  readonly errors: Readonly<Record<string, string>>
  readonly onChange: (values: Readonly<Record<string, string>>) => void
}

/** Every config that a topic can be given, with search; those that were changed stand out. */
export function ConfigList({ definitions, values, errors, onChange }: ConfigListProps) {
  const [text, setText] = useState('')
  const [onlyChanged, setOnlyChanged] = useState(false)
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = definitions.filter(({ name, documentation }) => {
    const all = `${name} ${documentation}`.toLowerCase()
    return (!onlyChanged || values[name] !== undefined) && words.every(word => all.includes(word))
  })
  const set = (name: string, value: string | undefined) => {
    const { [name]: _before, ...others } = values
    onChange(value === undefined ? others : { ...others, [name]: value })
  }
  const changedCount = Object.keys(values).length
  return (
    <section aria-label="Configuration" className={styles.form}>
      <div className={styles.sectionHead}>
        <h3>Configuration</h3>
        <span className="muted" role="status">
          {changedCount === 0 ? 'all as the cluster has them' : `${changedCount} changed`}
        </span>
        <span className="grow" />
        {changedCount > 0 && <Checkbox label="Only changed" checked={onlyChanged} onChange={setOnlyChanged} />}
        <TextField label="Search configuration" hideLabel type="search" placeholder="Search…" value={text} onChange={setText} />
      </div>
      <div className={styles.configs} tabIndex={-1}>
        {shown.map(definition => (
          <ConfigLine
            key={definition.name}
            definition={definition}
            value={values[definition.name]}
            error={errors[definition.name]}
            onChange={value => set(definition.name, value)}
          />
        ))}
        {shown.length === 0 && <p className={`${styles.config} muted`}>Nothing of that name.</p>}
      </div>
    </section>
  )
}

interface ConfigLineProps {
  readonly definition: ConfigDefinition
  readonly value: string | undefined
  readonly error: string | undefined
  readonly onChange: (value: string | undefined) => void
}

function ConfigLine({ definition, value, error, onChange }: ConfigLineProps) {
  const { name, documentation, defaultValue } = definition
  return (
    <div className={classes(styles.config, value !== undefined && styles.changed)}>
      <div>
        <div className={styles.configHead}>
          <span className={styles.configName}>{name}</span>
          <span className="faint">{boundsText(definition)}</span>
          {value !== undefined && (
            <IconButton label={`Reset ${name}`} onClick={() => onChange(undefined)}>
              <RotateCcw aria-hidden />
            </IconButton>
          )}
        </div>
        <p className={styles.configDoc}>{documentation}</p>
      </div>
      <ConfigField rule={definition} value={value} fallback={defaultValue} error={error} onChange={onChange} />
    </div>
  )
}
