import { Reader } from '../../base/bytes/reader.ts'
import { WireFormatError } from '../../base/bytes/wire-format-error.ts'
import { Writer } from '../../base/bytes/writer.ts'
import type { StructCodec } from '../schema/struct.ts'

/**
 * A record of a coordinator's topic. Its key is the int16 type and a message of version 0, its value the int16 version and a message;
 * no value deletes what the key names.
 */
export interface CoordinatorRecord<K, V, N extends string = string> {
  readonly type: N
  readonly key: number
  readonly keyBody: StructCodec<K>
  /** Of the value, both inclusive. */
  readonly versions: readonly [min: number, max: number]
  readonly flexibleSince: number
  readonly valueBody: StructCodec<V>
}

export type RecordKeyOf<R> = R extends CoordinatorRecord<infer K, infer _V> ? K : never
export type RecordValueOf<R> = R extends CoordinatorRecord<infer _K, infer V> ? V : never

/** Declares a record; the types of its key and value are inferred. */
export function coordinatorRecord<K, V, N extends string>(definition: CoordinatorRecord<K, V, N>): CoordinatorRecord<K, V, N> {
  return definition
}

export function encodeRecordKey<K>(record: CoordinatorRecord<K, unknown>, key: K): Uint8Array {
  const to = new Writer()
  to.int16(record.key)
  record.keyBody.layout({ version: 0, flexible: false }).write(to, key)
  return to.finishBytes()
}

/** `version` is the newest that all who may read the topic understand; by default the newest of the schema. */
export function encodeRecordValue<V>(record: CoordinatorRecord<unknown, V>, value: V, version = record.versions[1]): Uint8Array {
  const to = new Writer()
  to.int16(version)
  valueLayout(record, version).write(to, value)
  return to.finishBytes()
}

function valueLayout<V>(record: CoordinatorRecord<unknown, V>, version: number) {
  const [min, max] = record.versions
  if (version < min || version > max) throw new WireFormatError(`${record.type} has no version ${version}`)
  return record.valueBody.layout({ version, flexible: version >= record.flexibleSince })
}

/** The number that says what a record is about; throws WireFormatError for a key too short to have one. */
export function recordTypeOf(key: Uint8Array): number {
  return new Reader(key).int16()
}

/** Reads a key of the record's type. Throws WireFormatError. */
export function decodeRecordKey<K>(record: CoordinatorRecord<K, unknown>, key: Uint8Array): K {
  const from = new Reader(key)
  const type = from.int16()
  if (type !== record.key) from.fail(`type ${type} is not ${record.type}`)
  return record.keyBody.layout({ version: 0, flexible: false }).read(from)
}

/** Reads a value; throws WireFormatError, also for versions newer than the schema. */
export function decodeRecordValue<V>(record: CoordinatorRecord<unknown, V>, value: Uint8Array): V {
  const from = new Reader(value)
  return valueLayout(record, from.int16()).read(from)
}

/** A record read without knowing its type before; `value` null: a tombstone. */
export type DecodedRecord<R> =
  R extends CoordinatorRecord<infer K, infer V, infer N> ? { readonly type: N; readonly key: K; readonly value: V | null } : never

/** Undefined for a type that is not among `records`: a newer coordinator's, to be passed over. Throws WireFormatError. */
// oxlint-disable-next-line typescript/no-explicit-any -- keys and values of all the records of a topic, told apart by `type`
export function decodeCoordinatorRecord<R extends CoordinatorRecord<any, any>>(
  records: ReadonlyMap<number, R>,
  key: Uint8Array,
  value: Uint8Array | null,
): DecodedRecord<R> | undefined {
  const record = records.get(recordTypeOf(key))
  if (record === undefined) return undefined
  const decoded = {
    type: record.type,
    key: decodeRecordKey(record, key),
    value: value === null ? null : decodeRecordValue(record, value),
  }
  // The union of the records' types cannot be followed through the table.
  return decoded as unknown as DecodedRecord<R>
}
