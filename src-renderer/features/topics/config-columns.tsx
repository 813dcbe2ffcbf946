import type { ConfigEntry, ConfigSource } from '../../../src-main/contract/views/topics.ts'
import { classes } from '../../widgets/classes.ts'
import { Chip } from '../../widgets/marks.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { readableValue } from '../../places/config-rules.ts'
import styles from './topics.module.css'

/** An entry with what is to become of it: undefined for no change, null for a reset. */
export interface ConfigRow {
  readonly entry: ConfigEntry
  readonly change: string | null | undefined
}

export const sourceWords: Readonly<Record<ConfigSource, string>> = {
  topic: 'this topic',
  broker: 'broker, dynamic',
  'broker-default': 'all brokers, dynamic',
  static: 'server.properties',
  default: 'default',
  group: 'group',
  unknown: 'unknown',
}

export const configColumns: readonly Column<ConfigRow>[] = [
  {
    id: 'name',
    title: 'Name',
    widthPx: 290,
    mono: true,
    value: ({ entry }) => entry.name,
    render: ({ entry }) => <span className={classes(entry.source === 'topic' && styles.override)}>{entry.name}</span>,
  },
  {
    id: 'value',
    title: 'Value',
    widthPx: 260,
    mono: true,
    value: ({ entry }) => valueText(entry, entry.value),
    render: valueCell,
  },
  {
    id: 'source',
    title: 'Source',
    widthPx: 140,
    value: ({ entry }) => sourceWords[entry.source],
    render: ({ entry }) =>
      entry.source === 'topic' ? <Chip>this topic</Chip> : <span className="muted">{sourceWords[entry.source]}</span>,
  },
  {
    id: 'inherited',
    title: 'Inherited',
    widthPx: 160,
    mono: true,
    value: ({ entry }) => valueText(entry, entry.inherited),
    hint: 'What a reset falls back to.',
    render: ({ entry }) => <span className="muted">{valueText(entry, entry.inherited)}</span>,
  },
  { id: 'type', title: 'Type', widthPx: 76, value: ({ entry }) => entry.type },
  {
    id: 'documentation',
    title: 'What it does',
    widthPx: 260,
    grows: true,
    value: ({ entry }) => entry.documentation,
    render: ({ entry }) => <span className="muted">{entry.documentation ?? ''}</span>,
  },
]

export function valueText(entry: ConfigEntry, value: string | null): string {
  if (entry.sensitive) return 'hidden'
  if (value === null) return 'not set'
  return value === '' ? 'empty' : value
}

function valueCell({ entry, change }: ConfigRow) {
  const now = valueText(entry, entry.value)
  if (change !== undefined)
    return (
      <span>
        <span className={styles.old}>{now}</span> <b className="warn">{change ?? valueText(entry, entry.inherited)}</b>
      </span>
    )
  const meaning = readableValue(entry.name, entry.value)
  return (
    <span className={classes(entry.source === 'topic' && styles.override, entry.value === null && 'faint')}>
      {now}
      {meaning !== null && <span className="faint"> · {meaning}</span>}
    </span>
  )
}
