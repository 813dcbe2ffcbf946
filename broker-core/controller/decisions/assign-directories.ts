import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { assignReplicasToDirs } from '../../protocol/messages/73-assign-replicas-to-dirs.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { type MetadataRecord, partitionChange } from '../metadata-records.ts'
import { answer, brokerEpochProblem } from './decision.ts'

type Request = RequestOf<typeof assignReplicasToDirs>

/** AssignReplicasToDirs (73), KIP-858: a broker with several directories has chosen. */
export function decideAssignDirectories(
  state: ControllerState,
  request: Request,
): Decision<ResponseOf<typeof assignReplicasToDirs>> {
  const problem = brokerEpochProblem(state.image, request.brokerId, request.brokerEpoch)
  if (problem !== undefined) return answer({ throttleTimeMs: 0, errorCode: errorCode(problem), directories: [] })
  const known = state.image.brokers.get(request.brokerId)?.logDirectoryIds ?? []
  const records: MetadataRecord[] = []
  const directories = request.directories.map(({ id, topics }) => ({
    id,
    topics: topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partitionIndex }) => {
        const outcome = known.includes(id) ? assignOne(state, request.brokerId, topicId, partitionIndex, id) : 'INVALID_REQUEST'
        if (typeof outcome === 'object') records.push(outcome)
        return { partitionIndex, errorCode: typeof outcome === 'string' ? errorCode(outcome) : 0 }
      }),
    })),
  }))
  return { records, reply: { throttleTimeMs: 0, errorCode: 0, directories } }
}

function assignOne(
  state: ControllerState,
  brokerId: number,
  topicId: string,
  partitionIndex: number,
  directoryId: string,
): MetadataRecord | KafkaErrorName | undefined {
  const topic = state.image.topicsById.get(topicId)
  if (topic === undefined) return 'UNKNOWN_TOPIC_ID'
  const partition = topic.partitions[partitionIndex]
  if (partition === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION'
  const place = partition.replicas.indexOf(brokerId)
  if (place < 0) return 'NOT_LEADER_OR_FOLLOWER'
  if (partition.directories[place] === directoryId) return undefined
  return { ...partitionChange(topicId, partitionIndex), directories: partition.directories.with(place, directoryId) }
}
