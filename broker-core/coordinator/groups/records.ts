import { WireFormatError } from '../../base/bytes/wire-format-error.ts'
import {
  type CoordinatorRecord,
  encodeRecordKey,
  encodeRecordValue,
  type RecordValueOf,
} from '../../protocol/persisted/coordinator-record.ts'
import { groupMetadataRecord } from '../../protocol/persisted/group/classic-group.ts'
import { decodeGroupRecord, type GroupRecord } from '../../protocol/persisted/group/group-record.ts'
import { offsetCommitRecord } from '../../protocol/persisted/group/offsets.ts'
import type { FactProducer, PersistedFact, PersistedRecord } from '../runtime/machine.ts'
import { consumerFactOf, encodeConsumerFact } from './consumer/records.ts'
import { type ClassicGroup, type ClassicMember, emptyClassicGroup, metadataFor } from './classic/classic-group.ts'
import { subscribedTopicsOf } from './classic/subscribed-topics.ts'
import type { GroupFact, OffsetFact } from './facts.ts'
import type { StoredOffset } from './offsets/offset-store.ts'

/** Kafka writes the newest version without tagged fields, so that older brokers can read the topic. */
const groupMetadataVersion = 3

/** INT-03. Undefined: soft state. */
export function encodeGroupFact(fact: GroupFact): PersistedFact | undefined {
  switch (fact.kind) {
    case 'classic-group':
      if (!fact.stored) return undefined
      return record(groupMetadataRecord, { group: fact.groupId }, fact.group && groupValue(fact.group), groupMetadataVersion)
    case 'offset':
      return offsetRecord(fact)
    case 'transaction-ended':
      return {
        kind: 'marker',
        producer: fact.producer,
        coordinatorEpoch: fact.coordinatorEpoch,
        committed: fact.committed,
      }
    default:
      return encodeConsumerFact(fact)
  }
}

function record<K, V>(schema: CoordinatorRecord<K, V>, key: K, value: V | undefined, version?: number): PersistedRecord {
  return {
    kind: 'record',
    key: encodeRecordKey(schema, key),
    value: value === undefined ? null : encodeRecordValue(schema, value, version),
  }
}

function groupValue(group: ClassicGroup): RecordValueOf<typeof groupMetadataRecord> {
  return {
    protocolType: group.protocolType ?? '',
    generation: group.generationId,
    protocol: group.protocolName,
    leader: group.leaderId,
    currentStateTimestamp: group.stateSinceMs,
    members: [...group.members.values()].map(member => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      rebalanceTimeout: member.rebalanceTimeoutMs,
      sessionTimeout: member.sessionTimeoutMs,
      subscription: metadataFor(member, group.protocolName),
      assignment: member.assignment,
    })),
  }
}

function offsetRecord(fact: OffsetFact): PersistedRecord {
  const { groupId, topic, partition, offset, producer } = fact
  const key = { group: groupId, topic, partition }
  const value = offset && {
    offset: offset.offset,
    leaderEpoch: offset.leaderEpoch,
    metadata: offset.metadata,
    commitTimestamp: offset.commitTimestampMs,
    expireTimestamp: offset.expireTimestampMs,
    topicId: offset.topicId,
  }
  // Only version 1 can say when an offset expires.
  const encoded = record(offsetCommitRecord, key, value, offset !== undefined && offset.expireTimestampMs >= 0 ? 1 : undefined)
  return producer === undefined ? encoded : { ...encoded, producer }
}

/** Undefined: a record that this version does not know, or cannot read; loading passes over it (INT-03). */
export function decodeGroupFact(persisted: PersistedFact): GroupFact | undefined {
  if (persisted.kind === 'marker') {
    const { producer, coordinatorEpoch, committed } = persisted
    return { kind: 'transaction-ended', producer, coordinatorEpoch, committed }
  }
  const decoded = readRecord(persisted)
  if (decoded === undefined) return undefined
  switch (decoded.type) {
    case 'GroupMetadata': {
      const { group: groupId } = decoded.key
      const group = decoded.value === null ? undefined : groupOf(groupId, decoded.value)
      return { kind: 'classic-group', groupId, group, stored: true }
    }
    case 'OffsetCommit':
      return offsetFact(decoded.key, decoded.value, persisted.producer)
    case 'LegacyOffsetCommit':
      return offsetFact(decoded.key, decoded.value && { ...offsetCommitRecord.valueBody.zero, ...decoded.value }, undefined)
    default:
      return consumerFactOf(decoded)
  }
}

function readRecord({ key, value }: PersistedRecord): GroupRecord | undefined {
  try {
    return decodeGroupRecord(key, value)
  } catch (error) {
    if (error instanceof WireFormatError) return undefined
    throw error
  }
}

function offsetFact(
  { group: groupId, topic, partition }: { readonly group: string; readonly topic: string; readonly partition: number },
  value: RecordValueOf<typeof offsetCommitRecord> | null,
  producer: FactProducer | undefined,
): OffsetFact {
  const offset: StoredOffset | undefined =
    value === null
      ? undefined
      : {
          offset: value.offset,
          leaderEpoch: value.leaderEpoch,
          metadata: value.metadata,
          commitTimestampMs: value.commitTimestamp,
          expireTimestampMs: value.expireTimestamp,
          topicId: value.topicId,
        }
  const fact = { kind: 'offset', groupId, topic, partition, offset } as const
  return producer === undefined ? fact : { ...fact, producer }
}

/** GRP-13: a loaded group goes on in its generation. */
function groupOf(groupId: string, value: RecordValueOf<typeof groupMetadataRecord>): ClassicGroup {
  const members = new Map<string, ClassicMember>()
  const staticMembers = new Map<string, string>()
  for (const stored of value.members) {
    members.set(stored.memberId, {
      memberId: stored.memberId,
      groupInstanceId: stored.groupInstanceId,
      clientId: stored.clientId,
      clientHost: stored.clientHost,
      rebalanceTimeoutMs: stored.rebalanceTimeout < 0 ? stored.sessionTimeout : stored.rebalanceTimeout,
      sessionTimeoutMs: stored.sessionTimeout,
      protocols: value.protocol === null ? [] : [{ name: value.protocol, metadata: stored.subscription }],
      assignment: stored.assignment,
      isNew: false,
    })
    if (stored.groupInstanceId !== null) staticMembers.set(stored.groupInstanceId, stored.memberId)
  }
  const group: ClassicGroup = {
    ...emptyClassicGroup(groupId, value.currentStateTimestamp),
    state: members.size === 0 ? 'Empty' : 'Stable',
    protocolType: value.protocolType === '' ? null : value.protocolType,
    protocolName: value.protocol,
    generationId: value.generation,
    leaderId: value.leader,
    members,
    staticMembers,
  }
  return { ...group, subscribedTopics: subscribedTopicsOf(group) }
}
