import { describe, expect, it } from 'vitest'
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  metadataRecord,
  metadataRecordSchemas,
  type MetadataRecordType,
} from '../../../broker-core/protocol/persisted/metadata/metadata-record.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

describe('metadata records', () => {
  it('frames a record as frame version, type, version, message', () => {
    expect(hex(encodeMetadataRecord(metadataRecord('NoOpRecord', {})))).toBe('01140000')
    const feature = metadataRecord('FeatureLevelRecord', { name: 'metadata.version', featureLevel: 25 })
    expect(hex(encodeMetadataRecord(feature))).toBe(`010c0011${hex(new TextEncoder().encode('metadata.version'))}001900`)
  })

  it('leaves unchanged fields of a partition away', () => {
    const change = metadataRecord('PartitionChangeRecord', { partitionId: 3, topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', leader: 2 })
    const written = encodeMetadataRecord(change)
    expect(hex(written)).toBe('010502000000030000000000000000000000000000000101010400000002')
    expect(decodeMetadataRecord(written)).toEqual(change)
  })

  it('reads every type in every version back as it was', () => {
    for (const [type, schema] of Object.entries(metadataRecordSchemas)) {
      for (let version = schema.versions[0]; version <= schema.versions[1]; version++) {
        const record = metadataRecord(type as MetadataRecordType, {}, version)
        expect(decodeMetadataRecord(encodeMetadataRecord(record))).toEqual(record)
      }
    }
  })

  it('refuses unknown frames, types, versions and bytes left over', () => {
    expect(() => decodeMetadataRecord(bytes('02140000'))).toThrow('frame version 2')
    expect(() => decodeMetadataRecord(bytes('017f0000'))).toThrow('unknown type 127')
    expect(() => decodeMetadataRecord(bytes('01140900'))).toThrow('no version 9')
    expect(() => decodeMetadataRecord(bytes('0114000000'))).toThrow('1 bytes behind')
  })
})
