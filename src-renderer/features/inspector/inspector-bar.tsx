import { Binary, Search, WrapText, X } from 'lucide-react'
import type { CodeEditor } from '../../editor/monaco.ts'
import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { isSameRecord, markForCompare, useComparePair } from '../../places/compare-pair.ts'
import { useReadOnlyReason } from '../../places/connections.ts'
import type { DecoderChoices } from '../../places/decoder-choice.ts'
import { Button, IconButton } from '../../widgets/button.tsx'
import { Bar, Grow } from '../../widgets/layout.tsx'
import { Menu } from '../../widgets/menu.tsx'
import { SubTabs } from '../../widgets/tabs.tsx'
import { DecoderSelect } from './decoder-select.tsx'
import { copyEntries, editAndResend } from './record-actions.ts'
import type { OneRecord } from './read-part.ts'

export type InspectorTab = 'value' | 'key' | 'headers' | 'batch' | 'location'

export interface InspectorBarProps {
  readonly record: OneRecord
  readonly detail: RecordDetail | undefined
  readonly tab: InspectorTab
  readonly onTab: (tab: InspectorTab) => void
  readonly choices: DecoderChoices
  readonly onChoices: (choices: DecoderChoices) => void
  readonly wordWrap: boolean
  readonly onWordWrap: (wordWrap: boolean) => void
  readonly showHex: boolean
  readonly onShowHex: (showHex: boolean) => void
  readonly editor: CodeEditor | undefined
  readonly onClose: () => void
}

export function InspectorBar(props: InspectorBarProps) {
  const { detail, tab, choices } = props
  const part = tab === 'value' || tab === 'key' ? detail?.[tab] : undefined
  return (
    <Bar label="Parts of the record">
      <SubTabs
        label="Parts of the record"
        value={tab}
        onChange={props.onTab}
        tabs={[
          { value: 'value', label: 'Value' },
          { value: 'key', label: 'Key' },
          { value: 'headers', label: 'Headers', ...(detail === undefined ? {} : { count: detail.headers.length }) },
          { value: 'batch', label: 'Batch' },
          { value: 'location', label: 'Where it lies' },
        ]}
      />
      {part !== undefined && part !== null && (tab === 'value' || tab === 'key') && (
        <DecoderSelect
          label={`Decoder of the ${tab}`}
          part={part}
          choice={choices[tab]}
          onChoose={choice => props.onChoices({ ...choices, [tab]: choice })}
        />
      )}
      <Grow />
      {tab !== 'batch' && tab !== 'location' && <ViewButtons {...props} />}
      <RecordButtons {...props} />
      <IconButton label="Close the inspector" onClick={props.onClose}>
        <X aria-hidden />
      </IconButton>
    </Bar>
  )
}

function ViewButtons({ editor, wordWrap, onWordWrap, showHex, onShowHex }: InspectorBarProps) {
  return (
    <>
      <IconButton
        label="Search in the text"
        disabledReason={editor === undefined ? 'No text is shown' : undefined}
        onClick={() => {
          editor?.focus()
          void editor?.getAction('actions.find')?.run()
        }}
      >
        <Search aria-hidden />
      </IconButton>
      <IconButton label="Wrap lines" isPressed={wordWrap} onClick={() => onWordWrap(!wordWrap)}>
        <WrapText aria-hidden />
      </IconButton>
      <IconButton label="Bytes" isPressed={showHex} onClick={() => onShowHex(!showHex)}>
        <Binary aria-hidden />
      </IconButton>
    </>
  )
}

function RecordButtons({ record, detail }: InspectorBarProps) {
  const { records } = useComparePair()
  const readOnlyReason = useReadOnlyReason(record.connection)
  const waiting = detail === undefined ? 'The record is not there yet' : undefined
  const isMarked = records.some(known => isSameRecord(known, record))
  return (
    <>
      <Button
        tone="quiet"
        isPressed={isMarked}
        title={isMarked ? 'Marked: choose another record and compare with it' : 'Mark this record to compare it with another one'}
        onClick={() => markForCompare(record)}
      >
        {records.length === 1 && !isMarked ? 'Compare with marked' : 'Compare'}
      </Button>
      <Menu align="end" entries={detail === undefined ? [] : copyEntries(record, detail)}>
        <Button tone="quiet" disabledReason={waiting}>
          Copy ▾
        </Button>
      </Menu>
      <Button
        disabledReason={waiting ?? readOnlyReason}
        onClick={() => detail !== undefined && void editAndResend(record, detail)}
      >
        Edit and resend
      </Button>
    </>
  )
}
