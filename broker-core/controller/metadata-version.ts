import type { MetadataRecordType } from '../protocol/persisted/metadata/metadata-record.ts'

/**
 * The levels of metadata.version (KIP-584, KIP-778) that this software reads and writes. A level says in which versions records are written,
 * so that every node of a cluster, also one of an earlier release, can read its log. The first here is the first that knows directories of
 * replicas (KIP-858).
 */
export const metadataVersions: readonly MetadataVersion[] = [
  { level: 17, name: '3.7-IV2', changesRecords: true },
  { level: 18, name: '3.7-IV3', changesRecords: false },
  { level: 19, name: '3.7-IV4', changesRecords: false },
  { level: 20, name: '3.8-IV0', changesRecords: false },
  { level: 21, name: '3.9-IV0', changesRecords: false },
  { level: 22, name: '4.0-IV0', changesRecords: false },
  { level: 23, name: '4.0-IV1', changesRecords: true },
  { level: 24, name: '4.0-IV2', changesRecords: false },
  { level: 25, name: '4.0-IV3', changesRecords: false },
  { level: 26, name: '4.1-IV0', changesRecords: false },
  { level: 27, name: '4.1-IV1', changesRecords: false },
  { level: 28, name: '4.2-IV0', changesRecords: false },
  { level: 29, name: '4.2-IV1', changesRecords: false },
  { level: 30, name: '4.3-IV0', changesRecords: true },
]

export interface MetadataVersion {
  readonly level: number
  readonly name: string
  /** Records of this level may say what those below it have no place for. */
  readonly changesRecords: boolean
}

export const oldestMetadataVersion = 17
export const newestMetadataVersion = 30
/** Eligible leader replicas (KIP-966) have a place in the records of partitions. */
export const elrMetadataVersion = 23
/** Cordoned directories (KIP-1066) have a place in those of brokers. */
export const cordonMetadataVersion = 30

/** META-11: a level can be left downwards only while nothing in the log can be lost by it. */
export const losesRecordsBelow = (present: number, next: number): boolean =>
  metadataVersions.some(({ level, changesRecords }) => changesRecords && level > next && level <= present)

/** `4.1-IV0`, or `4.1` for the last of that release; undefined for what is not known. */
export const metadataVersionNamed = (name: string): MetadataVersion | undefined =>
  metadataVersions.findLast(version => version.name === name || version.name.startsWith(`${name}-`))

/** In which version records of `type` are written at a level of metadata.version. */
export function recordVersion(type: MetadataRecordType, level: number): number {
  switch (type) {
    case 'RegisterBrokerRecord':
      return level >= cordonMetadataVersion ? 4 : 3
    case 'BrokerRegistrationChangeRecord':
      return level >= cordonMetadataVersion ? 3 : 2
    case 'PartitionRecord':
    case 'PartitionChangeRecord':
      return level >= elrMetadataVersion ? 2 : 1
    default:
      return 0
  }
}
