import { assert } from '../../../base/assert.ts'
import { type Reply, replyTo, type Ticket, type TimerChange } from '../../runtime/machine.ts'
import type { GroupDecision } from '../classic/draft.ts'
import type { GroupCommand } from '../commands.ts'
import type { GroupFact } from '../facts.ts'
import {
  type ConsumerGroup,
  type ConsumerMember,
  emptyConsumerGroup,
  evolveConsumerGroup,
  type MemberMetadata,
  type MemberProgress,
} from './consumer-group.ts'
import type { ConsumerFact } from './facts.ts'

/** A decision on one consumer group in the making: its facts so far, and the group as they leave it. */
export class ConsumerDraft {
  #group: ConsumerGroup
  readonly #facts: GroupFact[] = []
  readonly #replies: Reply[] = []
  readonly #timers: TimerChange<GroupCommand>[] = []
  readonly #heard: TimerChange<GroupCommand>[] = []

  constructor(group: ConsumerGroup | undefined, groupId: string) {
    this.#group = group ?? emptyConsumerGroup(groupId)
  }

  /** What another decision on the same group, of which this is a part, comes to. */
  include({ facts, replies, timers }: Pick<GroupDecision, 'facts' | 'replies' | 'timers'>): void {
    this.#facts.push(...facts)
    this.#replies.push(...replies)
    this.#timers.push(...timers)
  }

  get group(): ConsumerGroup {
    return this.#group
  }

  member(memberId: string): ConsumerMember {
    const member = this.#group.members.get(memberId)
    assert(member !== undefined, 'the member is in the group')
    return member
  }

  emit(fact: ConsumerFact): void {
    this.#facts.push(fact)
    const next = evolveConsumerGroup(this.#group, fact)
    this.#group = next ?? emptyConsumerGroup(this.#group.groupId)
  }

  putMember(memberId: string, { instanceId, rackId, clientId, clientHost, ...rest }: MemberMetadata): void {
    const { rebalanceTimeoutMs, subscribedTopics, subscribedRegex, serverAssignor, classic } = rest
    const asked = { rebalanceTimeoutMs, subscribedTopics, subscribedRegex, serverAssignor, classic }
    const member: MemberMetadata = { instanceId, rackId, clientId, clientHost, ...asked }
    this.emit({ kind: 'consumer-member', groupId: this.#group.groupId, memberId, member })
  }

  putProgress(memberId: string, progress: MemberProgress): void {
    const { epoch, previousEpoch, state, assigned, pendingRevocation } = progress
    const stored = { epoch, previousEpoch, state, assigned, pendingRevocation }
    this.emit({ kind: 'consumer-current', groupId: this.#group.groupId, memberId, progress: stored })
  }

  /** Its tombstones, in Kafka's order, and no more timers. The epoch is the caller's business. */
  removeMember(memberId: string): void {
    const { groupId } = this.#group
    this.emit({ kind: 'consumer-current', groupId, memberId, progress: undefined })
    this.emit({ kind: 'consumer-target', groupId, memberId, target: undefined })
    this.emit({ kind: 'consumer-member', groupId, memberId, member: undefined })
    this.cancelTimers(memberId)
  }

  cancelTimers(memberId: string): void {
    const { groupId } = this.#group
    this.#timers.push(
      { key: sessionKey(groupId, memberId), cancel: true },
      { key: revocationKey(groupId, memberId), cancel: true },
      { key: rejoinKey(groupId, memberId), cancel: true },
    )
  }

  bumpEpoch(metadataHash = this.#group.metadataHash): void {
    const { groupId, epoch } = this.#group
    this.emit({ kind: 'consumer-epoch', groupId, epoch: epoch + 1, metadataHash })
  }

  sessionTimer(memberId: string, delayMs: number): void {
    this.#timers.push(this.#session(memberId, delayMs))
  }

  /** CG-06: the session of a member that was there before starts anew, whether or not the log takes what comes of its request. */
  heardOf(memberId: string, delayMs: number): void {
    this.#timers.push(this.#session(memberId, delayMs))
    this.#heard.push(this.#session(memberId, delayMs))
  }

  #session(memberId: string, delayMs: number): TimerChange<GroupCommand> {
    const { groupId } = this.#group
    const command = { kind: 'consumer-session-expired', groupId, memberId } as const
    return { key: sessionKey(groupId, memberId), delayMs, command }
  }

  /** CG-06; undefined: nothing is to be given up any more. */
  revocationTimer(memberId: string, delayMs: number | undefined): void {
    const { groupId } = this.#group
    const key = revocationKey(groupId, memberId)
    if (delayMs === undefined) {
      this.#timers.push({ key, cancel: true })
      return
    }
    const memberEpoch = this.member(memberId).epoch
    this.#timers.push({ key, delayMs, command: { kind: 'consumer-revocation-expired', groupId, memberId, memberEpoch } })
  }

  /** CG-11: how long a classic member may take to come back; undefined: it did. */
  rejoinTimer(memberId: string, delayMs: number | undefined): void {
    const { groupId } = this.#group
    const key = rejoinKey(groupId, memberId)
    if (delayMs === undefined) this.#timers.push({ key, cancel: true })
    else this.#timers.push({ key, delayMs, command: { kind: 'consumer-session-expired', groupId, memberId } })
    this.emit({ kind: 'consumer-awaited', groupId, memberId, isAwaited: delayMs !== undefined })
  }

  reply<Value>(ticket: Ticket<Value>, value: NoInfer<Value>): void {
    this.#replies.push(replyTo(ticket, value))
  }

  decision(): GroupDecision {
    return { facts: this.#facts, replies: this.#replies, timers: this.#timers, heard: this.#heard, effects: [] }
  }
}

const sessionKey = (groupId: string, memberId: string): string => `consumer-session\0${groupId}\0${memberId}`
const rejoinKey = (groupId: string, memberId: string): string => `consumer-rejoin\0${groupId}\0${memberId}`
const revocationKey = (groupId: string, memberId: string): string => `consumer-revocation\0${groupId}\0${memberId}`
