import { Reader } from '../../../base/bytes/reader.ts'
import { Writer } from '../../../base/bytes/writer.ts'
import { type Message, messageLayout } from '../../message.ts'

/**
 * Values of the quorum's control records say their version themselves, in their first field: there is no prefix. The types in the
 * keys of control records are those of records/control-records.ts.
 */
export function encodeControlValue<T extends { readonly version: number }>(schema: Message<T>, value: T): Uint8Array {
  const to = new Writer()
  messageLayout(schema, value.version).write(to, value)
  return to.finishBytes()
}

/** A version newer than the schema is read as the newest known: what it adds is tagged. Throws WireFormatError. */
export function decodeControlValue<T extends { readonly version: number }>(schema: Message<T>, bytes: Uint8Array): T {
  const version = new Reader(bytes).int16()
  return messageLayout(schema, Math.min(version, schema.versions[1])).read(new Reader(bytes))
}
