import { WireFormatError } from '../base/bytes/wire-format-error.ts'
import {
  decodeMetadataRecord as decode,
  encodeMetadataRecord as encode,
  type MetadataRecord as VersionedRecord,
} from '../protocol/persisted/metadata/metadata-record.ts'
import { metadataFeature } from './feature-levels.ts'
import type { MetadataRecord } from './metadata-records.ts'
import { recordVersion } from './metadata-version.ts'

/** Values of records for the metadata log, each in the version of `level` of metadata.version; a record that raises or lowers it counts for those after it. */
export function encodeMetadataRecords(records: readonly MetadataRecord[], level: number): Uint8Array[] {
  let present = level
  return records.map(record => {
    if (record.type === 'FeatureLevelRecord' && record.name === metadataFeature) present = record.featureLevel
    return encodeMetadataRecord(record, present)
  })
}

/** The value of one record; what its version has no place for is left out. */
export function encodeMetadataRecord(record: MetadataRecord, level: number): Uint8Array {
  const { type } = record
  // The data of a record is the record without its type; the schema does not look at what it does not know.
  return encode({ type, version: recordVersion(type, level), data: record } as unknown as VersionedRecord)
}

/** Throws WireFormatError: a metadata log that is not understood wholly must not be acted on. */
export function decodeMetadataRecord(value: Uint8Array): MetadataRecord {
  const { type, data } = decode(value)
  if (typeof data !== 'object') throw new WireFormatError(`metadata record ${type} without fields`)
  // The compiler does not connect `type` with the member of the union that `data` belongs to.
  return { ...data, type } as unknown as MetadataRecord
}
