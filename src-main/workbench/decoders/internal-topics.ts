import { decodeGroupRecord } from '../../../broker-core/protocol/persisted/group/group-record.ts'
import { decodeShareRecord } from '../../../broker-core/protocol/persisted/share/share-record.ts'
import { decodeTransactionRecord } from '../../../broker-core/protocol/persisted/transaction/transaction-record.ts'
import { DecodeError } from './decoder.ts'
import type { Decoder } from './decoder.ts'
import { structuredDecoder } from './structured.ts'
import { valueText } from './value-text.ts'

interface InternalRecord {
  readonly type: string
  readonly key: unknown
  readonly value: unknown
}

const readers: Readonly<Record<string, (key: Uint8Array, value: Uint8Array | null) => InternalRecord | undefined>> = {
  __consumer_offsets: decodeGroupRecord,
  __transaction_state: decodeTransactionRecord,
  __share_group_state: decodeShareRecord,
}

export const isInternalTopic = (topic: string): boolean => Object.hasOwn(readers, topic)

/** Decoder of the keys of an internal topic, or of the values that stand beside `key`: what a value is, only its key says. */
export function internalDecoder(topic: string, key: Uint8Array | null): Decoder | undefined {
  const reader = Object.hasOwn(readers, topic) ? readers[topic] : undefined
  if (reader === undefined) return undefined
  return structuredDecoder({
    name: 'internal',
    recognise: bytes => `record of ${topic}: ${read(reader, key, bytes).type}`,
    read(bytes) {
      const record = read(reader, key, bytes)
      return valueText(key === null ? { type: record.type, ...(record.key as object) } : record.value)
    },
  })
}

/** Without a key, the bytes are a key themselves. */
function read(reader: NonNullable<(typeof readers)[string]>, key: Uint8Array | null, bytes: Uint8Array): InternalRecord {
  const record = key === null ? reader(bytes, null) : reader(key, bytes)
  if (record === undefined) throw new DecodeError('a record of a type that is not known here')
  return record
}
