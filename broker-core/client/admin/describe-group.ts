import type { TopicPartition } from '../../model/ids.ts'
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/embedded/consumer-protocol.ts'
import { decodeVersionedLeniently } from '../../protocol/message.ts'
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts'
import { consumerGroupDescribe } from '../../protocol/messages/69-consumer-group-describe.ts'
import { shareGroupDescribe } from '../../protocol/messages/77-share-group-describe.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { KafkaClientError, throwOnError } from '../client-error.ts'
import type { KafkaClient, RetryOptions } from '../kafka-client.ts'
import { signalOf } from './controller-call.ts'
import type { GroupType } from './groups.ts'

export interface GroupMember {
  readonly memberId: string
  /** Set for static members. */
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly rackId: string | null
  readonly subscribedTopics: readonly string[]
  readonly subscribedPattern: string | null
  readonly assignment: readonly TopicPartition[]
  /** What it shall have once it gave up and took over what is to move; null in classic groups. */
  readonly targetAssignment: readonly TopicPartition[] | null
  /** -1 in classic groups. */
  readonly memberEpoch: number
}

export interface GroupDescription {
  readonly groupId: string
  readonly type: GroupType
  readonly state: string
  readonly protocolType: string
  /** Assignor: `range`, `cooperative-sticky`, `uniform`; empty for none. */
  readonly assignor: string
  /** -1 in classic groups. */
  readonly groupEpoch: number
  readonly assignmentEpoch: number
  readonly members: readonly GroupMember[]
  readonly coordinatorId: number
}

/**
 * One group, whatever its kind: a broker asked for the wrong kind says so, and is asked for the next one. Throws GROUP_ID_NOT_FOUND, or
 * GROUP_AUTHORIZATION_FAILED. A classic group that does not exist is described by older brokers as `Dead`.
 */
export async function describeGroup(
  client: KafkaClient,
  groupId: string,
  options: RetryOptions & { readonly type?: GroupType } = {},
): Promise<GroupDescription> {
  const kinds = [describeConsumer, describeClassic, describeShare]
  const order = options.type === 'classic' ? [describeClassic, describeConsumer, describeShare] : kinds
  let failure: unknown
  for (const describe of order) {
    try {
      return await client.retry(() => describe(client, groupId, options), options)
    } catch (error) {
      if (!(error instanceof KafkaClientError) || !otherKind.has(error.code)) throw error
      if (failure === undefined || error.code === 'GROUP_ID_NOT_FOUND') failure = error
    }
  }
  throw failure
}

const otherKind: ReadonlySet<string> = new Set(['GROUP_ID_NOT_FOUND', 'UNSUPPORTED_VERSION', 'INVALID_REQUEST'])

type Describe = (client: KafkaClient, groupId: string, options: RetryOptions) => Promise<GroupDescription>

const coordinatorOf = (groupId: string) => ({ to: 'coordinator', of: 'group', key: groupId }) as const

const describeConsumer: Describe = async (client, groupId, options) => {
  const body = { groupIds: [groupId], includeAuthorizedOperations: false }
  const reply = await client.send(consumerGroupDescribe, body, coordinatorOf(groupId), signalOf(options))
  const group = reply.groups[0]
  throwOnError(group?.errorCode ?? -1, { api: consumerGroupDescribe.name, group: groupId }, group?.errorMessage)
  return epochGroup('consumer', group as NonNullable<typeof group>, await client.coordinator('group', groupId))
}

const describeShare: Describe = async (client, groupId, options) => {
  const body = { groupIds: [groupId], includeAuthorizedOperations: false }
  const reply = await client.send(shareGroupDescribe, body, coordinatorOf(groupId), signalOf(options))
  const group = reply.groups[0]
  throwOnError(group?.errorCode ?? -1, { api: shareGroupDescribe.name, group: groupId }, group?.errorMessage)
  return epochGroup('share', group as NonNullable<typeof group>, await client.coordinator('group', groupId))
}

type EpochGroup =
  | ResponseOf<typeof consumerGroupDescribe>['groups'][number]
  | ResponseOf<typeof shareGroupDescribe>['groups'][number]
type EpochAssignment = EpochGroup['members'][number]['assignment']

function epochGroup(type: 'consumer' | 'share', group: EpochGroup, coordinatorId: number): GroupDescription {
  return {
    groupId: group.groupId,
    type,
    state: group.groupState,
    protocolType: type,
    assignor: group.assignorName,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    members: group.members.map(member => ({
      memberId: member.memberId,
      instanceId: 'instanceId' in member ? member.instanceId : null,
      clientId: member.clientId,
      host: member.clientHost,
      rackId: member.rackId,
      subscribedTopics: member.subscribedTopicNames,
      subscribedPattern: 'subscribedTopicRegex' in member ? member.subscribedTopicRegex : null,
      assignment: partitionsOf(member.assignment),
      targetAssignment: 'targetAssignment' in member ? partitionsOf(member.targetAssignment) : null,
      memberEpoch: member.memberEpoch,
    })),
    coordinatorId,
  }
}

const partitionsOf = (assignment: EpochAssignment): readonly TopicPartition[] =>
  assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
    partitions.map(partition => ({ topic: topicName, partition })),
  )

const describeClassic: Describe = async (client, groupId, options) => {
  const body = { groups: [groupId], includeAuthorizedOperations: false }
  const reply = await client.send(describeGroups, body, coordinatorOf(groupId), signalOf(options))
  const group = reply.groups[0]
  throwOnError(group?.errorCode ?? -1, { api: describeGroups.name, group: groupId }, group?.errorMessage)
  return classicGroup(group as NonNullable<typeof group>, await client.coordinator('group', groupId))
}

type ClassicGroup = ResponseOf<typeof describeGroups>['groups'][number]

function classicGroup(group: ClassicGroup, coordinatorId: number): GroupDescription {
  return {
    groupId: group.groupId,
    type: 'classic',
    state: group.groupState,
    protocolType: group.protocolType,
    assignor: group.protocolData,
    groupEpoch: -1,
    assignmentEpoch: -1,
    members: group.members.map(member => classicMember(member, group.protocolType)),
    coordinatorId,
  }
}

function classicMember(member: ClassicGroup['members'][number], protocolType: string): GroupMember {
  const subscription = readSubscription(member.memberMetadata, protocolType)
  return {
    memberId: member.memberId,
    instanceId: member.groupInstanceId,
    clientId: member.clientId,
    host: member.clientHost,
    rackId: subscription?.rackId ?? null,
    subscribedTopics: subscription?.topics ?? [],
    subscribedPattern: null,
    assignment: readAssignment(member.memberAssignment, protocolType),
    targetAssignment: null,
    memberEpoch: -1,
  }
}

/** Only groups of type `consumer` carry Kafka's embedded protocol, and some clients write it wrongly: unreadable is empty. */
function readSubscription(bytes: Uint8Array, protocolType: string) {
  return protocolType === 'consumer' && bytes.length > 0
    ? attempt(() => decodeVersionedLeniently(consumerProtocolSubscription, bytes))
    : undefined
}

export function readAssignment(bytes: Uint8Array, protocolType: string): readonly TopicPartition[] {
  if (protocolType !== 'consumer' || bytes.length === 0) return []
  const assignment = attempt(() => decodeVersionedLeniently(consumerProtocolAssignment, bytes))
  return (assignment?.assignedPartitions ?? []).flatMap(({ topic, partitions }) =>
    partitions.map(partition => ({ topic, partition })),
  )
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
