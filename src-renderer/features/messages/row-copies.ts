import type { DecodedPart, RecordDetail } from '../../../src-main/contract/views/records.ts'

/** Text of a part for copying: what the inspector shows. */
const textOf = (part: DecodedPart | null): string | null => part?.text ?? null

/** The record with all that is known of it, as JSON. JSON values stand in it as they were written, digit for digit. */
export function jsonEnvelope(detail: RecordDetail): string {
  const lines = [
    ['topic', JSON.stringify(detail.topic)],
    ['partition', String(detail.partition)],
    ['offset', String(detail.offset)],
    ['timestamp', JSON.stringify(new Date(detail.timestampMs).toISOString())],
    ['key', embedded(detail.key)],
    ['headers', JSON.stringify(detail.headers.map(header => ({ name: header.name, value: textOf(header.value) })))],
    ['value', embedded(detail.value)],
  ] as const
  return `{\n${lines.map(([name, text]) => `  "${name}": ${text.replaceAll('\n', '\n  ')}`).join(',\n')}\n}`
}

const embedded = (part: DecodedPart | null): string => {
  if (part === null) return 'null'
  const isJson = part.language === 'json' && part.text !== null && !part.truncated
  return isJson ? (part.text as string) : JSON.stringify(part.text)
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** A line for a shell that sends the record again. */
export function kcatLine(detail: RecordDetail, bootstrap: string): string {
  const headers = detail.headers.map(header => ` -H ${quoted(`${header.name}=${textOf(header.value) ?? ''}`)}`).join('')
  const key = textOf(detail.key)
  const value = (textOf(detail.value) ?? '').replaceAll('\n', ' ')
  const text = key === null ? value : `${key}\u0001${value}`
  const keyFlag = key === null ? '' : String.raw` -K $'\x01'`
  return `printf '%s' ${quoted(text)} | kcat -P -b ${bootstrap} -t ${detail.topic} -p ${detail.partition}${keyFlag}${headers}`
}

/** A client program that reads exactly this record. */
export function clientCode(detail: RecordDetail, bootstrap: string): string {
  const { topic, partition, offset } = detail
  return [
    `import { Kafka } from 'kafkajs'`,
    '',
    `const consumer = new Kafka({ brokers: ${JSON.stringify(bootstrap.split(','))} }).consumer({ groupId: 'look-at-one' })`,
    'await consumer.connect()',
    `await consumer.subscribe({ topic: ${JSON.stringify(topic)} })`,
    `consumer.run({ autoCommit: false, eachMessage: async ({ message }) => console.log(message.key?.toString(), message.value?.toString()) })`,
    `consumer.seek({ topic: ${JSON.stringify(topic)}, partition: ${partition}, offset: '${offset}' })`,
    '',
  ].join('\n')
}
