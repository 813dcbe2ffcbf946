import { TextField } from '../../widgets/fields.tsx'
import { useScreenKeys } from '../../widgets/keys.ts'
import styles from './messages.module.css'

/** Only among the rows that are loaded, at once; the scan box beside it looks through the topic. */
export function FilterField({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  useScreenKeys([
    { key: '/', label: 'Filter the loaded rows', run: () => document.querySelector<HTMLElement>('[data-row-filter]')?.focus() },
  ])
  return (
    <div className={styles.filterField}>
      <TextField
        label="Filter loaded rows"
        hideLabel
        type="search"
        placeholder="Filter loaded rows…"
        value={value}
        onChange={onChange}
        data-row-filter=""
        onKeyDown={event => event.key === 'Escape' && onChange('')}
      />
    </div>
  )
}
