import type {
  ConsumerHeartbeatCommand,
  ConsumerHeartbeatReply,
  TopicIdPartitions,
} from '../../../../broker-core/coordinator/groups/consumer/commands.ts'
import type { GroupSettings } from '../../../../broker-core/coordinator/groups/settings.ts'
import { groupGround, type GroupGround, groupId, now } from './group-ground.ts'

export async function consumerGround(settings: Partial<GroupSettings> = {}): Promise<GroupGround> {
  const at = await groupGround(settings)
  at.metadata.put('orders', 6)
  return at
}

type Wishes = Partial<Omit<ConsumerHeartbeatCommand, 'kind' | 'ticket' | 'freshId'>> & { readonly apiVersion?: number }

export const beat = (at: GroupGround, wishes: Wishes): Promise<ConsumerHeartbeatReply> =>
  now(
    at,
    at.coordinator.consumerHeartbeat({
      groupId,
      memberId: 'm1',
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      subscribedTopicRegex: null,
      serverAssignor: null,
      ownedPartitions: null,
      ...wishes,
      caller: { clientId: 'client', clientHost: '/127.0.0.1', apiVersion: wishes.apiVersion ?? 1 },
    }),
  )

export const joinWishes = {
  memberEpoch: 0,
  rebalanceTimeoutMs: 30_000,
  subscribedTopicNames: ['orders'],
  ownedPartitions: [],
} as const

/** A member that behaves: it takes what it is given, gives up what it is no longer given, and reports what it has. */
export class Consumer {
  readonly at: GroupGround
  readonly memberId: string
  epoch = 0
  /** By topic id. */
  owned = new Map<string, Set<number>>()
  wishes: Wishes
  /** After an answer that never came a member says everything again. */
  isUnsure = false

  constructor(at: GroupGround, memberId: string, wishes: Wishes = {}) {
    this.at = at
    this.memberId = memberId
    this.wishes = wishes
  }

  get reported(): readonly TopicIdPartitions[] {
    return [...this.owned].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions] }))
  }

  get count(): number {
    return [...this.owned.values()].reduce((sum, partitions) => sum + partitions.size, 0)
  }

  partitions(topic = 'orders'): number[] {
    const topicId = this.at.metadata.topic(topic)?.topicId ?? ''
    return [...(this.owned.get(topicId) ?? [])].toSorted((a, b) => a - b)
  }

  /** One heartbeat. A fenced member gives up everything and begins anew. */
  async beat(): Promise<ConsumerHeartbeatReply> {
    const isFull = this.epoch === 0 || this.isUnsure
    const full = { ...joinWishes, ...this.wishes, ownedPartitions: this.reported }
    const request = isFull ? full : { ownedPartitions: this.reported }
    this.isUnsure = false
    const reply = await beat(this.at, { ...request, memberId: this.memberId, memberEpoch: this.epoch })
    if (reply.error === 'FENCED_MEMBER_EPOCH' || reply.error === 'UNKNOWN_MEMBER_ID') {
      this.epoch = 0
      this.owned.clear()
    } else if (reply.error === 'NONE') {
      this.epoch = reply.memberEpoch
      if (reply.assignment !== null) {
        this.owned = new Map(reply.assignment.map(({ topicId, partitions }) => [topicId, new Set(partitions)]))
      }
    }
    return reply
  }

  leave(): Promise<ConsumerHeartbeatReply> {
    this.owned.clear()
    return beat(this.at, { memberId: this.memberId, memberEpoch: -1 })
  }
}

/** Everybody heartbeats until nobody's epoch or partitions change. */
export async function converge(...members: readonly Consumer[]): Promise<void> {
  for (let round = 0; round < 20; round++) {
    const before = members.map(member => `${member.epoch} ${JSON.stringify(member.reported)}`).join()
    for (const member of members) await member.beat()
    if (members.map(member => `${member.epoch} ${JSON.stringify(member.reported)}`).join() === before) return
  }
  throw new Error('the group does not settle')
}

export async function describeGroup(at: GroupGround) {
  const described = await now(at, at.coordinator.describeConsumerGroup(groupId))
  if (described === undefined || typeof described === 'string') throw new Error(`no such group: ${described}`)
  return described
}
