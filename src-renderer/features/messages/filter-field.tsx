import { useRef } from 'react'
import { TextField } from '../../widgets/fields.tsx'
import { formatCount } from '../../widgets/format.ts'
import { useScreenKeys } from '../../widgets/keys.ts'
import styles from './messages.module.css'

export interface FilterFieldProps {
  readonly value: string
  readonly onChange: (value: string) => void
  /** Rows that are loaded: those it looks at. */
  readonly loaded: number
  readonly isShown: boolean
}

/** Only among the rows that are loaded, at once; the scan box beside it looks through the topic. */
export function FilterField({ value, onChange, loaded, isShown }: FilterFieldProps) {
  const frame = useRef<HTMLDivElement>(null)
  const focus = () => frame.current?.querySelector('input')?.select()
  useScreenKeys(isShown ? [{ key: '/', label: 'Filter the loaded rows', run: focus }] : [])
  return (
    <div className={styles.filterField} ref={frame}>
      <TextField
        label="Filter loaded rows"
        hideLabel
        type="search"
        placeholder={loaded === 0 ? 'Filter loaded rows…' : `Filter the ${formatCount(loaded)} loaded rows…`}
        value={value}
        onChange={onChange}
        onKeyDown={event => event.key === 'Escape' && onChange('')}
      />
    </div>
  )
}
