import { zeroUuid } from '../../base/bytes/uuid.ts'
import type { TopicPartition } from '../../model/ids.ts'
import { errorName } from '../../model/kafka-errors.ts'
import { addPartitionsToTxn } from '../../protocol/messages/24-add-partitions-to-txn.ts'
import { addOffsetsToTxn } from '../../protocol/messages/25-add-offsets-to-txn.ts'
import { endTxn } from '../../protocol/messages/26-end-txn.ts'
import { txnOffsetCommit } from '../../protocol/messages/28-txn-offset-commit.ts'
import { groupByTopic } from '../admin/group-by-topic.ts'
import { type ErrorPlace, KafkaClientError, throwOnError } from '../client-error.ts'
import type { KafkaClient } from '../kafka-client.ts'
import type { Identity, TransactionVersion } from './producer-identity.ts'
import type { TransactionOffsets } from './producer-options.ts'

/** Later ones are for coordinators among themselves. */
const addPartitionsVersionMax = 3
/** TXN-22, TXN-23, TXN-26. */
const endVersions = { 1: { versionMax: 4 }, 2: { versionMin: 5 } } as const
const offsetCommitVersions = { 1: { versionMax: 4 }, 2: { versionMin: 5, versionMax: 5 } } as const

/** Who asks: every request of a transaction carries it. */
export interface TransactionOwner extends Identity {
  readonly transactionalId: string
  readonly transactionVersion: TransactionVersion
}

const coordinatorOf = (owner: TransactionOwner) => ({ to: 'coordinator', of: 'transaction', key: owner.transactionalId }) as const

/** Makes partitions part of the transaction, before the first record goes there. The one before may still be completing: waits for it. */
export function addPartitions(
  client: KafkaClient,
  owner: TransactionOwner,
  partitions: readonly TopicPartition[],
): Promise<void> {
  const { transactionalId, producerId, producerEpoch } = owner
  const body = {
    ...addPartitionsToTxn.request.zero,
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: groupByTopic(partitions).map(([name, some]) => ({ name, partitions: some.map(it => it.partition) })),
  }
  return client.retry(async () => {
    const reply = await client.send(addPartitionsToTxn, body, coordinatorOf(owner), { versionMax: addPartitionsVersionMax })
    for (const { name, resultsByPartition } of reply.resultsByTopicV3AndBelow) {
      for (const { partitionIndex, partitionErrorCode } of resultsByPartition) {
        // Refused only because another partition was: that one tells the reason.
        if (errorName(partitionErrorCode) === 'OPERATION_NOT_ATTEMPTED') continue
        throwOnError(partitionErrorCode, {
          api: addPartitionsToTxn.name,
          transactionalId,
          topic: name,
          partition: partitionIndex,
        })
      }
    }
  })
}

/** Commits or aborts, and gives who the producer is from now on. A repetition is known by its epoch (TXN-24). */
export function endTransaction(client: KafkaClient, owner: TransactionOwner, committed: boolean): Promise<Identity> {
  const { transactionalId, producerId, producerEpoch, transactionVersion } = owner
  const body = { transactionalId, producerId, producerEpoch, committed }
  return client.retry(async () => {
    const reply = await client.send(endTxn, body, coordinatorOf(owner), endVersions[transactionVersion])
    throwOnError(reply.errorCode, { api: endTxn.name, transactionalId })
    return transactionVersion === 1 ? { producerId, producerEpoch } : reply
  })
}

/** Offsets of a group that take effect when the transaction commits (TXN; KIP-447 checks the member). */
export async function addOffsets(client: KafkaClient, owner: TransactionOwner, offsets: TransactionOffsets): Promise<void> {
  if (owner.transactionVersion === 1) await announceOffsets(client, owner, offsets)
  await client.retry(() => commitOffsets(client, owner, offsets))
}

async function announceOffsets(client: KafkaClient, owner: TransactionOwner, { groupId }: TransactionOffsets): Promise<void> {
  const { transactionalId, producerId, producerEpoch } = owner
  await client.retry(async () => {
    const body = { transactionalId, producerId, producerEpoch, groupId }
    const reply = await client.send(addOffsetsToTxn, body, coordinatorOf(owner))
    throwOnError(reply.errorCode, { api: addOffsetsToTxn.name, transactionalId })
  })
}

async function commitOffsets(
  client: KafkaClient,
  owner: TransactionOwner,
  { groupId, offsets, member }: TransactionOffsets,
): Promise<void> {
  const body = (version: number) => ({
    ...txnOffsetCommit.request.zero,
    transactionalId: owner.transactionalId,
    groupId,
    producerId: owner.producerId,
    producerEpoch: owner.producerEpoch,
    ...(version < 3 || member === undefined
      ? {}
      : {
          generationIdOrMemberEpoch: member.generationOrEpoch,
          memberId: member.memberId,
          groupInstanceId: member.instanceId ?? null,
        }),
    topics: groupByTopic(offsets).map(([name, some]) => ({
      name,
      topicId: zeroUuid,
      partitions: some.map(it => ({
        partitionIndex: it.partition,
        committedOffset: it.offset,
        committedLeaderEpoch: -1,
        committedMetadata: it.metadata ?? '',
      })),
    })),
  })
  const reply = await client.send(
    txnOffsetCommit,
    body,
    { to: 'coordinator', of: 'group', key: groupId },
    offsetCommitVersions[owner.transactionVersion],
  )
  for (const { name, partitions } of reply.topics) {
    for (const { partitionIndex, errorCode } of partitions) {
      throwOnError(errorCode, { api: txnOffsetCommit.name, group: groupId, topic: name, partition: partitionIndex })
    }
  }
}

/** Errors after which this producer can do nothing more: a newer one has its id, or may not use it. */
export function endsProducer(error: unknown): error is KafkaClientError {
  return error instanceof KafkaClientError && finalErrors.has(error.code)
}

const finalErrors: ReadonlySet<string> = new Set([
  'PRODUCER_FENCED',
  'INVALID_PRODUCER_EPOCH',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'TRANSACTION_COORDINATOR_FENCED',
  'INVALID_PRODUCER_ID_MAPPING',
])

export function transactionPlace(transactionalId: string): ErrorPlace {
  return { transactionalId }
}
