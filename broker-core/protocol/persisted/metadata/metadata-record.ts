import { Reader } from '../../../base/bytes/reader.ts'
import { WireFormatError } from '../../../base/bytes/wire-format-error.ts'
import { Writer } from '../../../base/bytes/writer.ts'
import { type Message, messageLayout, type MessageOf } from '../../message.ts'
import * as access from './access.ts'
import * as brokers from './brokers.ts'
import * as configs from './configs.ts'
import * as controllers from './controllers.ts'
import * as features from './features.ts'
import * as logControl from './log-control.ts'
import * as producerIds from './producer-ids.ts'
import * as topics from './topics.ts'

/** Every record of the metadata log, by Kafka's name. */
export const metadataRecordSchemas = {
  RegisterBrokerRecord: brokers.registerBrokerRecord,
  UnregisterBrokerRecord: brokers.unregisterBrokerRecord,
  TopicRecord: topics.topicRecord,
  PartitionRecord: topics.partitionRecord,
  ConfigRecord: configs.configRecord,
  PartitionChangeRecord: topics.partitionChangeRecord,
  FenceBrokerRecord: brokers.fenceBrokerRecord,
  UnfenceBrokerRecord: brokers.unfenceBrokerRecord,
  RemoveTopicRecord: topics.removeTopicRecord,
  DelegationTokenRecord: access.delegationTokenRecord,
  UserScramCredentialRecord: access.userScramCredentialRecord,
  FeatureLevelRecord: features.featureLevelRecord,
  ClientQuotaRecord: configs.clientQuotaRecord,
  ProducerIdsRecord: producerIds.producerIdsRecord,
  BrokerRegistrationChangeRecord: brokers.brokerRegistrationChangeRecord,
  AccessControlEntryRecord: access.accessControlEntryRecord,
  RemoveAccessControlEntryRecord: access.removeAccessControlEntryRecord,
  NoOpRecord: logControl.noOpRecord,
  ZkMigrationStateRecord: features.zkMigrationStateRecord,
  RemoveUserScramCredentialRecord: access.removeUserScramCredentialRecord,
  BeginTransactionRecord: logControl.beginTransactionRecord,
  EndTransactionRecord: logControl.endTransactionRecord,
  AbortTransactionRecord: logControl.abortTransactionRecord,
  RemoveDelegationTokenRecord: access.removeDelegationTokenRecord,
  RegisterControllerRecord: controllers.registerControllerRecord,
  ClearElrRecord: topics.clearElrRecord,
  UnregisterControllerRecord: controllers.unregisterControllerRecord,
} as const

export type MetadataRecordType = keyof typeof metadataRecordSchemas
export type MetadataRecordData<N extends MetadataRecordType> = MessageOf<(typeof metadataRecordSchemas)[N]>

/** One record with the version it is (or was) written in; a union told apart by `type`. */
export type MetadataRecord = {
  [N in MetadataRecordType]: { readonly type: N; readonly version: number; readonly data: MetadataRecordData<N> }
}[MetadataRecordType]

const schemas: Readonly<Record<string, Message<unknown>>> = metadataRecordSchemas
const typesByKey: ReadonlyMap<number, MetadataRecordType> = new Map(
  (Object.keys(metadataRecordSchemas) as MetadataRecordType[]).map(type => [schemas[type]?.key as number, type]),
)

/** Makes a record; fields left out have their defaults, which for changes mean "as it was". The version is the newest by default. */
export function metadataRecord<N extends MetadataRecordType>(
  type: N,
  data: Partial<MetadataRecordData<N>>,
  version: number = metadataRecordSchemas[type].versions[1],
): Extract<MetadataRecord, { readonly type: N }> {
  const zero = schemas[type]?.body.zero as object
  // The compiler does not connect N with its member of the union.
  return { type, version, data: { ...zero, ...data } } as unknown as Extract<MetadataRecord, { readonly type: N }>
}

const frameVersion = 1

/** The record's value in the log: unsigned varints frame version 1, type and version, then the message. There are no keys. */
export function encodeMetadataRecord(record: MetadataRecord): Uint8Array {
  const schema = schemas[record.type] as Message<unknown>
  const to = new Writer()
  to.unsignedVarint(frameVersion)
  to.unsignedVarint(schema.key as number)
  to.unsignedVarint(record.version)
  messageLayout(schema, record.version).write(to, record.data)
  return to.finishBytes()
}

/**
 * Reads a record's value. Byte fields are views on it. Throws WireFormatError for types and versions that are not known, and for
 * bytes left over: a metadata log that is not understood wholly must not be acted on.
 */
export function decodeMetadataRecord(value: Uint8Array): MetadataRecord {
  const from = new Reader(value)
  const frame = from.unsignedVarint()
  if (frame !== frameVersion) from.fail(`metadata record in frame version ${frame}`)
  const key = from.unsignedVarint()
  const version = from.unsignedVarint()
  const type = typesByKey.get(key)
  if (type === undefined) throw new WireFormatError(`metadata record of unknown type ${key}`)
  const data = messageLayout(schemas[type] as Message<unknown>, version).read(from)
  if (from.remaining() > 0) from.fail(`${from.remaining()} bytes behind a ${type}`)
  return { type, version, data } as MetadataRecord
}
