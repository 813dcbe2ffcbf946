import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import {
  decodeMetadataRecord as decode,
  encodeMetadataRecord as encode,
  type MetadataRecord as VersionedRecord,
  metadataRecordSchemas,
} from '../protocol/persisted/metadata/metadata-record.ts'
import type { MetadataRecord } from './metadata-records.ts'

/** The value of one record in the metadata log. Each is written in its newest version: the bootstrap finalizes a matching metadata.version. */
export function encodeMetadataRecord(record: MetadataRecord): Uint8Array {
  const { type } = record
  // The data of a record is the record without its type; the schema does not look at what it does not know.
  return encode({ type, version: metadataRecordSchemas[type].versions[1], data: record } as unknown as VersionedRecord)
}

/** Throws WireFormatError: a metadata log that is not understood wholly must not be acted on. */
export function decodeMetadataRecord(value: Uint8Array): MetadataRecord {
  const { type, data } = decode(value)
  if (typeof data !== 'object') throw new WireFormatError(`metadata record ${type} without fields`)
  // The compiler does not connect `type` with the member of the union that `data` belongs to.
  return { ...data, type } as unknown as MetadataRecord
}
