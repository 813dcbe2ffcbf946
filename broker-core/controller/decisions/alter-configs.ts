import { isPerBroker } from '../../model/broker-config-table.ts'
import type { RequestOf, ResponseOf } from '../../protocol/api.ts'
import type { alterConfigs } from '../../protocol/messages/33-alter-configs.ts'
import type { incrementalAlterConfigs } from '../../protocol/messages/44-incremental-alter-configs.ts'
import { illegalClientMatch } from '../client-match.ts'
import { configListType, configNameProblem, configProblemError, configsProblem } from '../config-rules.ts'
import type { ControllerState, Decision } from '../controller.ts'
import { configKey, evolveImage } from '../image-draft.ts'
import type { MetadataRecord } from '../metadata-records.ts'
import { noLeader } from '../metadata-records.ts'
import { partitionChangeRecord } from '../partition-change.ts'
import { topicNameProblem } from '../topic-names.ts'
import { effectiveTopicConfig, minInsyncReplicasConfig, resourceTypes } from '../topic-settings.ts'
import { changeContext, hasElrFeature, isRefusal, partitionsWhere, type Refusal, refusal, refusalFields } from './decision.ts'

type Incremental = RequestOf<typeof incrementalAlterConfigs>
type Legacy = RequestOf<typeof alterConfigs>

interface Resource {
  readonly resourceType: number
  readonly resourceName: string
}

/** Operations of IncrementalAlterConfigs. */
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** IncrementalAlterConfigs (44), META-09: each resource changes wholly or not at all. */
export function decideIncrementalAlterConfigs(
  state: ControllerState,
  request: Incremental,
): Decision<ResponseOf<typeof incrementalAlterConfigs>> {
  return decideAll(state, request.resources, request.validateOnly, (resource, present) => changedValues(state, resource, present))
}

/** AlterConfigs (33): what the request does not name goes back to its default. */
export function decideAlterConfigs(state: ControllerState, request: Legacy): Decision<ResponseOf<typeof alterConfigs>> {
  return decideAll(state, request.resources, request.validateOnly, resource => {
    const values = new Map<string, string>()
    for (const { name, value } of resource.configs) {
      if (value === null) return refusal('INVALID_REQUEST', `Null value not supported for : ${name}`)
      values.set(name, value)
    }
    return values
  })
}

interface WithConfigs extends Resource {
  readonly configs: readonly { readonly name: string }[]
}

function decideAll<R extends WithConfigs>(
  state: ControllerState,
  resources: readonly R[],
  validateOnly: boolean,
  next: (resource: R, present: ReadonlyMap<string, string>) => ReadonlyMap<string, string> | Refusal,
): Decision<ResponseOf<typeof incrementalAlterConfigs>> {
  const keys = resources.map(resource => configKey(resource.resourceType, resource.resourceName))
  const records: MetadataRecord[] = []
  const responses = resources.map(resource => {
    const key = configKey(resource.resourceType, resource.resourceName)
    const isRepeated = keys.filter(other => other === key).length > 1
    const outcome = isRepeated
      ? refusal('INVALID_REQUEST', 'Each resource must appear at most once.')
      : decideOne(state, resource, next)
    const { resourceType, resourceName } = resource
    if (isRefusal(outcome)) return { ...refusalFields(outcome), resourceType, resourceName }
    records.push(...outcome)
    return { errorCode: 0, errorMessage: null, resourceType, resourceName }
  })
  const all = [...records, ...electionsAfter(state, records)]
  return { records: validateOnly ? [] : all, reply: { throttleTimeMs: 0, responses } }
}

function decideOne<R extends WithConfigs>(
  state: ControllerState,
  resource: R,
  next: (resource: R, present: ReadonlyMap<string, string>) => ReadonlyMap<string, string> | Refusal,
): readonly MetadataRecord[] | Refusal {
  const unknown = resourceProblem(state, resource)
  if (unknown !== undefined) return unknown
  const names = resource.configs.map(config => config.name)
  if (new Set(names).size !== names.length) return refusal('INVALID_REQUEST', 'Error due to duplicate config keys')
  const present = state.image.configs.get(configKey(resource.resourceType, resource.resourceName)) ?? new Map<string, string>()
  const values = next(resource, present)
  if (isRefusal(values)) return values
  const forNobody = perBrokerRefusal(resource, values)
  if (forNobody !== undefined) return forNobody
  const problem = configsProblem(resource.resourceType, values, state.defaults.staticConfigs)
  if (problem !== undefined) return refusal(configProblemError(resource.resourceType), problem)
  const illegal =
    resource.resourceType === resourceTypes.clientMetrics ? illegalClientMatch(values.get('match') ?? '') : undefined
  if (illegal !== undefined) return refusal('INVALID_CONFIG', `Illegal client matching pattern: ${illegal}`)
  const records = differences(resource, present, values)
  const elrProblem = elrRefusal(state, resource, records)
  return elrProblem ?? [...records, ...clearsElr(state, resource, records)]
}

/** What has no value for all brokers together. */
function perBrokerRefusal({ resourceType, resourceName }: Resource, values: ReadonlyMap<string, string>): Refusal | undefined {
  if (resourceType !== resourceTypes.broker || resourceName !== '') return undefined
  const names = [...values.keys()].filter(isPerBroker)
  if (names.length === 0) return undefined
  const why = 'Cannot update these configs at default cluster level, broker id must be specified'
  return refusal('INVALID_REQUEST', `${why}: [${names.join(', ')}]`)
}

function resourceProblem(state: ControllerState, { resourceType, resourceName }: Resource): Refusal | undefined {
  switch (resourceType) {
    case resourceTypes.topic:
      if (topicNameProblem(resourceName) !== undefined) return refusal('INVALID_TOPIC_EXCEPTION', topicNameProblem(resourceName))
      if (state.image.topicsByName.has(resourceName)) return undefined
      return refusal('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`)
    case resourceTypes.broker:
      if (resourceName === '') return undefined
      if (!/^\d{1,10}$/.test(resourceName))
        return refusal('INVALID_REQUEST', `Broker id must be an integer, but it is: ${resourceName}`)
      if (state.image.brokers.has(Number(resourceName)) || state.image.controllers.has(Number(resourceName))) return undefined
      return refusal('BROKER_ID_NOT_REGISTERED', `No node with id ${resourceName} found.`)
    case resourceTypes.group:
    case resourceTypes.clientMetrics:
      return resourceName === '' ? refusal('INVALID_REQUEST', 'The resource name must not be empty.') : undefined
    default:
      return refusal('INVALID_REQUEST', `Unsupported resource type ${resourceType}.`)
  }
}

function changedValues(
  state: ControllerState,
  resource: Incremental['resources'][number],
  present: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | Refusal {
  const values = new Map(present)
  for (const { name, configOperation, value } of resource.configs) {
    if (configOperation === operations.delete) {
      values.delete(name)
      continue
    }
    if (value === null) return refusal('INVALID_REQUEST', `Null value not supported for : ${name}`)
    const nameProblem = configNameProblem(resource.resourceType, name)
    if (nameProblem !== undefined) return refusal(configProblemError(resource.resourceType), nameProblem)
    if (configOperation === operations.set) {
      values.set(name, value)
      continue
    }
    const verb =
      configOperation === operations.append ? 'APPEND' : configOperation === operations.subtract ? 'SUBTRACT' : undefined
    if (verb === undefined) return refusal('INVALID_REQUEST', `Unknown config operation ${configOperation}.`)
    if (!configListType(resource.resourceType, name)) {
      return refusal('INVALID_CONFIG', `Can't ${verb} to key ${name} because its type is not LIST.`)
    }
    const before = itemsOf(present.get(name) ?? listDefault(state, resource, name))
    const given = itemsOf(value)
    const after =
      verb === 'APPEND'
        ? [...before, ...given.filter(item => !before.includes(item))]
        : before.filter(item => !given.includes(item))
    values.set(name, after.join(','))
  }
  return values
}

function listDefault(state: ControllerState, resource: Resource, name: string): string {
  return resource.resourceType === resourceTypes.topic
    ? effectiveTopicConfig(state.image, state.defaults, undefined, name).value
    : ''
}

const itemsOf = (list: string): string[] =>
  list
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')

function differences(
  { resourceType, resourceName }: Resource,
  present: ReadonlyMap<string, string>,
  values: ReadonlyMap<string, string>,
): MetadataRecord[] {
  const record = (name: string, value: string | null): MetadataRecord => ({
    type: 'ConfigRecord',
    resourceType,
    resourceName,
    name,
    value,
  })
  const gone = [...present.keys()].filter(name => !values.has(name)).map(name => record(name, null))
  const set = [...values].filter(([name, value]) => present.get(name) !== value).map(([name, value]) => record(name, value))
  return [...gone, ...set]
}

const touchesMinIsr = (records: readonly MetadataRecord[]): MetadataRecord | undefined =>
  records.find(record => record.type === 'ConfigRecord' && record.name === minInsyncReplicasConfig)

/** LEAD-08: with ELR on there is one cluster-wide minimum, and it stays. */
function elrRefusal(state: ControllerState, resource: Resource, records: readonly MetadataRecord[]): Refusal | undefined {
  const change = touchesMinIsr(records)
  if (change === undefined || resource.resourceType !== resourceTypes.broker || !hasElrFeature(state.image)) return undefined
  if (resource.resourceName !== '') {
    return refusal('INVALID_CONFIG', 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.')
  }
  const isRemoval = change.type === 'ConfigRecord' && change.value === null
  return isRemoval
    ? refusal('INVALID_CONFIG', 'Cluster-level min.insync.replicas cannot be removed while ELR is enabled.')
    : undefined
}

/** LEAD-08: who was eligible under another minimum may not be so under this one. */
function clearsElr(state: ControllerState, resource: Resource, records: readonly MetadataRecord[]): MetadataRecord[] {
  if (touchesMinIsr(records) === undefined || !hasElrFeature(state.image)) return []
  return [{ type: 'ClearElrRecord', topicName: resource.resourceType === resourceTypes.topic ? resource.resourceName : '' }]
}

/** LEAD-03: partitions without a leader have one as soon as unclean elections are allowed. */
function electionsAfter(state: ControllerState, records: readonly MetadataRecord[]): MetadataRecord[] {
  // Also by the end of a topic's own value, where the cluster allows them.
  const isTouched = records.some(record => record.type === 'ConfigRecord' && record.name === 'unclean.leader.election.enable')
  if (!isTouched) return []
  const image = evolveImage(state.image, records, state.image)
  const elections: MetadataRecord[] = []
  for (const { topic, partition } of partitionsWhere(image, each => each.leader === noLeader)) {
    const record = partitionChangeRecord(partition, changeContext({ image, defaults: state.defaults }, topic))
    if (record !== undefined) elections.push(record)
  }
  return elections
}
