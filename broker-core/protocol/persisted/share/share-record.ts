import { decodeCoordinatorRecord, type DecodedRecord } from '../coordinator-record.ts'
import { shareSnapshotRecord, shareUpdateRecord } from './share-state.ts'

const shareRecords = [shareSnapshotRecord, shareUpdateRecord] as const

/** Every record of `__share_group_state`. */
export const shareRecordsByKey: ReadonlyMap<number, (typeof shareRecords)[number]> = new Map(
  shareRecords.map(record => [record.key, record]),
)

export type ShareRecord = DecodedRecord<(typeof shareRecords)[number]>

/** Undefined for a type that this version does not know. Throws WireFormatError for bytes that are not such a record. */
export function decodeShareRecord(key: Uint8Array, value: Uint8Array | null): ShareRecord | undefined {
  return decodeCoordinatorRecord(shareRecordsByKey, key, value)
}
