import type { JoinReply, SyncReply } from '../../../../broker-core/coordinator/groups/classic/classic-group.ts'
import { type GroupCoordinator, startGroupCoordinator } from '../../../../broker-core/coordinator/groups/group-coordinator.ts'
import { defaultGroupSettings, type GroupSettings } from '../../../../broker-core/coordinator/groups/settings.ts'
import type { KafkaErrorName } from '../../../../broker-core/model/kafka-errors.ts'
import { consumerProtocolSubscription } from '../../../../broker-core/protocol/embedded/consumer-protocol.ts'
import { encodeVersioned } from '../../../../broker-core/protocol/message.ts'
import { type Ground, ground, MemoryFactLog } from '../ground.ts'

export const groupId = 'readers'

export interface GroupGround extends Ground {
  readonly settings: GroupSettings
  log: Ground['log']
  /** The log of the one partition, in the present leader epoch. */
  facts: MemoryFactLog
  coordinator: GroupCoordinator
  /** Another broker becomes the coordinator and loads what is in the log. */
  failover(options?: { readonly withUncommitted: boolean; readonly settings?: Partial<GroupSettings> }): Promise<void>
}

export async function groupGround(settings: Partial<GroupSettings> = {}): Promise<GroupGround> {
  const base = ground()
  const all = { ...defaultGroupSettings, ...settings }
  const start = async (facts: MemoryFactLog, changed: Partial<GroupSettings> = {}): Promise<GroupCoordinator> => {
    const coordinator = startGroupCoordinator(base, { ...all, ...changed })
    coordinator.leadership.elected(facts)
    await base.time.settle()
    return coordinator
  }
  const facts = new MemoryFactLog(0, 1)
  const it: GroupGround = {
    ...base,
    settings: all,
    facts,
    coordinator: await start(facts),
    async failover(options) {
      it.coordinator.leadership.resigned(0, it.facts.leaderEpoch)
      it.coordinator.close()
      it.facts = it.facts.successor(options)
      it.coordinator = await start(it.facts, options?.settings)
    },
  }
  return it
}

/** A promise that can be looked at. */
export interface Watched<T> {
  readonly value: T | undefined
  readonly isThere: boolean
}

export function watch<T>(promise: Promise<T>): Watched<T> {
  const watched: { value: T | undefined; isThere: boolean } = { value: undefined, isThere: false }
  void promise.then(value => Object.assign(watched, { value, isThere: true }))
  return watched
}

export const subscription = (topics: readonly string[]): Uint8Array =>
  encodeVersioned(consumerProtocolSubscription, 0, { ...consumerProtocolSubscription.body.zero, topics })

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
export const text = (value: Uint8Array | undefined): string => new TextDecoder().decode(value)

export interface MemberOptions {
  readonly memberId?: string
  readonly groupInstanceId?: string | null
  readonly apiVersion?: number
  readonly clientId?: string
  readonly sessionTimeoutMs?: number
  readonly rebalanceTimeoutMs?: number
  readonly protocolType?: string
  readonly topics?: readonly string[]
  readonly protocols?: readonly { readonly name: string; readonly metadata: Uint8Array }[]
  readonly groupId?: string
}

export const join = (at: GroupGround, options: MemberOptions = {}): Promise<JoinReply> =>
  at.coordinator.joinGroup({
    groupId: options.groupId ?? groupId,
    memberId: options.memberId ?? '',
    groupInstanceId: options.groupInstanceId ?? null,
    caller: { clientId: options.clientId ?? 'client', clientHost: '/127.0.0.1', apiVersion: options.apiVersion ?? 3 },
    sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
    rebalanceTimeoutMs: options.rebalanceTimeoutMs ?? 60_000,
    protocolType: options.protocolType ?? 'consumer',
    protocols: options.protocols ?? [{ name: 'range', metadata: subscription(options.topics ?? ['orders']) }],
  })

export interface InGroup {
  readonly memberId: string
  readonly generationId: number
  readonly groupInstanceId?: string | null
  readonly groupId?: string
}

export const sync = (at: GroupGround, member: InGroup, assignments: Readonly<Record<string, string>> = {}): Promise<SyncReply> =>
  at.coordinator.syncGroup({
    groupId: member.groupId ?? groupId,
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId ?? null,
    generationId: member.generationId,
    protocolType: null,
    protocolName: null,
    assignments: Object.entries(assignments).map(([memberId, assignment]) => ({ memberId, assignment: bytes(assignment) })),
  })

export const heartbeat = (at: GroupGround, member: InGroup): Promise<KafkaErrorName> =>
  at.coordinator.heartbeat({
    groupId: member.groupId ?? groupId,
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId ?? null,
    generationId: member.generationId,
  })

export const leave = (at: GroupGround, ...members: readonly { memberId: string; groupInstanceId?: string | null }[]) =>
  at.coordinator.leaveGroup({
    groupId,
    members: members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId: groupInstanceId ?? null })),
  })

export interface CommitOptions {
  readonly memberId?: string
  readonly generationId?: number
  readonly groupInstanceId?: string | null
  readonly topic?: string
  readonly topicId?: string
  readonly partition?: number
  readonly metadata?: string
  readonly leaderEpoch?: number
  readonly retentionTimeMs?: number
  readonly apiVersion?: number
  readonly groupId?: string
  readonly producer?: { readonly producerId: number; readonly producerEpoch: number }
}

export const commit = (at: GroupGround, offset: number, options: CommitOptions = {}) =>
  at.coordinator.commitOffsets({
    groupId: options.groupId ?? groupId,
    memberId: options.memberId ?? '',
    groupInstanceId: options.groupInstanceId ?? null,
    generationIdOrMemberEpoch: options.generationId ?? -1,
    apiVersion: options.apiVersion ?? 8,
    retentionTimeMs: options.retentionTimeMs ?? -1,
    offsets: [
      {
        topic: options.topic ?? 'orders',
        topicId: options.topicId ?? 'AAAAAAAAAAAAAAAAAAAAAA',
        partition: options.partition ?? 0,
        offset,
        leaderEpoch: options.leaderEpoch ?? -1,
        metadata: options.metadata ?? '',
      },
    ],
    ...(options.producer === undefined ? {} : { producer: options.producer }),
  })

export async function committed(
  at: GroupGround,
  options: { topic?: string; partition?: number; requireStable?: boolean; groupId?: string } = {},
) {
  const fetched = watch(
    at.coordinator.fetchOffsets({
      groupId: options.groupId ?? groupId,
      memberId: null,
      memberEpoch: -1,
      topics: [{ topic: options.topic ?? 'orders', partitions: [options.partition ?? 0] }],
      requireStable: options.requireStable ?? false,
    }),
  )
  await at.time.settle()
  if (fetched.value?.error !== 'NONE') return fetched.value?.error
  const offset = fetched.value.topics[0]?.partitions[0]
  return offset?.error === 'NONE' ? offset.offset : offset?.error
}

export async function now<T>(at: GroupGround, promise: Promise<T>): Promise<T> {
  const watched = watch(promise)
  await at.time.settle()
  if (!watched.isThere) throw new Error('no answer yet')
  return watched.value as T
}

/** A stable group of members without KIP-394; the first is the leader. */
export async function stableGroup(at: GroupGround, count = 1, options: MemberOptions = {}): Promise<InGroup[]> {
  const joins = Array.from({ length: count }, (_, index) => watch(join(at, { clientId: `client-${index}`, ...options })))
  await at.time.advance(at.settings.initialRebalanceDelayMs * 2)
  const members = joins.map(({ value }) => {
    if (value === undefined || value.error !== 'NONE') throw new Error(`join failed: ${value?.error ?? 'no answer'}`)
    return { memberId: value.memberId, generationId: value.generationId }
  })
  const leader = joins.find(({ value }) => value?.memberId === value?.leader)?.value?.memberId
  const assignments = Object.fromEntries(members.map(({ memberId }, index) => [memberId, `part ${index}`]))
  const syncs = members.map(member => watch(sync(at, member, member.memberId === leader ? assignments : {})))
  await at.time.settle()
  if (!syncs.every(({ value }) => value?.error === 'NONE')) throw new Error('sync failed')
  return members
}

export async function stateOf(at: GroupGround, id = groupId): Promise<string> {
  const described = await now(at, at.coordinator.describeGroup(id))
  if (described === undefined) return 'Dead'
  return typeof described === 'string' ? described : described.state
}
