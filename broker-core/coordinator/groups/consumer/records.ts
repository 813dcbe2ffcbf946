import {
  consumerGroupCurrentMemberAssignmentRecord,
  consumerGroupMemberMetadataRecord,
  consumerGroupMetadataRecord,
  consumerGroupRegularExpressionRecord,
  consumerGroupTargetAssignmentMemberRecord,
  consumerGroupTargetAssignmentMetadataRecord,
} from '../../../protocol/persisted/group/consumer-group.ts'
import {
  type CoordinatorRecord,
  encodeRecordKey,
  encodeRecordValue,
  type RecordValueOf,
} from '../../../protocol/persisted/coordinator-record.ts'
import type { GroupRecord } from '../../../protocol/persisted/group/group-record.ts'
import type { PersistedRecord } from '../../runtime/machine.ts'
import {
  type MemberMetadata,
  type MemberProgress,
  type MemberState,
  memberStates,
  type Owned,
  type Target,
} from './consumer-group.ts'
import type { ConsumerFact } from './facts.ts'

type StoredOwned = RecordValueOf<typeof consumerGroupCurrentMemberAssignmentRecord>['assignedPartitions']

/** INT-03. Undefined: soft state. */
export function encodeConsumerFact(fact: ConsumerFact): PersistedRecord | undefined {
  const { groupId } = fact
  switch (fact.kind) {
    case 'consumer-epoch': {
      const { epoch, metadataHash } = fact
      return record(consumerGroupMetadataRecord, { groupId }, epoch === undefined ? undefined : { epoch, metadataHash })
    }
    case 'consumer-member':
      return record(
        consumerGroupMemberMetadataRecord,
        { groupId, memberId: fact.memberId },
        fact.member && storedMember(fact.member),
      )
    case 'consumer-target-epoch': {
      const { epoch, timestampMs } = fact
      const value = epoch === undefined ? undefined : { assignmentEpoch: epoch, assignmentTimestamp: timestampMs }
      return record(consumerGroupTargetAssignmentMetadataRecord, { groupId }, value)
    }
    case 'consumer-target': {
      const topicPartitions = fact.target && [...fact.target].map(([topicId, ids]) => ({ topicId, partitions: [...ids] }))
      const value = topicPartitions && { topicPartitions }
      return record(consumerGroupTargetAssignmentMemberRecord, { groupId, memberId: fact.memberId }, value)
    }
    case 'consumer-current':
      return record(
        consumerGroupCurrentMemberAssignmentRecord,
        { groupId, memberId: fact.memberId },
        fact.progress && storedProgress(fact.progress),
      )
    case 'consumer-regex': {
      const value = fact.resolved && {
        topics: fact.resolved.topics,
        version: fact.resolved.version,
        timestamp: fact.resolved.timestampMs,
      }
      return record(consumerGroupRegularExpressionRecord, { groupId, regularExpression: fact.regex }, value)
    }
    case 'consumer-seen':
    case 'consumer-awaited':
      return undefined
  }
}

function record<K, V>(schema: CoordinatorRecord<K, V>, key: K, value: V | undefined): PersistedRecord {
  return {
    kind: 'record',
    key: encodeRecordKey(schema, key),
    value: value === undefined ? null : encodeRecordValue(schema, value),
  }
}

const storedMember = (member: MemberMetadata): RecordValueOf<typeof consumerGroupMemberMetadataRecord> => ({
  instanceId: member.instanceId,
  rackId: member.rackId,
  clientId: member.clientId,
  clientHost: member.clientHost,
  subscribedTopicNames: member.subscribedTopics,
  subscribedTopicRegex: member.subscribedRegex,
  rebalanceTimeoutMs: member.rebalanceTimeoutMs,
  serverAssignor: member.serverAssignor,
  classicMemberMetadata: member.classic && {
    sessionTimeoutMs: member.classic.sessionTimeoutMs,
    supportedProtocols: member.classic.protocols,
  },
})

const storedProgress = (progress: MemberProgress): RecordValueOf<typeof consumerGroupCurrentMemberAssignmentRecord> => ({
  memberEpoch: progress.epoch,
  previousMemberEpoch: progress.previousEpoch,
  state: memberStates.indexOf(progress.state),
  assignedPartitions: storedOwned(progress.assigned),
  partitionsPendingRevocation: storedOwned(progress.pendingRevocation),
})

const storedOwned = (owned: Owned): StoredOwned =>
  [...owned].map(([topicId, partitions]) => ({
    topicId,
    partitions: [...partitions.keys()],
    assignmentEpochs: [...partitions.values()],
  }))

/** Undefined: a record of another kind of group. */
export function consumerFactOf(decoded: GroupRecord): ConsumerFact | undefined {
  switch (decoded.type) {
    case 'ConsumerGroupMetadata': {
      const { key, value } = decoded
      return { kind: 'consumer-epoch', groupId: key.groupId, epoch: value?.epoch, metadataHash: value?.metadataHash ?? 0n }
    }
    case 'ConsumerGroupMemberMetadata':
      return { kind: 'consumer-member', ...decoded.key, member: decoded.value === null ? undefined : memberOf(decoded.value) }
    case 'ConsumerGroupTargetAssignmentMetadata': {
      const { key, value } = decoded
      return {
        kind: 'consumer-target-epoch',
        ...key,
        epoch: value?.assignmentEpoch,
        timestampMs: value?.assignmentTimestamp ?? 0,
      }
    }
    case 'ConsumerGroupTargetAssignmentMember': {
      const { key, value } = decoded
      const target: Target | undefined =
        value === null
          ? undefined
          : new Map(value.topicPartitions.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
      return { kind: 'consumer-target', ...key, target }
    }
    case 'ConsumerGroupCurrentMemberAssignment':
      return {
        kind: 'consumer-current',
        ...decoded.key,
        progress: decoded.value === null ? undefined : progressOf(decoded.value),
      }
    case 'ConsumerGroupRegularExpression': {
      const { groupId, regularExpression: regex } = decoded.key
      const { value } = decoded
      const resolved = value === null ? undefined : { topics: value.topics, version: value.version, timestampMs: value.timestamp }
      return { kind: 'consumer-regex', groupId, regex, resolved }
    }
    default:
      return undefined
  }
}

const memberOf = (value: RecordValueOf<typeof consumerGroupMemberMetadataRecord>): MemberMetadata => ({
  instanceId: value.instanceId,
  rackId: value.rackId,
  clientId: value.clientId,
  clientHost: value.clientHost,
  rebalanceTimeoutMs: value.rebalanceTimeoutMs,
  subscribedTopics: value.subscribedTopicNames,
  subscribedRegex: value.subscribedTopicRegex || null,
  serverAssignor: value.serverAssignor,
  classic: value.classicMemberMetadata && {
    sessionTimeoutMs: value.classicMemberMetadata.sessionTimeoutMs,
    protocols: value.classicMemberMetadata.supportedProtocols,
  },
})

function progressOf(value: RecordValueOf<typeof consumerGroupCurrentMemberAssignmentRecord>): MemberProgress {
  // A state of a newer coordinator: the member must show what it has before it goes on.
  const state: MemberState = memberStates[value.state] ?? 'unrevoked'
  return {
    epoch: value.memberEpoch,
    previousEpoch: value.previousMemberEpoch,
    state,
    assigned: ownedIn(value.assignedPartitions, value.memberEpoch),
    pendingRevocation: ownedIn(value.partitionsPendingRevocation, value.memberEpoch),
  }
}

const ownedIn = (stored: StoredOwned, epoch: number): Owned =>
  new Map(
    stored.map(({ topicId, partitions, assignmentEpochs }) => [
      topicId,
      new Map(partitions.map((partition, at) => [partition, assignmentEpochs?.[at] ?? epoch])),
    ]),
  )
