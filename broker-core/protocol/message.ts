import { Reader } from '../base/bytes/reader.ts'
import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import { Writer } from '../base/bytes/writer.ts'
import type { StructCodec } from './schema/struct.ts'
import type { Layout } from './schema/wire.ts'

/** A message of its own, without request and response: what is stored in a log, or carried inside a byte field. */
export interface Message<T> {
  readonly name: string
  /** Number of its type among its kind, where it has one. */
  readonly key?: number
  /** Both inclusive. */
  readonly versions: readonly [min: number, max: number]
  readonly flexibleSince: number
  readonly body: StructCodec<T>
}

export type MessageOf<M> = M extends { readonly body: StructCodec<infer T> } ? T : never

/** Declares a message; its type is inferred. */
export function message<T>(definition: Message<T>): Message<T> {
  return definition
}

/** Throws WireFormatError for a version that the schema lacks. */
export function messageLayout<T>(it: Message<T>, version: number): Layout<T> {
  if (version < it.versions[0] || version > it.versions[1]) throw new WireFormatError(`${it.name} has no version ${version}`)
  return it.body.layout({ version, flexible: version >= it.flexibleSince })
}

/** The int16 version and the message: values of coordinator records and control records, the consumer's embedded protocol. */
export function encodeVersioned<T>(it: Message<T>, version: number, value: T): Uint8Array {
  const to = new Writer()
  to.int16(version)
  messageLayout(it, version).write(to, value)
  return to.finishBytes()
}

/** Reads what `encodeVersioned` wrote; bytes behind it are ignored. Throws WireFormatError. */
export function decodeVersioned<T>(it: Message<T>, bytes: Uint8Array): T {
  const from = new Reader(bytes)
  return messageLayout(it, from.int16()).read(from)
}

/**
 * The same for messages whose newer versions only add at the end: one that is newer than the schema is read as the newest known
 * version (the consumer's embedded protocol is meant to be read so).
 */
export function decodeVersionedLeniently<T>(it: Message<T>, bytes: Uint8Array): T {
  const from = new Reader(bytes)
  return messageLayout(it, Math.min(from.int16(), it.versions[1])).read(from)
}
