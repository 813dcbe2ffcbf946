import type { TopicPartition } from '../../model/ids.ts'
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/embedded/consumer-protocol.ts'
import { decodeVersionedLeniently, encodeVersioned } from '../../protocol/message.ts'
import { joinGroup } from '../../protocol/messages/11-join-group.ts'
import { heartbeat } from '../../protocol/messages/12-heartbeat.ts'
import { leaveGroup } from '../../protocol/messages/13-leave-group.ts'
import { syncGroup } from '../../protocol/messages/14-sync-group.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { readAssignment } from '../admin/describe-group.ts'
import { groupByTopic } from '../admin/group-by-topic.ts'
import type { CancelSignal } from '../cancel.ts'
import type { KafkaClient, SendOptions } from '../kafka-client.ts'
import type { Assignment, MemberSubscription } from './assignors.ts'
import type { ConsumerSettings } from './consumer-options.ts'

export const protocolType = 'consumer'

/** A connection of its own: JoinGroup and SyncGroup wait for the other members. */
export interface GroupWire {
  readonly client: KafkaClient
  readonly settings: ConsumerSettings
  readonly lane: string
}

const coordinatorOf = ({ settings }: GroupWire) => ({ to: 'coordinator', of: 'group', key: settings.groupId }) as const

/** How much later than the broker's own limit the client gives up. */
const graceMs = 5_000

const subscriptionVersion = 3
const assignmentVersion = 1

export function sendJoin(
  wire: GroupWire,
  member: { readonly memberId: string; readonly owned: readonly TopicPartition[]; readonly generation: number },
  signal: CancelSignal,
): Promise<ResponseOf<typeof joinGroup>> {
  const { client, settings } = wire
  const metadata = encodeVersioned(consumerProtocolSubscription, subscriptionVersion, {
    ...consumerProtocolSubscription.body.zero,
    topics: settings.topics,
    ownedPartitions: groupByTopic(member.owned).map(([topic, some]) => ({ topic, partitions: some.map(it => it.partition) })),
    generationId: member.generation,
    rackId: null,
  })
  const body = {
    ...joinGroup.request.zero,
    groupId: settings.groupId,
    sessionTimeoutMs: settings.sessionTimeoutMs,
    rebalanceTimeoutMs: settings.rebalanceTimeoutMs,
    memberId: member.memberId,
    groupInstanceId: settings.instanceId,
    protocolType,
    protocols: settings.assignors.map(name => ({ name, metadata })),
  }
  const options: SendOptions = { lane: wire.lane, signal, timeoutMs: settings.rebalanceTimeoutMs + graceMs }
  return client.send(joinGroup, body, coordinatorOf(wire), options)
}

/** The subscriptions that the leader is given to assign by. */
export function subscriptionsIn(members: ResponseOf<typeof joinGroup>['members']): readonly MemberSubscription[] {
  return members.map(({ memberId, groupInstanceId, metadata }) => {
    const subscription = decodeVersionedLeniently(consumerProtocolSubscription, metadata)
    return {
      memberId,
      instanceId: groupInstanceId,
      topics: subscription.topics,
      owned: subscription.ownedPartitions.flatMap(({ topic, partitions }) => partitions.map(partition => ({ topic, partition }))),
      generation: subscription.generationId,
    }
  })
}

export interface JoinedMember {
  readonly memberId: string
  readonly generation: number
  readonly protocolName: string
}

/** `assignment` comes from the leader only; empty for the others. */
export function sendSync(
  wire: GroupWire,
  member: JoinedMember,
  assignment: Assignment,
  signal: CancelSignal,
): Promise<ResponseOf<typeof syncGroup>> {
  const { client, settings } = wire
  const body = {
    groupId: settings.groupId,
    generationId: member.generation,
    memberId: member.memberId,
    groupInstanceId: settings.instanceId,
    protocolType,
    protocolName: member.protocolName,
    assignments: [...assignment].map(([memberId, partitions]) => ({ memberId, assignment: assignmentBytes(partitions) })),
  }
  const options: SendOptions = { lane: wire.lane, signal, timeoutMs: settings.rebalanceTimeoutMs + graceMs }
  return client.send(syncGroup, body, coordinatorOf(wire), options)
}

function assignmentBytes(partitions: readonly TopicPartition[]): Uint8Array {
  const assignedPartitions = groupByTopic(partitions).map(([topic, some]) => ({
    topic,
    partitions: some.map(it => it.partition),
  }))
  return encodeVersioned(consumerProtocolAssignment, assignmentVersion, { assignedPartitions, userData: null })
}

export const partitionsIn = (assignment: Uint8Array): readonly TopicPartition[] => readAssignment(assignment, protocolType)

export async function sendHeartbeat(wire: GroupWire, member: JoinedMember, signal: CancelSignal): Promise<number> {
  const { client, settings } = wire
  const body = {
    groupId: settings.groupId,
    generationId: member.generation,
    memberId: member.memberId,
    groupInstanceId: settings.instanceId,
  }
  const reply = await client.send(heartbeat, body, coordinatorOf(wire), { lane: wire.lane, signal })
  return reply.errorCode
}

export async function sendLeave(wire: GroupWire, memberId: string, reason: string): Promise<void> {
  const { client, settings } = wire
  const members = [{ memberId, groupInstanceId: settings.instanceId, reason }]
  const zero = leaveGroup.request.zero
  await client.send(
    leaveGroup,
    version => ({ ...zero, groupId: settings.groupId, ...(version < 3 ? { memberId } : { members }) }),
    coordinatorOf(wire),
    // Not on the member's own lane: a JoinGroup may still wait there, and everything behind it.
    { timeoutMs: 3_000 },
  )
}
