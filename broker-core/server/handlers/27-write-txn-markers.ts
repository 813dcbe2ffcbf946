import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf } from '../../protocol/api.ts'
import { writeTxnMarkers } from '../../protocol/messages/27-write-txn-markers.ts'
import { handler, type Handler } from '../handler.ts'
import type { TransactionGate } from '../transaction-gate.ts'

type WireMarker = RequestOf<typeof writeTxnMarkers>['markers'][number]

export interface PartitionMarker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly coordinatorEpoch: number
  readonly committed: boolean
  readonly transactionVersion: number
}

export interface WriteTxnMarkersDeps {
  readonly groups: Pick<GroupCoordinator, 'endTransaction'>
  readonly gate: Pick<TransactionGate, 'shut'>
  /** Appends the marker at the leader and waits until it is replicated (TXN-12). */
  writeMarker(topic: string, partition: number, marker: PartitionMarker): Promise<KafkaErrorName>
}

/** WriteTxnMarkers v1-2: TXN-12. In the offsets topic the group coordinator writes them, since its pending offsets depend on them. */
export function writeTxnMarkersHandler(deps: WriteTxnMarkersDeps): Handler<typeof writeTxnMarkers> {
  return handler(writeTxnMarkers, async request => ({
    markers: await Promise.all(
      request.markers.map(async marker => ({
        producerId: marker.producerId,
        topics: await Promise.all(
          marker.topics.map(async ({ name, partitionIndexes }) => ({
            name,
            partitions: await Promise.all(
              partitionIndexes.map(async partitionIndex => ({
                partitionIndex,
                errorCode: errorCode(await written(deps, marker, name, partitionIndex)),
              })),
            ),
          })),
        ),
      })),
    ),
  }))
}

function written(deps: WriteTxnMarkersDeps, marker: WireMarker, topic: string, partition: number): Promise<KafkaErrorName> {
  const { producerId, producerEpoch, coordinatorEpoch, transactionResult: committed, transactionVersion } = marker
  deps.gate.shut(topic, partition, producerId)
  if (topic === '__consumer_offsets') {
    const producer = { producerId, producerEpoch }
    return deps.groups.endTransaction(partition, { producer, coordinatorEpoch, committed, transactionVersion })
  }
  return deps.writeMarker(topic, partition, { producerId, producerEpoch, coordinatorEpoch, committed, transactionVersion })
}
