import { failureOf } from '../../bridge/bridge.ts'
import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { setProduceDraft } from '../../places/produce-draft.ts'
import { openPlace } from '../../places/tabs.ts'
import { copyText } from '../../widgets/clipboard.ts'
import type { MenuEntry } from '../../widgets/menu.tsx'
import { toast } from '../../widgets/toasts.ts'
import { base64Of, draftText, exactText, hexOf } from '../../places/bytes-text.ts'
import { envelope } from './envelope.ts'
import { readPart, readRecordBytes } from './read-part.ts'
import type { OneRecord, PartName } from './read-part.ts'

/** What can be copied of a record. Values are copied as they were written, not as they are laid out. */
export function copyEntries(record: OneRecord, detail: RecordDetail): MenuEntry[] {
  const { key, value } = detail
  const of = (part: 'key' | 'value', shown: RecordDetail['value'], as: (bytes: Uint8Array) => string, what: string) => ({
    label: what,
    disabledReason: shown === null ? `The ${part} is null` : undefined,
    run: () => copyPart(record, part, as, what),
  })
  const text = (shown: RecordDetail['value']) => (bytes: Uint8Array) => exactText(bytes) ?? shown?.text ?? hexOf(bytes)
  return [
    of('value', value, text(value), 'Value'),
    {
      label: 'Value as shown',
      disabledReason: value === null || value.text === null ? 'No decoder can read it' : undefined,
      run: () => void copyText(value?.text ?? '', 'Copied the value as shown'),
    },
    of('key', key, text(key), 'Key'),
    {
      label: 'Record as JSON',
      run: () => void copying(async () => envelope(detail, await readRecordBytes(record, detail)), 'Record'),
    },
    { kind: 'separator' },
    of('value', value, hexOf, 'Value as hex'),
    of('value', value, base64Of, 'Value as Base64'),
    of('key', key, hexOf, 'Key as hex'),
  ]
}

const copyPart = (record: OneRecord, part: PartName, as: (bytes: Uint8Array) => string, what: string): void =>
  void copying(async () => as(await readPart(record, part)), what)

async function copying(make: () => Promise<string>, what: string): Promise<void> {
  try {
    await copyText(await make(), `Copied: ${what.toLowerCase()}`)
  } catch (error) {
    tellFailure('Not copied', error)
  }
}

/** Opens the Produce screen with this record in it, every byte as it is. */
export async function editAndResend(record: OneRecord, detail: RecordDetail): Promise<void> {
  try {
    const bytes = await readRecordBytes(record, detail)
    setProduceDraft(record.connection, record.topic, {
      partition: detail.partition,
      key: bytes.key === null ? null : draftText(bytes.key),
      value: bytes.value === null ? null : draftText(bytes.value),
      headers: bytes.headers.map(({ name, value }) => ({ name, value: value === null ? null : draftText(value) })),
    })
    openPlace({ kind: 'produce', connection: record.connection, topic: record.topic })
  } catch (error) {
    tellFailure('The record could not be taken over', error)
  }
}

function tellFailure(title: string, error: unknown): void {
  const { message, hint } = failureOf(error)
  toast({ level: 'error', title, detail: hint === undefined ? message : `${message} ${hint}` })
}
