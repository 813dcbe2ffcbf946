import { useState } from 'react'
import type { ConfigEntry } from '../../../src-main/contract/views/topics.ts'
import { Button } from '../../widgets/button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { Facts } from '../../widgets/layout.tsx'
import { sourceWords, valueText } from './config-columns.tsx'
import { ConfigField } from './config-field.tsx'
import { boundsText, configError } from '../../places/config-rules.ts'
import type { ConfigRule } from '../../places/config-rules.ts'
import styles from './topics.module.css'

export interface EditConfigProps {
  readonly entry: ConfigEntry
  readonly rule: ConfigRule
  /** The change noted so far. */
  readonly change: string | null | undefined
  readonly onClose: () => void
  /** Notes a change; `thenReview` when nothing more is to be changed. */
  readonly onChange: (change: string | null, thenReview: boolean) => void
}

/** One config: what it is, what it could be. Nothing is applied here: changes are noted and reviewed together. */
export function EditConfigDialog({ entry, rule, change, onClose, onChange }: EditConfigProps) {
  const [value, setValue] = useState(change ?? entry.value ?? '')
  const error = configError(rule, value)
  const note = (thenReview: boolean) => error === undefined && onChange(value, thenReview)
  return (
    <Dialog
      title={`Edit ${entry.name}`}
      isOpen
      onClose={onClose}
      onSubmit={() => note(true)}
      note={
        entry.source === 'topic' && (
          <Button onClick={() => onChange(null, true)}>Reset to {valueText(entry, entry.inherited)}</Button>
        )
      }
      actions={
        <>
          <Button disabled={error !== undefined} onClick={() => note(false)}>
            Change more
          </Button>
          <Button tone="primary" submits disabled={error !== undefined}>
            Review change
          </Button>
        </>
      }
    >
      {entry.documentation !== null && <p className="muted">{entry.documentation}</p>}
      <ConfigField
        rule={rule}
        value={value}
        fallback={entry.inherited}
        error={error}
        autoFocus
        onChange={next => setValue(next ?? '')}
      />
      <Facts
        facts={[
          ['Now', `${valueText(entry, entry.value)} (${sourceWords[entry.source]})`],
          ['Inherited', valueText(entry, entry.inherited)],
          ['Allowed', rule.choices === null ? boundsText(rule) : rule.choices.join(', ')],
        ]}
      />
      <span className={styles.configDoc}>Applied only after a review of all changes.</span>
    </Dialog>
  )
}
