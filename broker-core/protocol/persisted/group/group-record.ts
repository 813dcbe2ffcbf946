import { decodeCoordinatorRecord, type DecodedRecord } from '../coordinator-record.ts'
import { groupMetadataRecord } from './classic-group.ts'
import * as consumer from './consumer-group.ts'
import { legacyOffsetCommitRecord, offsetCommitRecord } from './offsets.ts'
import * as share from './share-group.ts'
import * as streams from './streams-group.ts'

/** Every record of `__consumer_offsets`, in order of its type. */
const groupRecords = [
  legacyOffsetCommitRecord,
  offsetCommitRecord,
  groupMetadataRecord,
  consumer.consumerGroupMetadataRecord,
  consumer.consumerGroupPartitionMetadataRecord,
  consumer.consumerGroupMemberMetadataRecord,
  consumer.consumerGroupTargetAssignmentMetadataRecord,
  consumer.consumerGroupTargetAssignmentMemberRecord,
  consumer.consumerGroupCurrentMemberAssignmentRecord,
  share.shareGroupMemberMetadataRecord,
  share.shareGroupMetadataRecord,
  share.shareGroupTargetAssignmentMetadataRecord,
  share.shareGroupTargetAssignmentMemberRecord,
  share.shareGroupCurrentMemberAssignmentRecord,
  share.shareGroupStatePartitionMetadataRecord,
  consumer.consumerGroupRegularExpressionRecord,
  streams.streamsGroupMetadataRecord,
  streams.streamsGroupMemberMetadataRecord,
  streams.streamsGroupTargetAssignmentMetadataRecord,
  streams.streamsGroupTargetAssignmentMemberRecord,
  streams.streamsGroupCurrentMemberAssignmentRecord,
  streams.streamsGroupTopologyRecord,
] as const

export const groupRecordsByKey: ReadonlyMap<number, (typeof groupRecords)[number]> = new Map(
  groupRecords.map(record => [record.key, record]),
)

/** A union told apart by `type` (`OffsetCommit`, `GroupMetadata`, `ConsumerGroupMetadata`, …); `value` null: a tombstone. */
export type GroupRecord = DecodedRecord<(typeof groupRecords)[number]>

/** Undefined for a type that this version does not know. Throws WireFormatError for bytes that are not such a record. */
export function decodeGroupRecord(key: Uint8Array, value: Uint8Array | null): GroupRecord | undefined {
  return decodeCoordinatorRecord(groupRecordsByKey, key, value)
}
