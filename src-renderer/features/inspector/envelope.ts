import type { RecordDetail } from '../../../src-main/contract/views/records.ts'
import { base64Of, exactText, isJsonDocument } from '../../places/bytes-text.ts'

export interface RecordBytes {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[]
}

/**
 * A record as JSON, in the form of the export. JSON documents stand in it as they are written, character by character; other text as a
 * string; bytes that are no text as `{"$base64": …}`.
 */
export function envelope(detail: RecordDetail, bytes: RecordBytes): string {
  const headers = bytes.headers.map(({ name, value }) => `    [${JSON.stringify(name)}, ${jsonOf(value)}]`)
  return [
    '{',
    `  "topic": ${JSON.stringify(detail.topic)},`,
    `  "partition": ${detail.partition},`,
    `  "offset": ${detail.offset},`,
    `  "timestampMs": ${detail.timestampMs},`,
    `  "key": ${jsonOf(bytes.key)},`,
    `  "value": ${jsonOf(bytes.value)},`,
    headers.length === 0 ? '  "headers": []' : `  "headers": [\n${headers.join(',\n')}\n  ]`,
    '}',
  ].join('\n')
}

function jsonOf(bytes: Uint8Array | null): string {
  if (bytes === null) return 'null'
  const text = exactText(bytes)
  if (text === undefined) return `{"$base64": "${base64Of(bytes)}"}`
  return isJsonDocument(text) ? text.trim() : JSON.stringify(text)
}
