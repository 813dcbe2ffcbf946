import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { CoordinatorPorts, InternalTopicPlan } from './ports.ts'
import { partitionFor } from './runtime/partitioner.ts'

/** `keyType` of FindCoordinator. Share groups are not coordinated here. */
export const coordinatorKeyTypes = ['group', 'transaction', 'share'] as const
export type CoordinatorKeyType = (typeof coordinatorKeyTypes)[number]

export type FoundCoordinator =
  | { readonly error: 'NONE'; readonly nodeId: number; readonly host: string; readonly port: number }
  | { readonly error: Exclude<KafkaErrorName, 'NONE'> }

export interface CoordinatorFinder {
  /** The broker that coordinates `key`, at its endpoint of `listener`. Asks for the internal topic where it is missing (INT-01). */
  find(keyType: CoordinatorKeyType, key: string, listener: string): Promise<FoundCoordinator>
  /** Asks for the internal topic where it is missing and waits a little until this broker knows of it. False: not yet. */
  ensureTopic(keyType: 'group' | 'transaction'): Promise<boolean>
}

/** A new topic is usually known everywhere within milliseconds: cheaper than having the client ask again. */
const topicKnownWithinMs = 1_000

export interface CoordinatorTopics {
  readonly group: InternalTopicPlan
  readonly transaction: InternalTopicPlan
}

export function coordinatorFinder(
  ports: Pick<CoordinatorPorts, 'metadata' | 'internalTopics' | 'timers'>,
  topics: CoordinatorTopics,
): CoordinatorFinder {
  const { metadata, internalTopics, timers } = ports
  const isKnown = (name: string): boolean => metadata.topic(name) !== undefined
  async function ensureTopic(keyType: 'group' | 'transaction'): Promise<boolean> {
    const plan = topics[keyType]
    if (isKnown(plan.name)) return true
    await internalTopics.ensure(plan)
    if (isKnown(plan.name)) return true
    await new Promise<void>(resolve => {
      const done = (): void => {
        cancel()
        unwatch()
        resolve()
      }
      const cancel = timers.after(topicKnownWithinMs, done)
      const unwatch = metadata.watchTopics(({ changed }) => {
        if (changed.has(plan.name)) done()
      })
    })
    return isKnown(plan.name)
  }
  return {
    ensureTopic,
    async find(keyType, key, listener) {
      if (keyType === 'share') return { error: 'INVALID_REQUEST' }
      if (keyType === 'group' && key === '') return { error: 'INVALID_GROUP_ID' }
      const plan = topics[keyType]
      await ensureTopic(keyType)
      const topic = metadata.topic(plan.name)
      if (topic === undefined) return { error: 'COORDINATOR_NOT_AVAILABLE' }
      const nodeId = metadata.partitionLeader(plan.name, partitionFor(key, topic.partitionCount))
      const endpoint = nodeId === undefined ? undefined : metadata.endpoint(nodeId, listener)
      if (nodeId === undefined || endpoint === undefined) return { error: 'COORDINATOR_NOT_AVAILABLE' }
      return { error: 'NONE', nodeId, host: endpoint.host, port: endpoint.port }
    },
  }
}

/** INT-01: what `__consumer_offsets` is created with. */
export const offsetsTopicPlan = (options: {
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly segmentBytes: number
}): InternalTopicPlan => ({
  name: '__consumer_offsets',
  partitionCount: options.partitionCount,
  replicationFactor: options.replicationFactor,
  configs: { 'cleanup.policy': 'compact', 'segment.bytes': `${options.segmentBytes}`, 'compression.type': 'producer' },
})

/** INT-01: what `__transaction_state` is created with. */
export const transactionTopicPlan = (options: {
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly segmentBytes: number
  readonly inSyncReplicasMin: number
}): InternalTopicPlan => ({
  name: '__transaction_state',
  partitionCount: options.partitionCount,
  replicationFactor: options.replicationFactor,
  configs: {
    'cleanup.policy': 'compact',
    'segment.bytes': `${options.segmentBytes}`,
    'compression.type': 'uncompressed',
    'min.insync.replicas': `${options.inSyncReplicasMin}`,
    'unclean.leader.election.enable': 'false',
  },
})
