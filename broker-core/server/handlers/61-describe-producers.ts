import { errorCode, errorMessage } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { describeProducers } from '../../protocol/messages/61-describe-producers.ts'
import { handler, type Handler } from '../handler.ts'
import { findReplica, type PartitionDirectory } from '../partition-access.ts'

type PartitionResponse = ResponseOf<typeof describeProducers>['topics'][number]['partitions'][number]

/** DescribeProducers v0: IDEM-11. */
export function describeProducersHandler(deps: PartitionDirectory): Handler<typeof describeProducers> {
  return handler(describeProducers, request => ({
    throttleTimeMs: 0,
    topics: request.topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map(partition => producersOf(deps, name, partition)),
    })),
  }))
}

function producersOf(deps: PartitionDirectory, topic: string, partitionIndex: number): PartitionResponse {
  const replica = findReplica(deps, { topic, topicId: '', partition: partitionIndex, byId: false })
  const error = typeof replica === 'string' ? replica : replica.accessRefusal(-1, false)
  if (typeof replica === 'string' || error !== undefined) {
    const name = error ?? 'UNKNOWN_SERVER_ERROR'
    return { partitionIndex, errorCode: errorCode(name), errorMessage: errorMessage(name), activeProducers: [] }
  }
  const activeProducers = replica.log.producers().map(producer => ({
    producerId: producer.producerId,
    producerEpoch: producer.producerEpoch,
    lastSequence: producer.lastSequence,
    lastTimestamp: producer.lastTimestampMs,
    coordinatorEpoch: producer.coordinatorEpoch,
    currentTxnStartOffset: producer.currentTransactionStartOffset,
  }))
  return { partitionIndex, errorCode: 0, errorMessage: null, activeProducers }
}
