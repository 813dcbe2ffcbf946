import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import { txnOffsetCommit } from '../../protocol/messages/28-txn-offset-commit.ts'
import { handler, type Handler } from '../handler.ts'
import type { TopicNames } from '../topic-address.ts'
import { commitResults, offsetsToCommit } from './08-offset-commit.ts'

const topicIdsSince = 6

/** TxnOffsetCommit v0-6: TXN-08, TXN-09. */
export function txnOffsetCommitHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'commitOffsets'>
  readonly topics: TopicNames
}): Handler<typeof txnOffsetCommit> {
  return handler(txnOffsetCommit, async (request, { apiVersion }) => {
    const { groupId, producerId, producerEpoch, memberId, groupInstanceId, generationIdOrMemberEpoch } = request
    const { offsets, errors } = offsetsToCommit(deps.topics, request.topics, apiVersion >= topicIdsSince)
    const reply = await deps.groups.commitOffsets({
      groupId,
      memberId,
      groupInstanceId,
      generationIdOrMemberEpoch,
      apiVersion,
      retentionTimeMs: -1,
      offsets,
      producer: { producerId, producerEpoch },
    })
    const told = typeof reply === 'string' ? toldOf(reply) : reply
    return { throttleTimeMs: 0, topics: commitResults(request.topics, errors, told) }
  })
}

/** Members of KIP-848 are fenced in the words of the transactional producer's client. */
const toldOf = (error: KafkaErrorName): KafkaErrorName => {
  const isStale = error === 'STALE_MEMBER_EPOCH' || error === 'FENCED_MEMBER_EPOCH'
  return isStale ? 'ILLEGAL_GENERATION' : error
}
