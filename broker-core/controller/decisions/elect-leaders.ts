import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { electLeaders } from '../../protocol/messages/43-elect-leaders.ts'
import type { ControllerState, Decision } from '../controller.ts'
import type { PartitionImage, TopicImage } from '../image.ts'
import { leaderUnchanged, type MetadataRecord } from '../metadata-records.ts'
import { type Election, partitionChangeRecord } from '../partition-change.ts'
import { changeContext, isActiveBroker, isRefusal, partitionsWhere, type Refusal, refusal, refusalFields } from './decision.ts'

type Request = RequestOf<typeof electLeaders>
type Response = ResponseOf<typeof electLeaders>
type PartitionResult = Response['replicaElectionResults'][number]['partitionResult'][number]

/** ElectLeaders (43): LEAD-02 and LEAD-03. Without a list of partitions only those are named in the answer that had an election. */
export function decideElectLeaders(state: ControllerState, request: Request): Decision<Response> {
  const election: Election | undefined =
    request.electionType === 0 ? 'preferred' : request.electionType === 1 ? 'unclean' : undefined
  if (election === undefined) {
    const why = refusalFields(refusal('INVALID_REQUEST', `Unknown election type ${request.electionType}`))
    const replicaElectionResults = (request.topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(partitionId => ({ partitionId, ...why })),
    }))
    return { records: [], reply: { throttleTimeMs: 0, errorCode: why.errorCode, replicaElectionResults } }
  }
  const records: MetadataRecord[] = []
  const results = new Map<string, PartitionResult[]>()
  const elect = (topicName: string, partitionId: number, isAll: boolean): void => {
    const topic = state.image.topicsByName.get(topicName)
    const outcome = electOne(state, { topicName, partitionId, topic }, election)
    if (isRefusal(outcome) && isAll && outcome.error === 'ELECTION_NOT_NEEDED') return
    if (!isRefusal(outcome)) records.push(outcome)
    const fields = isRefusal(outcome) ? refusalFields(outcome) : { errorCode: 0, errorMessage: null }
    const list = results.get(topicName) ?? []
    list.push({ partitionId, ...fields })
    results.set(topicName, list)
  }
  if (request.topicPartitions === null) {
    for (const { topic, partition } of partitionsWhere(state.image, () => true)) elect(topic.name, partition.partition, true)
  } else {
    for (const { topic, partitions } of request.topicPartitions)
      for (const partition of partitions) elect(topic, partition, false)
  }
  const replicaElectionResults = [...results].map(([topic, partitionResult]) => ({ topic, partitionResult }))
  return { records, reply: { throttleTimeMs: 0, errorCode: 0, replicaElectionResults } }
}

interface Asked {
  readonly topicName: string
  readonly partitionId: number
  readonly topic: TopicImage | undefined
}

function electOne(
  state: ControllerState,
  { topicName, partitionId, topic }: Asked,
  election: Election,
): MetadataRecord | Refusal {
  const partition = topic?.partitions[partitionId]
  if (topic === undefined) return refusal('UNKNOWN_TOPIC_OR_PARTITION', `No such topic as ${topicName}`)
  if (partition === undefined) return refusal('UNKNOWN_TOPIC_OR_PARTITION', `No such partition as ${topicName}-${partitionId}`)
  const hasLeader = partition.leader >= 0
  if (election === 'preferred' && partition.leader === partition.replicas[0]) return refusal('ELECTION_NOT_NEEDED')
  if (election === 'unclean' && hasLeader) return refusal('ELECTION_NOT_NEEDED')
  const record = partitionChangeRecord(partition, changeContext(state, topic, { election }))
  const isElected = record !== undefined && record.leader !== leaderUnchanged && record.leader >= 0
  if (election === 'preferred') {
    return isElected && record.leader === partition.replicas[0] ? record : refusal('PREFERRED_LEADER_NOT_AVAILABLE')
  }
  return isElected ? record : refusal('ELIGIBLE_LEADERS_NOT_AVAILABLE')
}

/** Changes of one automatic balance; more follow in the next round. */
const balanceChangesMax = 1000

/** LEAD-02: back to the preferred leaders where they are in sync and alive. */
export function balanceRecords(state: ControllerState): MetadataRecord[] {
  const records: MetadataRecord[] = []
  const isOff = (partition: PartitionImage): boolean => {
    const preferred = partition.replicas[0]
    return (
      preferred !== undefined &&
      partition.leader !== preferred &&
      partition.isr.includes(preferred) &&
      isActiveBroker(state.image.brokers.get(preferred))
    )
  }
  for (const { topic, partition } of partitionsWhere(state.image, isOff)) {
    const record = partitionChangeRecord(partition, changeContext(state, topic, { election: 'preferred' }))
    if (record !== undefined && record.leader === partition.replicas[0]) records.push(record)
    if (records.length >= balanceChangesMax) break
  }
  return records
}
