import { useMemo, useState } from 'react'
import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { copyText } from '../../widgets/clipboard.ts'
import { formatBytes } from '../../widgets/format.ts'
import { EmptyState } from '../../widgets/states.tsx'
import type { Column } from '../../widgets/table/column.ts'
import { DataTable } from '../../widgets/table/data-table.tsx'
import type { CodeEditor } from '../../editor/monaco.ts'
import { decoderTitle } from '../../places/decoder-titles.ts'
import { PartView } from './part-view.tsx'
import type { OneRecord } from './read-part.ts'
import styles from './inspector.module.css'

interface HeaderLine {
  readonly index: number
  readonly name: string
  readonly value: RecordDetail['headers'][number]['value']
}

const columns: readonly Column<HeaderLine>[] = [
  { id: 'name', title: 'Name', widthPx: 140, mono: true, value: line => line.name },
  {
    id: 'value',
    title: 'Value',
    widthPx: 140,
    grows: true,
    mono: true,
    value: ({ value }) => (value === null ? 'null' : (value.text ?? value.failure ?? '').slice(0, 400)),
    render: ({ value }) => (value === null ? <span className="faint">null</span> : headerText(value.text ?? '')),
  },
  { id: 'decoder', title: 'Read as', widthPx: 96, value: ({ value }) => (value === null ? '' : decoderTitle(value.decoder)) },
  {
    id: 'size',
    title: 'Size',
    widthPx: 68,
    align: 'end',
    value: ({ value }) => value?.sizeBytes ?? 0,
    render: ({ value }) => formatBytes(value?.sizeBytes ?? 0),
  },
]

const headerText = (text: string): string => text.slice(0, 400).replace(/\s+/g, ' ')

export interface HeadersViewProps {
  readonly record: OneRecord
  readonly headers: RecordDetail['headers']
  readonly wordWrap: boolean
  readonly showHex: boolean
  readonly onEditor: (editor: CodeEditor | undefined) => void
}

/** All headers, in their order; the chosen one in full beside them. */
export function HeadersView({ record, headers, wordWrap, showHex, onEditor }: HeadersViewProps) {
  const [chosen, setChosen] = useState(0)
  const lines = useMemo(() => headers.map(({ name, value }, index) => ({ index, name, value })), [headers])
  if (headers.length === 0) return <EmptyState title="No headers">The record was written without any.</EmptyState>
  const shown = lines[chosen] ?? (lines[0] as HeaderLine)
  return (
    <div className={styles.headers}>
      <div className={styles.headerTable}>
        <DataTable
          name="Headers"
          rowNoun="header"
          rows={lines}
          columns={columns}
          rowKey={line => String(line.index)}
          storageKey="inspector-headers"
          isFitted
          selectedKey={String(shown.index)}
          onSelect={line => setChosen(line.index)}
          rowMenu={line => [
            { label: 'Copy name', run: () => void copyText(line.name, 'Copied the name') },
            { label: 'Copy value', run: () => void copyText(line.value?.text ?? '', 'Copied the value') },
          ]}
          empty={null}
        />
      </div>
      <div className={styles.headerPart}>
        <PartView
          record={record}
          name={{ header: shown.index }}
          title={`Header ${shown.name}`}
          part={shown.value}
          decoder="auto"
          wordWrap={wordWrap}
          showHex={showHex}
          onEditor={onEditor}
        />
      </div>
    </div>
  )
}
