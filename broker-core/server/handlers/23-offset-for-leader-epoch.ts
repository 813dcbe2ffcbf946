import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { offsetForLeaderEpoch } from '../../protocol/messages/23-offset-for-leader-epoch.ts'
import { handler, type Handler } from '../handler.ts'
import { findReplica, type PartitionDirectory } from '../partition-access.ts'

type PartitionRequest = RequestOf<typeof offsetForLeaderEpoch>['topics'][number]['partitions'][number]
type EpochEnd = ResponseOf<typeof offsetForLeaderEpoch>['topics'][number]['partitions'][number]

/**
 * OffsetForLeaderEpoch v2-4: REPL-12, REPL-17, FETCH-06. Only the leader knows where an epoch ends, whatever replica id is given: one that is
 * absent (before v3) reads as -2.
 */
export function offsetForLeaderEpochHandler(deps: PartitionDirectory): Handler<typeof offsetForLeaderEpoch> {
  return handler(offsetForLeaderEpoch, request => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(wanted => endOf(deps, topic, wanted)),
    })),
  }))
}

function endOf(deps: PartitionDirectory, topic: string, wanted: PartitionRequest): EpochEnd {
  const { partition, currentLeaderEpoch, leaderEpoch } = wanted
  const replica = findReplica(deps, { topic, topicId: '', partition, byId: false })
  if (typeof replica === 'string') return failed(partition, replica)
  const refusal = replica.accessRefusal(currentLeaderEpoch, false)
  if (refusal !== undefined) return failed(partition, refusal)
  const end = replica.log.endOffsetOfEpoch(leaderEpoch)
  return { errorCode: 0, partition, leaderEpoch: end.epoch, endOffset: end.endOffset }
}

const failed = (partition: number, error: KafkaErrorName): EpochEnd => ({
  errorCode: errorCode(error),
  partition,
  leaderEpoch: -1,
  endOffset: -1,
})
