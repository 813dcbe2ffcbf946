import type { DescribedConsumerGroup } from '../../coordinator/groups/consumer/describe.ts'
import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { consumerGroupDescribe } from '../../protocol/messages/69-consumer-group-describe.ts'
import { groupOperations, operationsNotAsked } from '../authorized-operations.ts'
import { handler, type Handler } from '../handler.ts'

type GroupResponse = ResponseOf<typeof consumerGroupDescribe>['groups'][number]

/** `memberType` of version 1 (KIP-1099). */
const memberTypes = { classic: 0, consumer: 1 } as const

/** ConsumerGroupDescribe v0-1: CG-12. */
export function consumerGroupDescribeHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'describeConsumerGroup'>
}): Handler<typeof consumerGroupDescribe> {
  return handler(consumerGroupDescribe, async request => {
    const authorizedOperations = request.includeAuthorizedOperations ? groupOperations : operationsNotAsked
    const describe = async (groupId: string): Promise<GroupResponse> => {
      const described = groupId === '' ? 'INVALID_GROUP_ID' : await deps.groups.describeConsumerGroup(groupId)
      return { ...toWire(groupId, described), authorizedOperations }
    }
    return { throttleTimeMs: 0, groups: await Promise.all(request.groupIds.map(describe)) }
  })
}

const nothing = {
  errorMessage: null,
  groupState: '',
  groupEpoch: 0,
  assignmentEpoch: 0,
  assignorName: '',
  members: [],
  authorizedOperations: operationsNotAsked,
}

function toWire(groupId: string, group: DescribedConsumerGroup | KafkaErrorName | undefined): GroupResponse {
  if (typeof group === 'string') return { ...nothing, groupId, errorCode: errorCode(group) }
  if (group === undefined) {
    const errorMessage = `Group ${groupId} is not a consumer group.`
    return { ...nothing, groupId, errorCode: errorCode('GROUP_ID_NOT_FOUND'), errorMessage }
  }
  return {
    ...nothing,
    errorCode: 0,
    groupId,
    groupState: group.state,
    groupEpoch: group.epoch,
    assignmentEpoch: group.targetEpoch,
    assignorName: group.assignor,
    members: group.members.map(member => ({
      memberId: member.memberId,
      instanceId: member.instanceId,
      rackId: member.rackId,
      memberEpoch: member.epoch,
      clientId: member.clientId,
      clientHost: member.clientHost,
      subscribedTopicNames: member.subscribedTopics,
      subscribedTopicRegex: member.subscribedRegex,
      assignment: { topicPartitions: member.assigned },
      targetAssignment: { topicPartitions: member.target },
      memberType: member.isClassic ? memberTypes.classic : memberTypes.consumer,
    })),
  }
}
