import type { Timers } from '../../env/clock.ts'
import { isInternalTopic } from '../../model/internal-topics.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { deleteRecords } from '../../protocol/messages/21-delete-records.ts'
import { park } from '../../replication/parked/parked.ts'
import type { Partition } from '../../replication/partition.ts'
import { handler, type Handler } from '../handler.ts'
import { findReplica, type PartitionDirectory } from '../partition-access.ts'

export interface DeleteRecordsDeps extends PartitionDirectory {
  readonly timers: Timers
  /** `cleanup.policy` in force. */
  cleanupPolicy(topic: string): readonly string[]
}

type PartitionResult = ResponseOf<typeof deleteRecords>['topics'][number]['partitions'][number]

/** One partition whose start has moved here and must move at the live followers too. */
interface Waiting {
  readonly replica: Partition
  readonly leaderEpoch: number
  readonly offset: number
}

/** DeleteRecords v0-2: RET-08, REPL-09. */
export function deleteRecordsHandler(deps: DeleteRecordsDeps): Handler<typeof deleteRecords> {
  return handler(deleteRecords, request => {
    const asked = request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, offset }) => ({
        partitionIndex,
        state: begin(deps, name, partitionIndex, offset),
      })),
    }))
    const waiting = asked.flatMap(topic => topic.partitions.flatMap(({ state }) => (typeof state === 'string' ? [] : [state])))
    const answer = () => ({
      throttleTimeMs: 0,
      topics: asked.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, state }) => resultOf(partitionIndex, state)),
      })),
    })
    if (waiting.length === 0) return answer()
    return new Promise(resolve =>
      park(
        {
          isOver: () => waiting.every(one => standing(one) !== 'REQUEST_TIMED_OUT'),
          watch: waiting.map(one => one.replica.lowWatermarkMoved),
          timeoutMs: request.timeoutMs,
          complete: () => resolve(answer()),
        },
        deps.timers,
      ),
    )
  })
}

function begin(deps: DeleteRecordsDeps, topic: string, partition: number, offset: number): Waiting | KafkaErrorName {
  const replica = findReplica(deps, { topic, topicId: '', partition, byId: false })
  if (replica === 'UNKNOWN_TOPIC_OR_PARTITION') return replica
  // Coordinators keep what they know there, whatever the topic's policy says.
  if (isInternalTopic(topic)) return 'INVALID_TOPIC_EXCEPTION'
  if (typeof replica === 'string') return replica
  const refusal = replica.accessRefusal(-1, false)
  if (refusal !== undefined) return refusal
  if (isCompactedOnly(deps.cleanupPolicy(topic))) return 'POLICY_VIOLATION'
  const target = replica.deleteRecordsBefore(offset)
  return typeof target === 'string' ? target : { replica, leaderEpoch: replica.leaderEpoch, offset: target }
}

/** Where there is no policy at all, nothing else would ever make the log smaller. */
const isCompactedOnly = (policy: readonly string[]): boolean => policy.includes('compact') && !policy.includes('delete')

function standing({ replica, leaderEpoch, offset }: Waiting): KafkaErrorName {
  if (replica.isOffline) return 'KAFKA_STORAGE_ERROR'
  if (!replica.isLeader || replica.leaderEpoch !== leaderEpoch) return 'NOT_LEADER_OR_FOLLOWER'
  return replica.lowWatermark >= offset ? 'NONE' : 'REQUEST_TIMED_OUT'
}

function resultOf(partitionIndex: number, state: Waiting | KafkaErrorName): PartitionResult {
  const error = typeof state === 'string' ? state : standing(state)
  const isDone = error === 'NONE' && typeof state !== 'string'
  return { partitionIndex, errorCode: errorCode(error), lowWatermark: isDone ? state.replica.lowWatermark : -1 }
}
