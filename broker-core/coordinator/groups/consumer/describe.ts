import type { CoordinatorMetadata } from '../../ports.ts'
import {
  type ConsumerGroup,
  type ConsumerGroupState,
  consumerGroupState,
  type ConsumerMember,
  noTarget,
  type Owned,
  type Target,
} from './consumer-group.ts'
import type { ConsumerContext } from './context.ts'
import { preferredAssignor } from './target.ts'

export interface DescribedPartitions {
  readonly topicId: string
  readonly topicName: string
  readonly partitions: readonly number[]
}

export interface DescribedConsumerMember
  extends Pick<
    ConsumerMember,
    'memberId' | 'instanceId' | 'rackId' | 'clientId' | 'clientHost' | 'subscribedTopics' | 'subscribedRegex' | 'epoch'
  > {
  readonly isClassic: boolean
  readonly assigned: readonly DescribedPartitions[]
  readonly target: readonly DescribedPartitions[]
}

export interface DescribedConsumerGroup {
  readonly state: ConsumerGroupState
  readonly epoch: number
  readonly targetEpoch: number
  readonly assignor: string
  readonly members: readonly DescribedConsumerMember[]
}

/** ConsumerGroupDescribe: CG-12. Topics that are gone have no name and are left out. */
export function describeConsumerGroup(group: ConsumerGroup, context: ConsumerContext): DescribedConsumerGroup {
  const named = (owned: Owned | Target): readonly DescribedPartitions[] => partitionsOf(owned, context.metadata)
  return {
    state: consumerGroupState(group),
    epoch: group.epoch,
    targetEpoch: group.targetEpoch,
    assignor: preferredAssignor({ group }, context),
    members: [...group.members.values()].map(member => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      rackId: member.rackId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopics: member.subscribedTopics,
      subscribedRegex: member.subscribedRegex,
      epoch: member.epoch,
      isClassic: member.classic !== null,
      assigned: named(member.assigned),
      target: named(group.targets.get(member.memberId) ?? noTarget),
    })),
  }
}

function partitionsOf(owned: Owned | Target, metadata: Pick<CoordinatorMetadata, 'topicById'>): readonly DescribedPartitions[] {
  return [...owned].flatMap(([topicId, partitions]) => {
    const topic = metadata.topicById(topicId)
    return topic === undefined
      ? []
      : [{ topicId, topicName: topic.name, partitions: [...partitions.keys()].toSorted((a, b) => a - b) }]
  })
}
