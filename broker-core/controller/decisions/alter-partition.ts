import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { alterPartition } from '../../protocol/messages/56-alter-partition.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { changedPartition } from '../image-draft.ts'
import type { PartitionImage, TopicImage } from '../image.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { partitionChangeRecord } from '../partition-change.ts'
import { answer, brokerEpochProblem, changeContext } from './decision.ts'

type Request = RequestOf<typeof alterPartition>
type Response = ResponseOf<typeof alterPartition>
type AskedPartition = Request['topics'][number]['partitions'][number]
type PartitionAnswer = Response['topics'][number]['partitions'][number]

/** AlterPartition (56): REPL-04, REPL-05, KIP-841, KIP-903. A reassignment that becomes complete is completed by the same record. */
export function decideAlterPartition(state: ControllerState, request: Request): Decision<Response> {
  const problem = brokerEpochProblem(state.image, request.brokerId, request.brokerEpoch)
  if (problem !== undefined) return answer({ throttleTimeMs: 0, errorCode: errorCode('STALE_BROKER_EPOCH'), topics: [] })
  const records: MetadataRecord[] = []
  const topics = request.topics.map(asked => {
    const topic = state.image.topicsById.get(asked.topicId)
    return {
      topicId: asked.topicId,
      partitions: asked.partitions.map(partition => alterOne(state, request.brokerId, topic, partition, records)),
    }
  })
  return { records, reply: { throttleTimeMs: 0, errorCode: 0, topics } }
}

function alterOne(
  state: ControllerState,
  brokerId: number,
  topic: TopicImage | undefined,
  asked: AskedPartition,
  records: MetadataRecord[],
): PartitionAnswer {
  const partition = topic?.partitions[asked.partitionIndex]
  if (topic === undefined) return refused(asked, 'UNKNOWN_TOPIC_ID')
  if (partition === undefined) return refused(asked, 'UNKNOWN_TOPIC_OR_PARTITION')
  const isr = isrOf(asked)
  const problem = problemWith(state, brokerId, partition, asked, isr)
  if (problem !== undefined) return refused(asked, problem)
  const leaderRecoveryState = asked.leaderRecoveryState === 1 ? 1 : 0
  const record = partitionChangeRecord(partition, changeContext(state, topic), {
    isr: isr.map(member => member.brokerId),
    leaderRecoveryState,
  })
  const next = record === undefined ? partition : changedPartition(partition, record)
  if (record !== undefined) records.push(record)
  if (next.leader !== brokerId) {
    // The change is made, yet the asker must not act on it: a completed reassignment took its leadership.
    const isCompletion = partition.addingReplicas.length + partition.removingReplicas.length > 0
    return refused(asked, isCompletion ? 'NEW_LEADER_ELECTED' : 'FENCED_LEADER_EPOCH')
  }
  return {
    partitionIndex: asked.partitionIndex,
    errorCode: 0,
    leaderId: next.leader,
    leaderEpoch: next.leaderEpoch,
    isr: next.isr,
    leaderRecoveryState: next.leaderRecoveryState,
    partitionEpoch: next.partitionEpoch,
  }
}

interface IsrMember {
  readonly brokerId: number
  /** -1: the asker does not say. */
  readonly brokerEpoch: number
}

const isrOf = (asked: AskedPartition): readonly IsrMember[] =>
  asked.newIsrWithEpochs.length > 0 ? asked.newIsrWithEpochs : asked.newIsr.map(brokerId => ({ brokerId, brokerEpoch: -1 }))

function problemWith(
  state: ControllerState,
  brokerId: number,
  partition: PartitionImage,
  asked: AskedPartition,
  isr: readonly IsrMember[],
): KafkaErrorName | undefined {
  // From a leader of an earlier or, after our own fall, a later epoch: one of us is behind.
  if (asked.leaderEpoch > partition.leaderEpoch || asked.partitionEpoch > partition.partitionEpoch) return 'NOT_CONTROLLER'
  if (asked.leaderEpoch < partition.leaderEpoch || partition.leader !== brokerId) return 'FENCED_LEADER_EPOCH'
  if (asked.partitionEpoch < partition.partitionEpoch) return 'INVALID_UPDATE_VERSION'
  const ids = isr.map(member => member.brokerId)
  const isValid = ids.length > 0 && new Set(ids).size === ids.length && ids.every(id => partition.replicas.includes(id))
  if (!isValid || !ids.includes(brokerId)) return 'INVALID_REQUEST'
  const wantsRecovering = asked.leaderRecoveryState === 1
  if (wantsRecovering && (partition.leaderRecoveryState === 0 || ids.length > 1)) return 'INVALID_REQUEST'
  if (partition.leaderRecoveryState === 1 && wantsRecovering && ids.length > 1) return 'INVALID_REQUEST'
  return isr.every(member => isEligible(state, member)) ? undefined : 'INELIGIBLE_REPLICA'
}

function isEligible(state: ControllerState, member: IsrMember): boolean {
  const broker = state.image.brokers.get(member.brokerId)
  if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false
  return member.brokerEpoch === -1 || member.brokerEpoch === broker.brokerEpoch
}

const refused = (asked: AskedPartition, error: KafkaErrorName): PartitionAnswer => ({
  partitionIndex: asked.partitionIndex,
  errorCode: errorCode(error),
  leaderId: 0,
  leaderEpoch: 0,
  isr: [],
  leaderRecoveryState: 0,
  partitionEpoch: 0,
})
