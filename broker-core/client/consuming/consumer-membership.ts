import { uuidFromRandom, zeroUuid } from '../../base/bytes/uuid.ts'
import type { TopicPartition } from '../../model/ids.ts'
import { errorName } from '../../model/kafka-errors.ts'
import { consumerGroupHeartbeat } from '../../protocol/messages/68-consumer-group-heartbeat.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { groupByTopic } from '../admin/group-by-topic.ts'
import { pause } from '../cancel.ts'
import { KafkaClientError } from '../client-error.ts'
import type { SendOptions } from '../kafka-client.ts'
import type { GroupWire } from './classic-requests.ts'
import { type MemberIdentity, type Membership, type MembershipEvents, without } from './membership.ts'

type Reply = ResponseOf<typeof consumerGroupHeartbeat>

const leaveEpoch = -1
const leaveForNowEpoch = -2

/** One request for everything (KIP-848): the broker assigns, the member says what it holds. */
export class ConsumerMembership implements Membership {
  readonly #wire: GroupWire
  readonly #memberId: string
  #epoch = 0
  #owned: readonly TopicPartition[] = []
  /** What the broker was told last; it is told again only when that changed. Undefined: it is to be told everything. */
  #told: readonly TopicPartition[] | undefined
  #intervalMs: number

  constructor(wire: GroupWire) {
    this.#wire = wire
    this.#intervalMs = wire.settings.heartbeatIntervalMs
    this.#memberId = uuidFromRandom(wire.client.env.random.bytes(16))
  }

  identity(): MemberIdentity {
    const assignor = this.#wire.settings.serverAssignor ?? ''
    return { memberId: this.#memberId, generation: this.#epoch, assignor, isLeader: false }
  }

  async run(events: MembershipEvents): Promise<void> {
    events.joining()
    while (!events.signal.aborted) {
      const reply = await this.#beat(events)
      if (reply === undefined) continue
      const changed = await this.#follow(reply, events)
      // What was given up and taken over is told at once: others wait for it.
      if (!changed) await pause(this.#wire.client.env.timers, this.#intervalMs, events.signal)
    }
  }

  async leave(): Promise<void> {
    if (this.#epoch === 0) return
    const isStatic = this.#wire.settings.instanceId !== null
    await this.#send({ memberEpoch: isStatic ? leaveForNowEpoch : leaveEpoch }, { timeoutMs: 3_000 })
  }

  /** Undefined: the member was removed, and begins anew. */
  async #beat(events: MembershipEvents): Promise<Reply | undefined> {
    const { client, settings } = this.#wire
    const attempt = async (): Promise<Reply> => {
      const reply = await this.#send(this.#news(), { lane: this.#wire.lane, signal: events.signal })
      const failure = new KafkaClientError(errorName(reply.errorCode), { group: settings.groupId }, reply.errorMessage)
      // The earlier holder of a static id is still there for a moment.
      if (failure.retriable || failure.code === 'UNRELEASED_INSTANCE_ID')
        throw new KafkaClientError('COORDINATOR_NOT_AVAILABLE', failure.place, failure.detail)
      return reply
    }
    const telling = () =>
      attempt().catch((error: unknown) => {
        if (error instanceof KafkaClientError && error.code !== 'CANCELLED') events.trouble(error)
        // The broker may have missed what it was told.
        this.#told = undefined
        throw error
      })
    const reply = await client.retry(telling, { timeoutMs: Number.POSITIVE_INFINITY, signal: events.signal })
    switch (errorName(reply.errorCode)) {
      case 'NONE':
        return reply
      case 'FENCED_MEMBER_EPOCH':
      case 'UNKNOWN_MEMBER_ID':
        await this.#startAnew(events)
        return undefined
      default:
        throw new KafkaClientError(errorName(reply.errorCode), { group: settings.groupId }, reply.errorMessage)
    }
  }

  async #startAnew(events: MembershipEvents): Promise<void> {
    const lost = this.#owned
    this.#epoch = 0
    this.#owned = []
    this.#told = undefined
    events.joining()
    if (lost.length > 0) await events.lose(lost)
  }

  /**
   * Everything when joining and after a failure, otherwise only what changed. The broker answers with the assignment when it changes or
   * when it is told everything (CG-08): a member that missed the answer would never hear of it otherwise.
   */
  #news(): Partial<typeof consumerGroupHeartbeat.request.zero> {
    const { settings } = this.#wire
    const isWhole = this.#told === undefined
    const owned = this.#toldAlready() ? {} : { topicPartitions: this.#ownedById() }
    this.#told = this.#owned
    const { topics: subscribedTopicNames, rebalanceTimeoutMs, serverAssignor } = settings
    return {
      memberEpoch: this.#epoch,
      ...owned,
      ...(isWhole ? { subscribedTopicNames, rebalanceTimeoutMs, serverAssignor } : {}),
    }
  }

  #toldAlready(): boolean {
    const told = this.#told
    return told !== undefined && without(told, this.#owned).length === 0 && without(this.#owned, told).length === 0
  }

  #ownedById() {
    const { topics } = this.#wire.client.cluster()
    return groupByTopic(this.#owned).map(([topic, some]) => ({
      topicId: topics.get(topic)?.topicId ?? zeroUuid,
      partitions: some.map(it => it.partition),
    }))
  }

  #send(news: Partial<typeof consumerGroupHeartbeat.request.zero>, options: SendOptions): Promise<Reply> {
    const { client, settings } = this.#wire
    const body = {
      ...consumerGroupHeartbeat.request.zero,
      groupId: settings.groupId,
      memberId: this.#memberId,
      instanceId: settings.instanceId,
      rebalanceTimeoutMs: -1,
      subscribedTopicNames: null,
      topicPartitions: null,
      ...news,
    }
    const destination = { to: 'coordinator', of: 'group', key: settings.groupId } as const
    return client.send(consumerGroupHeartbeat, body, destination, options)
  }

  /** First gives up, then takes over. True when anything changed. */
  async #follow(reply: Reply, events: MembershipEvents): Promise<boolean> {
    this.#epoch = reply.memberEpoch
    if (reply.heartbeatIntervalMs > 0) this.#intervalMs = reply.heartbeatIntervalMs
    if (reply.assignment === null) return false
    const target = await this.#named(reply.assignment.topicPartitions)
    const gone = without(this.#owned, target)
    const come = without(target, this.#owned)
    if (gone.length > 0) {
      await events.revoke(gone)
      this.#owned = without(this.#owned, gone)
    }
    if (come.length > 0 || gone.length > 0) {
      this.#owned = target
      await events.assigned(target)
      return true
    }
    if (target.length === 0) await events.assigned(target)
    return false
  }

  /** Assignments name topics by id. */
  async #named(
    assigned: readonly { readonly topicId: string; readonly partitions: readonly number[] }[],
  ): Promise<readonly TopicPartition[]> {
    const { client, settings } = this.#wire
    const names = () => new Map([...client.cluster().topics.values()].map(it => [it.topicId, it.name]))
    if (assigned.some(it => !names().has(it.topicId))) await client.refresh(settings.topics)
    const known = names()
    return assigned.flatMap(({ topicId, partitions }) => {
      const topic = known.get(topicId)
      return topic === undefined ? [] : partitions.map(partition => ({ topic, partition }))
    })
  }
}
