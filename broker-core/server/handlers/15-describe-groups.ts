import type { DescribedGroup } from '../../coordinator/groups/describe.ts'
import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode, type KafkaErrorName } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts'
import { groupOperations, operationsNotAsked } from '../authorized-operations.ts'
import { handler, type Handler } from '../handler.ts'

type GroupResponse = ResponseOf<typeof describeGroups>['groups'][number]

/** KIP-1043: from here on an unknown group is an error. */
const notFoundSince = 6

/** DescribeGroups v0-6: GRP-14. */
export function describeGroupsHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'describeGroup'>
}): Handler<typeof describeGroups> {
  return handler(describeGroups, async (request, { apiVersion }) => {
    const authorizedOperations = request.includeAuthorizedOperations ? groupOperations : operationsNotAsked
    const describe = async (groupId: string): Promise<GroupResponse> => {
      const described = await deps.groups.describeGroup(groupId)
      return { ...toWire(groupId, described, apiVersion), authorizedOperations }
    }
    return { throttleTimeMs: 0, groups: await Promise.all(request.groups.map(describe)) }
  })
}

const nothing = {
  errorCode: 0,
  errorMessage: null,
  groupState: '',
  protocolType: '',
  protocolData: '',
  members: [],
  authorizedOperations: operationsNotAsked,
}

function toWire(groupId: string, group: DescribedGroup | KafkaErrorName | undefined, apiVersion: number): GroupResponse {
  if (typeof group === 'string') return { ...nothing, groupId, errorCode: errorCode(group) }
  if (group === undefined) {
    if (apiVersion < notFoundSince) return { ...nothing, groupId, groupState: 'Dead' }
    const errorMessage = `Group ${groupId} is not a classic group.`
    return { ...nothing, groupId, groupState: 'Dead', errorCode: errorCode('GROUP_ID_NOT_FOUND'), errorMessage }
  }
  return {
    ...nothing,
    groupId,
    groupState: group.state,
    protocolType: group.protocolType,
    protocolData: group.protocolName,
    members: group.members.map(({ metadata, assignment, ...member }) => ({
      ...member,
      memberMetadata: metadata,
      memberAssignment: assignment,
    })),
  }
}
