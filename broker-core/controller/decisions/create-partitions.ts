import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { createPartitions } from '../../protocol/messages/37-create-partitions.ts'
import type { ControllerState, Decision } from '../controller.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { placeReplicas } from '../placement.ts'
import { manualAssignmentProblem } from './assignments.ts'
import { newPartitionRecord, partitionsPerRequestMax, placeable } from './create-topics.ts'
import { isActiveBroker, isRefusal, type Refusal, refusal, refusalFields } from './decision.ts'

type Request = RequestOf<typeof createPartitions>
type Response = ResponseOf<typeof createPartitions>
type Asked = Request['topics'][number]

/** CreatePartitions (37), META-07. Each topic succeeds or fails alone. */
export function decideCreatePartitions(state: ControllerState, request: Request): Decision<Response> {
  const records: MetadataRecord[] = []
  let partitionsLeft = partitionsPerRequestMax
  const names = request.topics.map(topic => topic.name)
  const results = request.topics
    .filter((topic, index) => names.indexOf(topic.name) === index)
    .map(asked => {
      const isRepeated = names.filter(name => name === asked.name).length > 1
      const grown = isRepeated ? refusal('INVALID_REQUEST', 'Duplicate topic name.') : growOne(state, asked, partitionsLeft)
      if (isRefusal(grown)) return { name: asked.name, ...refusalFields(grown) }
      partitionsLeft -= grown.length
      records.push(...grown)
      return { name: asked.name, errorCode: 0, errorMessage: null }
    })
  return { records: request.validateOnly ? [] : records, reply: { throttleTimeMs: 0, results } }
}

function growOne(state: ControllerState, asked: Asked, partitionsLeft: number): readonly MetadataRecord[] | Refusal {
  const topic = state.image.topicsByName.get(asked.name)
  if (topic === undefined) return refusal('UNKNOWN_TOPIC_OR_PARTITION')
  const present = topic.partitions.length
  if (asked.count < present) {
    return refusal(
      'INVALID_PARTITIONS',
      `The topic ${asked.name} currently has ${present} partition(s); ${asked.count} would not be an increase.`,
    )
  }
  if (asked.count === present) return refusal('INVALID_PARTITIONS', `Topic already has ${present} partition(s).`)
  const wanted = asked.count - present
  if (wanted > partitionsLeft) {
    return refusal('POLICY_VIOLATION', `Excessively large number of partitions per request: at most ${partitionsPerRequestMax}.`)
  }
  const factor = topic.partitions[0]?.replicas.length ?? state.defaults.defaultReplicationFactor
  const assignment =
    asked.assignments === null ? placed(state, wanted, factor) : given(state, asked.assignments, wanted, factor, present)
  if (isRefusal(assignment)) return assignment
  return assignment.map((replicas, index) => newPartitionRecord(state.image, topic.topicId, present + index, replicas))
}

function placed(state: ControllerState, partitions: number, replicationFactor: number): readonly (readonly number[])[] | Refusal {
  const result = placeReplicas(placeable(state.image), { partitions, replicationFactor, fraction: state.random.fraction })
  if (result.ok) return result.replicas
  return refusal(
    'INVALID_REPLICATION_FACTOR',
    `Unable to replicate the partition ${replicationFactor} time(s): ${result.message}`,
  )
}

function given(
  state: ControllerState,
  assignments: NonNullable<Asked['assignments']>,
  wanted: number,
  factor: number,
  firstPartition: number,
): readonly (readonly number[])[] | Refusal {
  if (assignments.length !== wanted) {
    const only = assignments.length < wanted ? 'only ' : ''
    return refusal(
      'INVALID_REPLICA_ASSIGNMENT',
      `Attempted to add ${wanted} additional partition(s), but ${only}${assignments.length} assignment(s) were specified.`,
    )
  }
  for (const [index, { brokerIds }] of assignments.entries()) {
    const problem = manualAssignmentProblem(state.image, brokerIds, factor)
    if (problem !== undefined) return refusal('INVALID_REPLICA_ASSIGNMENT', problem)
    if (!brokerIds.some(brokerId => isActiveBroker(state.image.brokers.get(brokerId)))) {
      return refusal(
        'INVALID_REPLICA_ASSIGNMENT',
        `All brokers specified in the manual partition assignment for partition ${firstPartition + index} are fenced or in controlled shutdown.`,
      )
    }
  }
  return assignments.map(assignment => assignment.brokerIds)
}
