import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { alterPartitionReassignments } from '../../protocol/messages/45-alter-partition-reassignments.ts'
import type { listPartitionReassignments } from '../../protocol/messages/46-list-partition-reassignments.ts'
import type { ControllerState, Decision } from '../controller.ts'
import type { PartitionImage, TopicImage } from '../image.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { partitionChangeRecord, type WantedChange } from '../partition-change.ts'
import { allowsUncleanElection } from '../topic-settings.ts'
import { manualAssignmentProblem } from './assignments.ts'
import { directoryFor } from './create-topics.ts'
import { answer, changeContext, isRefusal, partitionsWhere, type Refusal, refusal, refusalFields } from './decision.ts'

type Request = RequestOf<typeof alterPartitionReassignments>
type Response = ResponseOf<typeof alterPartitionReassignments>

/** AlterPartitionReassignments (45): LEAD-09 to LEAD-11. Each partition succeeds or fails alone. */
export function decideReassignments(state: ControllerState, request: Request): Decision<Response> {
  const records: MetadataRecord[] = []
  const responses = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(asked => {
      const outcome = reassignOne(state, name, asked, request.allowReplicationFactorChange)
      if (isRefusal(outcome)) return { partitionIndex: asked.partitionIndex, ...refusalFields(outcome) }
      if (outcome !== undefined) records.push(outcome)
      return { partitionIndex: asked.partitionIndex, errorCode: 0, errorMessage: null }
    }),
  }))
  const { allowReplicationFactorChange } = request
  return { records, reply: { throttleTimeMs: 0, allowReplicationFactorChange, errorCode: 0, errorMessage: null, responses } }
}

type Asked = Request['topics'][number]['partitions'][number]

function reassignOne(
  state: ControllerState,
  name: string,
  asked: Asked,
  mayChangeFactor: boolean,
): MetadataRecord | Refusal | undefined {
  const topic = state.image.topicsByName.get(name)
  if (topic === undefined) return refusal('UNKNOWN_TOPIC_OR_PARTITION', `Unable to find a topic named ${name}.`)
  const partition = topic.partitions[asked.partitionIndex]
  if (partition === undefined)
    return refusal('UNKNOWN_TOPIC_OR_PARTITION', `Unable to find partition ${name}:${asked.partitionIndex}.`)
  const wanted =
    asked.replicas === null ? cancelled(state, topic, partition) : started(state, partition, asked.replicas, mayChangeFactor)
  return isRefusal(wanted) ? wanted : partitionChangeRecord(partition, changeContext(state, topic), wanted)
}

export const isReassigning = (partition: PartitionImage): boolean =>
  partition.addingReplicas.length > 0 || partition.removingReplicas.length > 0

/** What the partition had before the reassignment that is under way. */
const originalReplicas = (partition: PartitionImage): number[] =>
  partition.replicas.filter(replica => !partition.addingReplicas.includes(replica))

/** Who has everything that was acknowledged: those in sync, else those who are eligible, else the last known leader as the best there is. */
function holdersOf({ isr, eligibleLeaderReplicas, lastKnownElr }: PartitionImage): readonly number[] {
  return [isr, eligibleLeaderReplicas, lastKnownElr].find(list => list.length > 0) ?? []
}

/**
 * LEAD-09: target, then what is to go. Replicas that only an earlier target wanted are dropped at once (LEAD-10), unless nobody else has
 * the data: then they go with the others, when the target has the data.
 */
function started(
  state: ControllerState,
  partition: PartitionImage,
  target: readonly number[],
  mayChangeFactor: boolean,
): WantedChange | Refusal {
  const problem = manualAssignmentProblem(state.image, target, undefined)
  if (problem !== undefined) return refusal('INVALID_REPLICA_ASSIGNMENT', problem)
  const original = originalReplicas(partition)
  if (!mayChangeFactor && target.length !== original.length) {
    return refusal(
      'INVALID_REPLICATION_FACTOR',
      `The replication factor is changed from ${original.length} to ${target.length}, which the request does not allow.`,
    )
  }
  const isKept = (replica: number): boolean => original.includes(replica) || target.includes(replica)
  const holders = holdersOf(partition)
  const onlyHolders = holders.some(isKept) ? [] : holders.filter(replica => partition.replicas.includes(replica))
  const removingReplicas = [...original, ...onlyHolders].filter(replica => !target.includes(replica))
  const replicas = [...target, ...removingReplicas]
  return {
    replicas,
    addingReplicas: target.filter(replica => !original.includes(replica)),
    removingReplicas,
    isr: partition.isr.filter(replica => replicas.includes(replica)),
    directories: directoriesOf(state, partition, replicas),
  }
}

function directoriesOf(state: ControllerState, partition: PartitionImage, replicas: readonly number[]): readonly string[] {
  return replicas.map(
    replica => partition.directories[partition.replicas.indexOf(replica)] ?? directoryFor(state.image.brokers.get(replica)),
  )
}

/** LEAD-10. */
function cancelled(state: ControllerState, topic: TopicImage, partition: PartitionImage): WantedChange | Refusal {
  if (!isReassigning(partition)) return refusal('NO_REASSIGNMENT_IN_PROGRESS')
  const replicas = originalReplicas(partition)
  const isr = partition.isr.filter(replica => replicas.includes(replica))
  const holders = holdersOf(partition)
  const isLoss = holders.length > 0 && !holders.some(replica => replicas.includes(replica))
  if (isLoss && !allowsUncleanElection(state.image, state.defaults, topic.name)) {
    return refusal(
      'INVALID_REPLICA_ASSIGNMENT',
      `Unable to revert partition assignment for ${topic.name}:${partition.partition} because it would require an unclean leader election.`,
    )
  }
  return { replicas, addingReplicas: [], removingReplicas: [], isr, directories: directoriesOf(state, partition, replicas) }
}

/** ListPartitionReassignments (46): LEAD-11, only what is in progress. */
export function decideListReassignments(
  state: ControllerState,
  request: RequestOf<typeof listPartitionReassignments>,
): Decision<ResponseOf<typeof listPartitionReassignments>> {
  const asked = request.topics && new Map(request.topics.map(topic => [topic.name, new Set(topic.partitionIndexes)]))
  const byTopic = new Map<string, PartitionImage[]>()
  for (const { topic, partition } of partitionsWhere(state.image, isReassigning)) {
    if (asked !== null && asked.get(topic.name)?.has(partition.partition) !== true) continue
    byTopic.set(topic.name, [...(byTopic.get(topic.name) ?? []), partition])
  }
  const topics = [...byTopic].map(([name, partitions]) => ({
    name,
    partitions: partitions.map(({ partition, replicas, addingReplicas, removingReplicas }) => ({
      partitionIndex: partition,
      replicas,
      addingReplicas,
      removingReplicas,
    })),
  }))
  return answer({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, topics })
}
