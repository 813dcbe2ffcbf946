import { brokerConfigEntry, type ConfigType } from '../model/broker-config-table.ts'
import { topicConfig, topicConfigsProblem } from '../model/topic-configs.ts'
import { resourceTypes } from './topic-settings.ts'

interface Rule {
  readonly type: ConfigType
  readonly min?: number
  readonly max?: number
}

/** CG-13 and KIP-932: what a group can set for itself. Bounds are Kafka's broker-side defaults for minimum and maximum. */
const groupRules: Readonly<Record<string, Rule>> = {
  'consumer.session.timeout.ms': { type: 'int', min: 1 },
  'consumer.heartbeat.interval.ms': { type: 'int', min: 1 },
  'consumer.assignment.interval.ms': { type: 'int', min: 0 },
  'share.session.timeout.ms': { type: 'int', min: 1 },
  'share.heartbeat.interval.ms': { type: 'int', min: 1 },
  'share.record.lock.duration.ms': { type: 'int', min: 1000 },
  'share.delivery.count.limit': { type: 'int', min: 2, max: 10 },
  'share.partition.max.record.locks': { type: 'int', min: 100, max: 10000 },
  'share.auto.offset.reset': { type: 'string' },
  'share.isolation.level': { type: 'string' },
  'share.renew.acknowledge.enable': { type: 'boolean' },
  'streams.session.timeout.ms': { type: 'int', min: 1 },
  'streams.heartbeat.interval.ms': { type: 'int', min: 1 },
  'streams.num.standby.replicas': { type: 'int', min: 0 },
  'streams.initial.rebalance.delay.ms': { type: 'int', min: 0 },
}

/** TEL-02. */
const clientMetricsRules: Readonly<Record<string, Rule>> = {
  metrics: { type: 'list' },
  match: { type: 'list' },
  'interval.ms': { type: 'int', min: 100, max: 3_600_000 },
}

/** META-08, META-09: why the name cannot be set on this type of resource. */
export function configNameProblem(resourceType: number, name: string): string | undefined {
  switch (resourceType) {
    case resourceTypes.topic:
      return topicConfig(name) === undefined ? `Unknown topic config name: ${name}` : undefined
    case resourceTypes.broker:
      return brokerConfigEntry(name)?.readOnly === true ? `Cannot update these configs dynamically: Set(${name})` : undefined
    case resourceTypes.group:
      return Object.hasOwn(groupRules, name) ? undefined : `Unknown group config name: ${name}`
    default:
      return Object.hasOwn(clientMetricsRules, name) ? undefined : `Unknown client metrics configuration: ${name}`
  }
}

/** All values that a resource would have afterwards. */
export function configsProblem(resourceType: number, values: ReadonlyMap<string, string>): string | undefined {
  for (const name of values.keys()) {
    const problem = configNameProblem(resourceType, name)
    if (problem !== undefined) return problem
  }
  if (resourceType === resourceTypes.topic) return topicConfigsProblem(Object.fromEntries(values))
  for (const [name, value] of values) {
    const problem = valueProblem(ruleOf(resourceType, name), value)
    if (problem !== undefined) return `Invalid value ${value} for configuration ${name}: ${problem}`
  }
  return undefined
}

export function configListType(resourceType: number, name: string): boolean {
  if (resourceType === resourceTypes.topic) return topicConfig(name)?.type === 'list'
  return ruleOf(resourceType, name)?.type === 'list'
}

/** Undefined: a broker property of somebody's plugin, which Kafka lets be. */
function ruleOf(resourceType: number, name: string): Rule | undefined {
  if (resourceType === resourceTypes.broker) return brokerConfigEntry(name)
  return resourceType === resourceTypes.group ? groupRules[name] : clientMetricsRules[name]
}

function valueProblem(rule: Rule | undefined, value: string): string | undefined {
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

function boundsProblem(rule: Rule, value: number): string | undefined {
  if (rule.min !== undefined && value < rule.min) return `Value must be at least ${rule.min}`
  if (rule.max !== undefined && value > rule.max) return `Value must be no more than ${rule.max}`
  return undefined
}
