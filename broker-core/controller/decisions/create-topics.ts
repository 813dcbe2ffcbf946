import { zeroUuid, uuidFromRandom } from '../../base/bytes/uuid.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { topicConfig, topicConfigProblem, topicConfigsProblem } from '../../model/topic-configs.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import { createTopics } from '../../protocol/messages/19-create-topics.ts'
import type { ControllerState, Decision } from '../controller.ts'
import type { BrokerRegistration, MetadataImage } from '../image.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { placeReplicas } from '../placement.ts'
import { allTopicConfigs, resourceTypes } from '../topic-settings.ts'
import { foldedTopicName, topicNameProblem } from '../topic-names.ts'
import { manualAssignmentProblem } from './assignments.ts'
import { isActiveBroker, isRefusal, type Refusal, refusal, refusalFields } from './decision.ts'

type Request = RequestOf<typeof createTopics>
type Response = ResponseOf<typeof createTopics>
type Asked = Request['topics'][number]
type TopicAnswer = Response['topics'][number]

/** Records of one batch; what needs more must come in several requests. */
export const partitionsPerRequestMax = 10_000

/** CreateTopics (19), META-05. Each topic succeeds or fails alone. */
export function decideCreateTopics(state: ControllerState, request: Request): Decision<Response> {
  const records: MetadataRecord[] = []
  const names = new NamesTaken(state.image, request.topics)
  const budget = { partitionsLeft: partitionsPerRequestMax }
  const answers = request.topics
    .filter((topic, index) => request.topics.findIndex(other => other.name === topic.name) === index)
    .map(asked => {
      const created = createOne(state, asked, names, budget)
      if (isRefusal(created)) return refused(asked.name, created)
      names.take(asked.name)
      records.push(...created.records)
      return created.reply
    })
  return { records: request.validateOnly ? [] : records, reply: { throttleTimeMs: 0, topics: answers } }
}

/** What exists, what collides, and what this request names twice. */
class NamesTaken {
  private readonly image: MetadataImage
  private readonly repeated: ReadonlySet<string>
  private folded: Map<string, string> | undefined
  private readonly taken = new Set<string>()

  constructor(image: MetadataImage, topics: readonly Asked[]) {
    this.image = image
    const seen = new Set<string>()
    this.repeated = new Set(topics.filter(topic => seen.size === seen.add(topic.name).size).map(topic => topic.name))
  }

  problem(name: string): Refusal | undefined {
    if (this.repeated.has(name)) return refusal('INVALID_REQUEST', 'Duplicate topic name.')
    if (name === '__cluster_metadata') return refusal('INVALID_REQUEST', `Creation of internal topic ${name} is prohibited.`)
    if (this.image.topicsByName.has(name)) return refusal('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`)
    const problem = topicNameProblem(name)
    if (problem !== undefined) return refusal('INVALID_TOPIC_EXCEPTION', problem)
    const other = /[._]/.test(name) ? this.colliding(name) : undefined
    return other === undefined
      ? undefined
      : refusal('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other}`)
  }

  take(name: string): void {
    this.taken.add(name)
  }

  private colliding(name: string): string | undefined {
    this.folded ??= new Map([...this.image.topicsByName.keys()].map(existing => [foldedTopicName(existing), existing]))
    const folded = foldedTopicName(name)
    return this.folded.get(folded) ?? [...this.taken].find(other => foldedTopicName(other) === folded)
  }
}

interface Created {
  readonly records: readonly MetadataRecord[]
  readonly reply: TopicAnswer
}

function createOne(
  state: ControllerState,
  asked: Asked,
  names: NamesTaken,
  budget: { partitionsLeft: number },
): Created | Refusal {
  const nameProblem = names.problem(asked.name)
  if (nameProblem !== undefined) return nameProblem
  const configs = configsOf(asked)
  if (isRefusal(configs)) return configs
  const assignment = asked.assignments.length > 0 ? manualAssignment(state, asked) : automaticAssignment(state, asked, budget)
  if (isRefusal(assignment)) return assignment
  if (assignment.length > budget.partitionsLeft) {
    return refusal('POLICY_VIOLATION', `Excessively large number of partitions per request: at most ${partitionsPerRequestMax}.`)
  }
  budget.partitionsLeft -= assignment.length
  const topicId = uuidFromRandom(state.random.bytes(16))
  const records: MetadataRecord[] = [{ type: 'TopicRecord', name: asked.name, topicId }]
  for (const [name, value] of configs) {
    records.push({ type: 'ConfigRecord', resourceType: resourceTypes.topic, resourceName: asked.name, name, value })
  }
  assignment.forEach((replicas, index) => records.push(newPartitionRecord(state.image, topicId, index, replicas)))
  return { records, reply: created(state, asked.name, topicId, assignment, configs) }
}

/** A partition that nobody has written to: the live replicas are in sync, the first of them leads. */
export function newPartitionRecord(
  image: MetadataImage,
  topicId: string,
  partitionId: number,
  replicas: readonly number[],
): MetadataRecord {
  const isr = replicas.filter(replica => isActiveBroker(image.brokers.get(replica)))
  return {
    type: 'PartitionRecord',
    partitionId,
    topicId,
    replicas,
    isr,
    removingReplicas: [],
    addingReplicas: [],
    leader: isr[0] ?? -1,
    leaderRecoveryState: 0,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: replicas.map(replica => directoryFor(image.brokers.get(replica))),
    eligibleLeaderReplicas: null,
    lastKnownElr: null,
  }
}

/** A broker with one directory has nothing to choose; with several it chooses itself and reports (KIP-858). */
export function directoryFor(broker: BrokerRegistration | undefined): string {
  const [only, ...others] = broker?.logDirectoryIds ?? []
  return only !== undefined && others.length === 0 ? only : zeroUuid
}

function configsOf(asked: Asked): ReadonlyMap<string, string> | Refusal {
  const configs = new Map<string, string>()
  for (const { name, value } of asked.configs) {
    if (value === null) return refusal('INVALID_CONFIG', `Null value not supported for topic configs: ${name}`)
    configs.set(name, value)
  }
  for (const [name, value] of configs) {
    const problem = topicConfig(name) === undefined ? `Unknown topic config name: ${name}` : topicConfigProblem(name, value)
    if (problem !== undefined) return refusal('INVALID_CONFIG', problem)
  }
  const problem = topicConfigsProblem(Object.fromEntries(configs))
  return problem === undefined ? configs : refusal('INVALID_CONFIG', problem)
}

function manualAssignment(state: ControllerState, asked: Asked): readonly (readonly number[])[] | Refusal {
  if (asked.replicationFactor !== -1) {
    return refusal('INVALID_REQUEST', 'A manual partition assignment was specified, but replication factor was not set to -1.')
  }
  if (asked.numPartitions !== -1) {
    return refusal('INVALID_REQUEST', 'A manual partition assignment was specified, but numPartitions was not set to -1.')
  }
  const byIndex = new Map<number, readonly number[]>()
  let factor: number | undefined
  for (const { partitionIndex, brokerIds } of asked.assignments) {
    if (byIndex.has(partitionIndex)) {
      return refusal('INVALID_REPLICA_ASSIGNMENT', `Found multiple manual partition assignments for partition ${partitionIndex}`)
    }
    const problem = manualAssignmentProblem(state.image, brokerIds, factor)
    if (problem !== undefined) return refusal('INVALID_REPLICA_ASSIGNMENT', problem)
    factor = brokerIds.length
    if (!brokerIds.some(brokerId => isActiveBroker(state.image.brokers.get(brokerId)))) {
      return refusal(
        'INVALID_REPLICA_ASSIGNMENT',
        `All brokers specified in the manual partition assignment for partition ${partitionIndex} are fenced or in controlled shutdown.`,
      )
    }
    byIndex.set(partitionIndex, brokerIds)
  }
  const assignment = [...byIndex.keys()].sort((a, b) => a - b).map(index => byIndex.get(index) ?? [])
  if (!assignment.every((_, index) => byIndex.has(index))) {
    return refusal('INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence')
  }
  return assignment
}

function automaticAssignment(
  state: ControllerState,
  asked: Asked,
  budget: { partitionsLeft: number },
): readonly (readonly number[])[] | Refusal {
  if (asked.replicationFactor < -1 || asked.replicationFactor === 0) {
    return refusal('INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.')
  }
  if (asked.numPartitions < -1 || asked.numPartitions === 0) {
    return refusal('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.')
  }
  const partitions = asked.numPartitions === -1 ? state.defaults.numPartitions : asked.numPartitions
  const replicationFactor = asked.replicationFactor === -1 ? state.defaults.defaultReplicationFactor : asked.replicationFactor
  if (partitions > budget.partitionsLeft) {
    return refusal('POLICY_VIOLATION', `Excessively large number of partitions per request: at most ${partitionsPerRequestMax}.`)
  }
  const placed = placeReplicas(placeable(state.image), { partitions, replicationFactor, fraction: state.random.fraction })
  if (placed.ok) return placed.replicas
  return refusal(
    'INVALID_REPLICATION_FACTOR',
    `Unable to replicate the partition ${replicationFactor} time(s): ${placed.message}`,
  )
}

/** A broker that is about to stop counts as fenced. One whose directories are all cordoned takes nothing new (KIP-1066). */
export const placeable = (image: MetadataImage) =>
  [...image.brokers.values()]
    .filter(broker => {
      const { logDirectoryIds, cordonedLogDirectoryIds } = broker
      return logDirectoryIds.length === 0 || logDirectoryIds.some(id => !cordonedLogDirectoryIds.includes(id))
    })
    .map(broker => ({ brokerId: broker.brokerId, rack: broker.rack, fenced: !isActiveBroker(broker) }))

function created(
  state: ControllerState,
  name: string,
  topicId: string,
  assignment: readonly (readonly number[])[],
  configs: ReadonlyMap<string, string>,
): TopicAnswer {
  return {
    name,
    topicId,
    errorCode: 0,
    errorMessage: null,
    topicConfigErrorCode: 0,
    numPartitions: assignment.length,
    replicationFactor: assignment[0]?.length ?? -1,
    configs: allTopicConfigs(state.image, state.defaults, configs).map(config => ({
      name: config.name,
      value: config.value,
      readOnly: false,
      configSource: config.source,
      isSensitive: false,
    })),
  }
}

const refused = (name: string, why: Refusal): TopicAnswer => ({
  name,
  topicId: zeroUuid,
  ...refusalFields(why),
  topicConfigErrorCode: why.error === 'INVALID_CONFIG' ? errorCode('INVALID_CONFIG') : 0,
  numPartitions: -1,
  replicationFactor: -1,
  configs: [],
})
