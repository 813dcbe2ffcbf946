import type { ParsedOf } from '../../contract/contract.ts'
import type { CallName, StreamName } from '../../contract/contract.ts'

type Targets = { readonly [N in CallName | StreamName]?: (input: ParsedOf<N>) => string | undefined }

const places = (list: readonly { readonly topic: string; readonly partition: number }[]): string =>
  shortList([...new Set(list.map(it => `${it.topic}-${it.partition}`))])

/** The first few by name, the rest by count. */
function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`
}

const configs = (names: readonly string[]): string => (names.length === 0 ? '' : `: ${shortList(names)}`)

/** What changes a cluster, and the words for what it is done to; undefined for an order that changes nothing. */
export const auditedCalls: Targets = {
  'topics.create': input => (input.validateOnly ? undefined : `topic ${input.topic}, ${input.partitions} partitions`),
  'topics.delete': input => `topics ${shortList(input.topics)}`,
  'topics.addPartitions': input => (input.validateOnly ? undefined : `topic ${input.topic}: ${input.total} partitions`),
  'topics.empty': input => `all records of topic ${input.topic}`,
  'topics.alterConfig': input =>
    input.validateOnly ? undefined : `topic ${input.topic}${configs([...Object.keys(input.set), ...input.reset])}`,
  'topics.electLeaders': input => (input.topics === null ? 'all topics' : `topics ${shortList(input.topics)}`),
  'topics.reassign': input => `replicas of ${places(input.moves)}`,
  'topics.cancelReassignment': input =>
    input.partitions === null ? 'all reassignments' : `reassignments of ${places(input.partitions)}`,
  'groups.applyReset': input => `group ${input.group}: offsets of ${places(input.moves)}`,
  'groups.delete': input => `group ${input.group}`,
  'records.produce': input => `one record to topic ${input.topic}`,
  'records.produceMany': input =>
    `${input.count ?? (input.file === null ? 'one' : 'all')} records ${input.file === null ? '' : `of ${input.file} `}to topic ${input.topic}`,
  'transfer.import': input => `records of ${input.path} to topic ${input.topic}`,
  'sampleShop.start': () => 'sample shop: topics and groups',
  'sampleShop.read': input => `sample shop: its consumers ${input.isReading ? 'join' : 'leave'}`,
  'local.reset': input => `all files of the brokers in ${input.confirm}`,
  'sampleShop.stop': () => 'sample shop: topics and groups removed',
}
