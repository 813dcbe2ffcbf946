import { brokerConfigEntry, type ConfigType } from '../model/broker-config-table.ts'
import { topicConfig, topicConfigProblem, topicConfigsProblem } from '../model/topic-configs.ts'
import { resourceTypes } from './topic-settings.ts'

export interface Rule {
  readonly type: ConfigType
  readonly min?: number
  readonly max?: number
  /** Kafka's, where nobody has said anything. */
  readonly fallback: string
  /** The broker property that is its default. */
  readonly brokerProperty?: string
}

const ofBroker = (name: string, rule: Rule): Rule => ({ ...rule, brokerProperty: `group.${name}` })

/** CG-13 and KIP-932: what a group can set for itself. */
const groupRules: Readonly<Record<string, Rule>> = {
  'consumer.session.timeout.ms': ofBroker('consumer.session.timeout.ms', { type: 'int', min: 1, fallback: '45000' }),
  'consumer.heartbeat.interval.ms': ofBroker('consumer.heartbeat.interval.ms', { type: 'int', min: 1, fallback: '5000' }),
  'consumer.assignment.interval.ms': ofBroker('consumer.assignment.interval.ms', { type: 'int', min: 0, fallback: '1000' }),
  'share.session.timeout.ms': ofBroker('share.session.timeout.ms', { type: 'int', min: 1, fallback: '45000' }),
  'share.heartbeat.interval.ms': ofBroker('share.heartbeat.interval.ms', { type: 'int', min: 1, fallback: '5000' }),
  'share.assignment.interval.ms': ofBroker('share.assignment.interval.ms', { type: 'int', min: 0, fallback: '1000' }),
  'share.record.lock.duration.ms': ofBroker('share.record.lock.duration.ms', { type: 'int', min: 1000, fallback: '30000' }),
  'share.delivery.count.limit': ofBroker('share.delivery.count.limit', { type: 'int', min: 1, fallback: '5' }),
  'share.partition.max.record.locks': ofBroker('share.partition.max.record.locks', { type: 'int', min: 100, fallback: '2000' }),
  'share.auto.offset.reset': { type: 'string', fallback: 'latest' },
  'share.isolation.level': { type: 'string', fallback: 'read_uncommitted' },
  'share.renew.acknowledge.enable': { type: 'boolean', fallback: 'true' },
  'streams.session.timeout.ms': ofBroker('streams.session.timeout.ms', { type: 'int', min: 1, fallback: '45000' }),
  'streams.heartbeat.interval.ms': ofBroker('streams.heartbeat.interval.ms', { type: 'int', min: 1, fallback: '5000' }),
  'streams.assignment.interval.ms': ofBroker('streams.assignment.interval.ms', { type: 'int', min: 0, fallback: '1000' }),
  'streams.num.standby.replicas': ofBroker('streams.num.standby.replicas', { type: 'int', min: 0, fallback: '0' }),
  'streams.initial.rebalance.delay.ms': ofBroker('streams.initial.rebalance.delay.ms', { type: 'int', min: 0, fallback: '3000' }),
}

/** CG-13: least and most, each with the broker property that says otherwise; the numbers are Kafka's defaults of these. */
const groupBounds: Readonly<Record<string, readonly (readonly [property: string, fallback: number])[]>> = {
  ...boundsOf('consumer', 'session.timeout.ms', 45_000, 60_000),
  ...boundsOf('consumer', 'heartbeat.interval.ms', 5_000, 15_000),
  ...boundsOf('consumer', 'assignment.interval.ms', 0, 15_000),
  ...boundsOf('share', 'session.timeout.ms', 45_000, 60_000),
  ...boundsOf('share', 'heartbeat.interval.ms', 5_000, 15_000),
  ...boundsOf('share', 'assignment.interval.ms', 0, 15_000),
  ...boundsOf('share', 'record.lock.duration.ms', 15_000, 60_000),
  ...boundsOf('share', 'delivery.count.limit', 2, 10),
  ...boundsOf('share', 'partition.max.record.locks', 100, 4_000),
  ...boundsOf('streams', 'session.timeout.ms', 45_000, 60_000),
  ...boundsOf('streams', 'heartbeat.interval.ms', 5_000, 15_000),
  ...boundsOf('streams', 'assignment.interval.ms', 0, 15_000),
  'streams.num.standby.replicas': [
    ['group.streams.min.standby.replicas', 0],
    ['group.streams.max.standby.replicas', 2],
  ],
}

function boundsOf(kind: string, name: string, least: number, most: number) {
  const bounds = [
    [`group.${kind}.min.${name}`, least],
    [`group.${kind}.max.${name}`, most],
  ] as const
  return { [`${kind}.${name}`]: bounds }
}

/** TEL-02. */
const clientMetricsRules: Readonly<Record<string, Rule>> = {
  metrics: { type: 'list', fallback: '' },
  match: { type: 'list', fallback: '' },
  'interval.ms': { type: 'int', min: 100, max: 3_600_000, fallback: '300000' },
}

/** What a group, or a subscription to client metrics, can have, by name; undefined for other resources. */
export function namedConfigs(resourceType: number): Readonly<Record<string, Rule>> | undefined {
  if (resourceType === resourceTypes.group) return groupRules
  return resourceType === resourceTypes.clientMetrics ? clientMetricsRules : undefined
}

/** META-08, META-09: why the name cannot be set on this type of resource. */
export function configNameProblem(resourceType: number, name: string): string | undefined {
  switch (resourceType) {
    case resourceTypes.topic:
      return topicConfig(name) === undefined ? `Unknown topic config name: ${name}` : undefined
    case resourceTypes.broker:
      return brokerConfigEntry(name)?.readOnly === true ? `Cannot update these configs dynamically: [${name}]` : undefined
    case resourceTypes.group:
      return Object.hasOwn(groupRules, name) ? undefined : `Unknown group config name: ${name}`
    default:
      return Object.hasOwn(clientMetricsRules, name) ? undefined : `Unknown client metrics configuration: ${name}`
  }
}

/** META-09: in which error a problem travels. What a broker itself looks at is an invalid request, as in Kafka. */
export const configProblemError = (resourceType: number): 'INVALID_REQUEST' | 'INVALID_CONFIG' =>
  resourceType === resourceTypes.broker || resourceType === resourceTypes.clientMetrics ? 'INVALID_REQUEST' : 'INVALID_CONFIG'

/** All values that a resource would have afterwards; `given`: static broker properties. */
export function configsProblem(
  resourceType: number,
  values: ReadonlyMap<string, string>,
  given: Readonly<Record<string, string>> = {},
): string | undefined {
  for (const name of values.keys()) {
    const problem = configNameProblem(resourceType, name)
    if (problem !== undefined) return problem
  }
  if (resourceType === resourceTypes.topic) return topicConfigsProblem(Object.fromEntries(values))
  for (const [name, value] of values) {
    const problem = valueProblem(ruleOf(resourceType, name), value)
    if (problem !== undefined) return `Invalid value ${value} for configuration ${name}: ${problem}`
    const other = resourceType === resourceTypes.broker ? ofTopicsProblem(name, value) : outOfGroupBounds(name, value, given)
    if (other !== undefined) return other
  }
  return undefined
}

/** What is the default of a topic configuration can only be what that can be. */
function ofTopicsProblem(name: string, value: string): string | undefined {
  const topicName = brokerConfigEntry(name)?.topicName
  const problem = topicName === undefined ? undefined : topicConfigProblem(topicName, value)
  return problem?.replace(`for configuration ${topicName}: `, `for configuration ${name}: `)
}

function outOfGroupBounds(name: string, value: string, given: Readonly<Record<string, string>>): string | undefined {
  const [least, most] = groupBounds[name] ?? []
  if (least === undefined || most === undefined) return undefined
  if (Number(value) < Number(given[least[0]] ?? least[1])) return `${name} must be greater than or equal to ${least[0]}`
  if (Number(value) > Number(given[most[0]] ?? most[1])) return `${name} must be less than or equal to ${most[0]}`
  return undefined
}

export function configListType(resourceType: number, name: string): boolean {
  if (resourceType === resourceTypes.topic) return topicConfig(name)?.type === 'list'
  return ruleOf(resourceType, name)?.type === 'list'
}

/** Undefined: a broker property of somebody's plugin, which Kafka lets be. */
function ruleOf(resourceType: number, name: string): Omit<Rule, 'fallback'> | undefined {
  if (resourceType === resourceTypes.broker) return brokerConfigEntry(name)
  return resourceType === resourceTypes.group ? groupRules[name] : clientMetricsRules[name]
}

function valueProblem(rule: Omit<Rule, 'fallback'> | undefined, value: string): string | undefined {
  switch (rule?.type) {
    case 'boolean':
      return /^(true|false)$/i.test(value.trim()) ? undefined : 'Expected value to be either true or false'
    case 'int':
    case 'short':
    case 'long':
      if (!/^[+-]?\d{1,19}$/.test(value.trim())) return `Not a number of type ${rule.type.toUpperCase()}`
      return boundsProblem(rule, Number(value))
    case 'double':
      return value.trim() !== '' && Number.isFinite(Number(value))
        ? boundsProblem(rule, Number(value))
        : 'Not a number of type DOUBLE'
    default:
      return undefined
  }
}

function boundsProblem(rule: Pick<Rule, 'min' | 'max'>, value: number): string | undefined {
  if (rule.min !== undefined && value < rule.min) return `Value must be at least ${rule.min}`
  if (rule.max !== undefined && value > rule.max) return `Value must be no more than ${rule.max}`
  return undefined
}
