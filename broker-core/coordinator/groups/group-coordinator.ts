import { uuidFromRandom } from '../../base/bytes/uuid.ts'
import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { CoordinatorPorts, PartitionLeadership } from '../ports.ts'
import type { FactProducer, Ticket } from '../runtime/machine.ts'
import { partitionFor } from '../runtime/partitioner.ts'
import { defaultShardLimits } from '../runtime/shard.ts'
import { Shards } from '../runtime/shards.ts'
import type { JoinReply, SyncReply } from './classic/classic-group.ts'
import { joinRefusal, syncRefusal } from './classic/draft.ts'
import type {
  CommitOffsetsCommand,
  CommitReply,
  DeleteOffsetsCommand,
  GroupCommand,
  HeartbeatCommand,
  JoinCommand,
  LeaveCommand,
  LeaveReply,
  SyncCommand,
} from './commands.ts'
import type { ConsumerHeartbeatCommand, ConsumerHeartbeatReply } from './consumer/commands.ts'
import type { ConsumerContext } from './consumer/context.ts'
import { type DescribedConsumerGroup, describeConsumerGroup } from './consumer/describe.ts'
import { refusedHeartbeat, requestRefusal } from './consumer/heartbeat.ts'
import { type DescribedGroup, describeClassicGroup, type GroupFilters, listGroupsIn, type ListedGroup } from './describe.ts'
import type { GroupFact } from './facts.ts'
import { groupMachine } from './machine.ts'
import { fetchOffsetsIn, type FetchedOffsets, type OffsetsToFetch } from './offsets/fetch.ts'
import { dashedUuid } from './member-id.ts'
import { defaultGroupSettings, type GroupSettings } from './settings.ts'
import { consumerGroupIn, type GroupsState } from './state.ts'

/** What a caller says; the coordinator adds the rest. */
type Asked<Command> = Omit<Command, 'kind' | 'ticket' | 'freshId'>

export interface TransactionEnd {
  readonly producer: FactProducer
  readonly coordinatorEpoch: number
  readonly committed: boolean
  readonly transactionVersion: number
}

/**
 * The groups whose partition of `__consumer_offsets` this broker leads, for everybody else NOT_COORDINATOR. Replies come when what
 * they tell is committed.
 */
export interface GroupCoordinator {
  readonly leadership: PartitionLeadership
  /** INT-02; undefined while the offsets topic does not exist. */
  partitionOf(groupId: string): number | undefined
  /** Leader epoch in which this broker coordinates the group; undefined: it does not. */
  leaderEpochOf(groupId: string): number | undefined
  joinGroup(request: Asked<JoinCommand>): Promise<JoinReply>
  syncGroup(request: Asked<SyncCommand>): Promise<SyncReply>
  heartbeat(request: Asked<HeartbeatCommand>): Promise<KafkaErrorName>
  leaveGroup(request: Asked<LeaveCommand>): Promise<LeaveReply>
  /** One error for all, or one for each offset in order. */
  commitOffsets(request: Asked<CommitOffsetsCommand>): Promise<CommitReply>
  fetchOffsets(request: OffsetsToFetch): Promise<FetchedOffsets>
  deleteOffsets(request: Asked<DeleteOffsetsCommand>): Promise<CommitReply>
  deleteGroup(groupId: string): Promise<KafkaErrorName>
  /** Undefined: the coordinator does not know it as a classic group. */
  describeGroup(groupId: string): Promise<DescribedGroup | KafkaErrorName | undefined>
  /** Groups of all partitions led here; with an error when one of them is still loading. */
  listGroups(filters: GroupFilters): Promise<{ readonly error: KafkaErrorName; readonly groups: readonly ListedGroup[] }>
  /** WriteTxnMarkers for one partition of the offsets topic: pending offsets are committed or dropped, the marker is in the log. */
  endTransaction(partition: number, end: TransactionEnd): Promise<KafkaErrorName>
  consumerHeartbeat(request: Asked<ConsumerHeartbeatCommand>): Promise<ConsumerHeartbeatReply>
  /** Undefined: the coordinator does not know it as a consumer group. */
  describeConsumerGroup(groupId: string): Promise<DescribedConsumerGroup | KafkaErrorName | undefined>
  close(): void
}

export function startGroupCoordinator(ports: CoordinatorPorts, settings: GroupSettings = defaultGroupSettings): GroupCoordinator {
  let metadataVersion = 0
  const context = { settings, metadata: ports.metadata, metadataVersion: () => metadataVersion }
  const machine = groupMachine(context)
  const partitionOf = (groupId: string): number | undefined => {
    const topic = ports.metadata.topic('__consumer_offsets')
    return topic && partitionFor(groupId, topic.partitionCount)
  }
  const shards = new Shards<GroupsState, GroupCommand, GroupFact, never>({
    machine: () => machine,
    ports,
    partitionOf,
    perform: () => undefined,
    limits: { ...defaultShardLimits, commitTimeoutMs: settings.commitTimeoutMs },
  })
  const unwatch = ports.metadata.watchTopics(({ deleted }) => {
    metadataVersion++
    if (deleted.length === 0) return
    for (const shard of shards.all()) void shard.ask(() => ({ kind: 'topics-deleted', topics: deleted }), same)
  })
  return {
    leadership: shards,
    partitionOf,
    leaderEpochOf(groupId) {
      const partition = partitionOf(groupId)
      return partition === undefined ? undefined : shards.shard(partition)?.leaderEpoch
    },
    ...groupRequests(shards, ports),
    ...consumerRequests(shards, ports, context),
    ...offsetRequests(shards),
    async listGroups(filters) {
      const lists = await Promise.all(
        shards.all().map(shard => shard.query<ListedGroup[] | KafkaErrorName>(state => listGroupsIn(state, filters), same)),
      )
      const groups = lists.flatMap(list => (typeof list === 'string' ? [] : list))
      const error = lists.find(list => list === 'COORDINATOR_LOAD_IN_PROGRESS')
      return { error: typeof error === 'string' ? error : 'NONE', groups }
    },
    close() {
      unwatch()
      shards.close()
    },
  }
}

type GroupShards = Shards<GroupsState, GroupCommand, GroupFact, never>

const same = (error: KafkaErrorName): KafkaErrorName => error

function groupRequests(shards: GroupShards, ports: CoordinatorPorts) {
  const groupIdError = (groupId: string): KafkaErrorName | undefined => (groupId === '' ? 'INVALID_GROUP_ID' : undefined)
  return {
    joinGroup(request: Asked<JoinCommand>): Promise<JoinReply> {
      const refuse = (error: KafkaErrorName) => joinRefusal(error, request.memberId)
      const invalid = groupIdError(request.groupId)
      if (invalid !== undefined) return Promise.resolve(refuse(invalid))
      const freshId = dashedUuid(ports.random.bytes(16))
      return shards.ask(request.groupId, (ticket: Ticket<JoinReply>) => ({ ...request, kind: 'join', ticket, freshId }), refuse)
    },
    syncGroup(request: Asked<SyncCommand>): Promise<SyncReply> {
      const invalid = groupIdError(request.groupId)
      if (invalid !== undefined) return Promise.resolve(syncRefusal(invalid))
      return shards.ask(request.groupId, (ticket: Ticket<SyncReply>) => ({ ...request, kind: 'sync', ticket }), syncRefusal)
    },
    heartbeat(request: Asked<HeartbeatCommand>): Promise<KafkaErrorName> {
      const invalid = groupIdError(request.groupId)
      if (invalid !== undefined) return Promise.resolve(invalid)
      // A group that is being loaded is well: its members need not look for another coordinator.
      const refuse = (error: KafkaErrorName): KafkaErrorName => (error === 'COORDINATOR_LOAD_IN_PROGRESS' ? 'NONE' : error)
      return shards.ask(request.groupId, (ticket: Ticket<KafkaErrorName>) => ({ ...request, kind: 'heartbeat', ticket }), refuse)
    },
    leaveGroup(request: Asked<LeaveCommand>): Promise<LeaveReply> {
      const refuse = (error: KafkaErrorName): LeaveReply => ({ error, members: [] })
      const invalid = groupIdError(request.groupId)
      if (invalid !== undefined) return Promise.resolve(refuse(invalid))
      return shards.ask(request.groupId, (ticket: Ticket<LeaveReply>) => ({ ...request, kind: 'leave', ticket }), refuse)
    },
    deleteGroup: (groupId: string): Promise<KafkaErrorName> =>
      groupId === ''
        ? Promise.resolve('INVALID_GROUP_ID')
        : shards.ask(groupId, (ticket: Ticket<KafkaErrorName>) => ({ kind: 'delete-group', ticket, groupId }), same),
    describeGroup: (groupId: string): Promise<DescribedGroup | KafkaErrorName | undefined> =>
      shards.query<DescribedGroup | KafkaErrorName | undefined>(groupId, state => describeClassicGroup(state, groupId), same),
  }
}

/** Level of `group.version` from which on there is the consumer protocol. */
const consumerProtocolSince = 1

function consumerRequests(shards: GroupShards, ports: CoordinatorPorts, context: ConsumerContext) {
  return {
    consumerHeartbeat(request: Asked<ConsumerHeartbeatCommand>): Promise<ConsumerHeartbeatReply> {
      // META-11: an operator may have turned the protocol off.
      const isOff = ports.metadata.featureLevel('group.version') < consumerProtocolSince
      const invalid = isOff
        ? refusedHeartbeat('UNSUPPORTED_VERSION', 'The feature group.version is below 1.')
        : requestRefusal(request, context.settings.consumerAssignors)
      if (invalid !== undefined) return Promise.resolve(invalid)
      const freshId = uuidFromRandom(ports.random.bytes(16))
      return shards.ask(
        request.groupId,
        (ticket: Ticket<ConsumerHeartbeatReply>) => ({ ...request, kind: 'consumer-heartbeat', ticket, freshId }),
        refusedHeartbeat,
      )
    },
    describeConsumerGroup: (groupId: string): Promise<DescribedConsumerGroup | KafkaErrorName | undefined> =>
      shards.query<DescribedConsumerGroup | KafkaErrorName | undefined>(
        groupId,
        state => {
          const group = consumerGroupIn(state, groupId)
          return group && describeConsumerGroup(group, context)
        },
        same,
      ),
  }
}

function offsetRequests(shards: GroupShards) {
  return {
    commitOffsets: (request: Asked<CommitOffsetsCommand>): Promise<CommitReply> =>
      shards.ask(request.groupId, (ticket: Ticket<CommitReply>) => ({ ...request, kind: 'commit-offsets', ticket }), same),
    fetchOffsets: (request: OffsetsToFetch): Promise<FetchedOffsets> =>
      shards.query<FetchedOffsets>(
        request.groupId,
        state => fetchOffsetsIn(state, request),
        error => ({ error, topics: [] }),
      ),
    deleteOffsets: (request: Asked<DeleteOffsetsCommand>): Promise<CommitReply> =>
      shards.ask(request.groupId, (ticket: Ticket<CommitReply>) => ({ ...request, kind: 'delete-offsets', ticket }), same),
    endTransaction(partition: number, end: TransactionEnd): Promise<KafkaErrorName> {
      const shard = shards.shard(partition)
      if (shard === undefined) return Promise.resolve('NOT_LEADER_OR_FOLLOWER')
      return shard.ask<KafkaErrorName>(ticket => ({ ...end, kind: 'complete-transaction', ticket }), same)
    },
  }
}
