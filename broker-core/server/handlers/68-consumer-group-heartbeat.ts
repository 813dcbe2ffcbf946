import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import { errorCode } from '../../model/kafka-errors.ts'
import { consumerGroupHeartbeat } from '../../protocol/messages/68-consumer-group-heartbeat.ts'
import { groupCaller } from '../group-caller.ts'
import { handler, type Handler } from '../handler.ts'

/** ConsumerGroupHeartbeat v0-1 (KIP-848): CG-01..11. */
export function consumerGroupHeartbeatHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'consumerHeartbeat'>
}): Handler<typeof consumerGroupHeartbeat> {
  return handler(consumerGroupHeartbeat, async ({ topicPartitions, ...request }, context) => {
    const reply = await deps.groups.consumerHeartbeat({
      ...request,
      ownedPartitions: topicPartitions,
      caller: groupCaller(context),
    })
    const { assignment, error, message, ...rest } = reply
    return {
      throttleTimeMs: 0,
      errorCode: errorCode(error),
      errorMessage: message,
      ...rest,
      assignment: assignment && { topicPartitions: assignment },
    }
  })
}
