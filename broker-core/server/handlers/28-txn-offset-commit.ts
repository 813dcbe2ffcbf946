import type { GroupCoordinator } from '../../coordinator/groups/group-coordinator.ts'
import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import { txnOffsetCommit } from '../../protocol/messages/28-txn-offset-commit.ts'
import { handler, type Handler } from '../handler.ts'
import type { TopicNames } from '../topic-address.ts'
import type { TransactionGate } from '../transaction-gate.ts'
import { commitResults, offsetsToCommit } from './08-offset-commit.ts'

const topicIdsSince = 6
/** TXN-22: the broker adds the partition of the offsets; before it verifies that AddOffsetsToTxn did (TXN-20). */
const addsPartitionsSince = 5
const abortableSince = 4

/** TxnOffsetCommit v0-6: TXN-08, TXN-09, TXN-20 to TXN-22. */
export function txnOffsetCommitHandler(deps: {
  readonly groups: Pick<GroupCoordinator, 'commitOffsets' | 'partitionOf' | 'leaderEpochOf'>
  readonly topics: TopicNames
  readonly gate: Pick<TransactionGate, 'isOpen' | 'enter'>
}): Handler<typeof txnOffsetCommit> {
  return handler(txnOffsetCommit, async (request, { apiVersion }) => {
    const { transactionalId, groupId, producerId, producerEpoch, memberId, groupInstanceId, generationIdOrMemberEpoch } = request
    const { offsets, errors } = offsetsToCommit(deps.topics, request.topics, apiVersion >= topicIdsSince)
    const partition = deps.groups.partitionOf(groupId)
    const leaderEpoch = deps.groups.leaderEpochOf(groupId)
    if (partition === undefined || leaderEpoch === undefined) {
      const error = partition === undefined ? 'COORDINATOR_NOT_AVAILABLE' : 'NOT_COORDINATOR'
      return { throttleTimeMs: 0, topics: commitResults(request.topics, errors, error) }
    }
    const mode = apiVersion >= addsPartitionsSince ? 'add' : 'verify'
    const places = [{ topic: '__consumer_offsets', partition, leaderEpoch }]
    const claim = { transactionalId, producerId, producerEpoch, mode, places } as const
    const [refusal] = deps.gate.isOpen(claim) ? [] : await deps.gate.enter(claim)
    if (refusal !== undefined && refusal !== 'NONE') {
      return { throttleTimeMs: 0, topics: commitResults(request.topics, errors, claimError(refusal, apiVersion)) }
    }
    // In another epoch than was asked about, the marker of this transaction may stand in the log already, and nobody would end it again.
    if (deps.groups.leaderEpochOf(groupId) !== leaderEpoch) {
      return { throttleTimeMs: 0, topics: commitResults(request.topics, errors, 'NOT_COORDINATOR') }
    }
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
    const told = typeof reply === 'string' ? memberError(reply) : reply
    return { throttleTimeMs: 0, topics: commitResults(request.topics, errors, told) }
  })
}

/** Members of KIP-848 are fenced in the words that the producer's client knows. */
const memberError = (error: KafkaErrorName): KafkaErrorName =>
  error === 'STALE_MEMBER_EPOCH' || error === 'FENCED_MEMBER_EPOCH' ? 'ILLEGAL_GENERATION' : error

function claimError(error: KafkaErrorName, apiVersion: number): KafkaErrorName {
  switch (error) {
    case 'PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH'
    case 'TRANSACTION_ABORTABLE':
      return apiVersion >= abortableSince ? error : 'INVALID_TXN_STATE'
    case 'CONCURRENT_TRANSACTIONS':
      return apiVersion >= addsPartitionsSince ? error : 'COORDINATOR_NOT_AVAILABLE'
    // Of the transaction's coordinator: the client need not look for another coordinator of the group.
    case 'NOT_COORDINATOR':
    case 'COORDINATOR_LOAD_IN_PROGRESS':
      return 'COORDINATOR_LOAD_IN_PROGRESS'
    default:
      return error
  }
}
