import type { MetadataRecordData, MetadataRecordType } from '../protocol/persisted/metadata/metadata-record.ts'

/**
 * The records of the metadata log, as decisions make them and the image takes them: Kafka's own (KIP-631 and followers), told apart by
 * `type`. What a record of an older version does not say has its default. `metadata-record-codec.ts` makes bytes of them.
 */
export type MetadataRecord = {
  [N in MetadataRecordType]: { readonly type: N } & MetadataRecordData<N>
}[MetadataRecordType]

export type RecordOfType<N extends MetadataRecordType> = Extract<MetadataRecord, { readonly type: N }>

export type RegisterBrokerRecord = RecordOfType<'RegisterBrokerRecord'>
export type BrokerRegistrationChangeRecord = RecordOfType<'BrokerRegistrationChangeRecord'>
export type PartitionRecord = RecordOfType<'PartitionRecord'>
export type PartitionChangeRecord = RecordOfType<'PartitionChangeRecord'>
export type ConfigRecord = RecordOfType<'ConfigRecord'>
export type ClientQuotaRecord = RecordOfType<'ClientQuotaRecord'>
export type QuotaEntityPart = ClientQuotaRecord['entity'][number]
export type RecordEndpoint = RegisterBrokerRecord['endPoints'][number]
export type RecordFeature = RegisterBrokerRecord['features'][number]

/** In a partition change: the leader stays. */
export const leaderUnchanged = -2
export const noLeader = -1

/** A partition change that changes nothing yet: null (and -1 for the recovery state) says "as it was". */
export function partitionChange(topicId: string, partitionId: number): PartitionChangeRecord {
  return {
    type: 'PartitionChangeRecord',
    partitionId,
    topicId,
    isr: null,
    leader: leaderUnchanged,
    replicas: null,
    removingReplicas: null,
    addingReplicas: null,
    leaderRecoveryState: -1,
    directories: null,
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  }
}
