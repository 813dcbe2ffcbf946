import { base64Of, exactText, isJsonDocument } from './bytes-text.ts'

/** A record with the bytes of its parts. */
export interface RecordWithBytes {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly headers: readonly { readonly name: string; readonly value: Uint8Array | null }[]
}

/**
 * A record as JSON, in the form of the export. JSON documents stand in it as they are written, character by character; other text as a
 * string; bytes that are no text as `{"$base64": …}`.
 */
export function recordEnvelope(record: RecordWithBytes): string {
  const headers = record.headers.map(({ name, value }) => `    [${JSON.stringify(name)}, ${jsonOf(value)}]`)
  return [
    '{',
    `  "topic": ${JSON.stringify(record.topic)},`,
    `  "partition": ${record.partition},`,
    `  "offset": ${record.offset},`,
    `  "timestampMs": ${record.timestampMs},`,
    `  "key": ${jsonOf(record.key)},`,
    `  "value": ${jsonOf(record.value)},`,
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
