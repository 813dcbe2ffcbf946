import { errorName } from '../../model/kafka-errors.ts'
import type { TopicPartition } from '../../model/ids.ts'
import { pause } from '../cancel.ts'
import { KafkaClientError } from '../client-error.ts'
import { type Assignment, type AssignorName, assignors } from './assignors.ts'
import {
  type GroupWire,
  type JoinedMember,
  partitionsIn,
  sendHeartbeat,
  sendJoin,
  sendLeave,
  sendSync,
  subscriptionsIn,
} from './classic-requests.ts'
import { type MemberIdentity, type Membership, type MembershipEvents, without } from './membership.ts'

/** Why a round of the protocol ended without an assignment; all but `fatal` begin again. */
type Round = { readonly assignment: readonly TopicPartition[] } | { readonly again: 'keep' | 'lost' }

/** JoinGroup, SyncGroup, Heartbeat: the members assign among themselves. */
export class ClassicMembership implements Membership {
  readonly #wire: GroupWire
  #member: JoinedMember = { memberId: '', generation: -1, protocolName: '' }
  #isLeader = false
  #owned: readonly TopicPartition[] = []

  constructor(wire: GroupWire) {
    this.#wire = wire
  }

  identity(): MemberIdentity {
    const { memberId, generation, protocolName } = this.#member
    return { memberId, generation, assignor: protocolName, isLeader: this.#isLeader }
  }

  async run(events: MembershipEvents): Promise<void> {
    while (!events.signal.aborted) {
      events.joining()
      const round = await this.#patiently(events, () => this.#join(events))
      if ('again' in round) {
        if (round.again === 'lost') await this.#loseAll(events)
        continue
      }
      const mustRejoin = await this.#take(round.assignment, events)
      if (!mustRejoin) await this.#stayAlive(events)
    }
  }

  async leave(): Promise<void> {
    // A static member stays in the group: it is expected back (KIP-345).
    if (this.#member.memberId === '' || this.#wire.settings.instanceId !== null) return
    await sendLeave(this.#wire, this.#member.memberId, 'the consumer stops')
  }

  /** Repeats what a moved coordinator or a broken connection interrupts, for as long as it takes. */
  #patiently<T>(events: MembershipEvents, attempt: () => Promise<T>): Promise<T> {
    const { client } = this.#wire
    const telling = () =>
      attempt().catch((error: unknown) => {
        if (error instanceof KafkaClientError && error.code !== 'CANCELLED') events.trouble(error)
        throw error
      })
    return client.retry(telling, { timeoutMs: Number.POSITIVE_INFINITY, signal: events.signal })
  }

  #failure(code: number): KafkaClientError {
    return new KafkaClientError(errorName(code), { group: this.#wire.settings.groupId })
  }

  async #join(events: MembershipEvents): Promise<Round> {
    // Under the eager protocol everything is given up before the group is reassigned.
    if (!this.#isCooperative() && this.#owned.length > 0) await this.#revoke(this.#owned, events)
    const { memberId, generation } = this.#member
    const reply = await sendJoin(this.#wire, { memberId, owned: this.#owned, generation }, events.signal)
    switch (errorName(reply.errorCode)) {
      case 'NONE':
        break
      case 'MEMBER_ID_REQUIRED':
        this.#member = { ...this.#member, memberId: reply.memberId }
        return { again: 'keep' }
      case 'UNKNOWN_MEMBER_ID':
        this.#forgetMember()
        return { again: 'lost' }
      default:
        throw this.#failure(reply.errorCode)
    }
    this.#member = { memberId: reply.memberId, generation: reply.generationId, protocolName: reply.protocolName ?? '' }
    this.#isLeader = reply.leader === reply.memberId
    const assignment = this.#isLeader && !reply.skipAssignment ? await this.#assign(reply.members) : new Map()
    return this.#sync(assignment, events)
  }

  #isCooperative(): boolean {
    const names = this.#wire.settings.assignors
    return names.every(name => assignors[name].isCooperative)
  }

  async #assign(members: Parameters<typeof subscriptionsIn>[0]): Promise<Assignment> {
    const subscriptions = subscriptionsIn(members)
    const topics = [...new Set(subscriptions.flatMap(it => it.topics))].sort()
    const cluster = await this.#wire.client.refresh(topics)
    const counts = topics.map(topic => [topic, cluster.topics.get(topic)?.partitions.length ?? 0] as const)
    const assignor = assignors[this.#member.protocolName as AssignorName]
    return assignor.assign(subscriptions, new Map(counts.filter(([, count]) => count > 0)))
  }

  async #sync(assignment: Assignment, events: MembershipEvents): Promise<Round> {
    const reply = await sendSync(this.#wire, this.#member, assignment, events.signal)
    switch (errorName(reply.errorCode)) {
      case 'NONE':
        return { assignment: partitionsIn(reply.assignment) }
      case 'REBALANCE_IN_PROGRESS':
        return { again: 'keep' }
      case 'UNKNOWN_MEMBER_ID':
      case 'ILLEGAL_GENERATION':
        this.#forgetMember()
        return { again: 'lost' }
      default:
        throw this.#failure(reply.errorCode)
    }
  }

  /** Takes over what came and gives up what went. True: others wait for what was given up, so the group must assign again. */
  async #take(assignment: readonly TopicPartition[], events: MembershipEvents): Promise<boolean> {
    const gone = without(this.#owned, assignment)
    if (gone.length > 0) await this.#revoke(gone, events)
    this.#owned = assignment
    await events.assigned(assignment)
    return gone.length > 0 && this.#isCooperative()
  }

  async #revoke(partitions: readonly TopicPartition[], events: MembershipEvents): Promise<void> {
    await events.revoke(partitions)
    this.#owned = without(this.#owned, partitions)
  }

  async #loseAll(events: MembershipEvents): Promise<void> {
    const lost = this.#owned
    this.#owned = []
    if (lost.length > 0) await events.lose(lost)
  }

  #forgetMember(): void {
    this.#member = { memberId: '', generation: -1, protocolName: '' }
    this.#isLeader = false
  }

  /** Until the group rebalances, or this member is no longer in it. */
  async #stayAlive(events: MembershipEvents): Promise<void> {
    const { client, settings } = this.#wire
    for (;;) {
      await pause(client.env.timers, settings.heartbeatIntervalMs, events.signal)
      const code = await this.#patiently(events, async () => {
        const answer = await sendHeartbeat(this.#wire, this.#member, events.signal)
        const failure = this.#failure(answer)
        if (failure.retriable) throw failure
        return answer
      })
      switch (errorName(code)) {
        case 'NONE':
          break
        case 'REBALANCE_IN_PROGRESS':
          return
        case 'UNKNOWN_MEMBER_ID':
        case 'ILLEGAL_GENERATION':
          this.#forgetMember()
          return this.#loseAll(events)
        default:
          throw this.#failure(code)
      }
    }
  }
}
