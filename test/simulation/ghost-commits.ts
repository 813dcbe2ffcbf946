import { zeroUuid } from '../../broker-core/base/bytes/uuid.ts'
import { KafkaClientError, throwOnError } from '../../broker-core/client/client-error.ts'
import type { Destination, KafkaClient } from '../../broker-core/client/kafka-client.ts'
import { errorName } from '../../broker-core/model/kafka-errors.ts'
import { initProducerId } from '../../broker-core/protocol/messages/22-init-producer-id.ts'
import { addOffsetsToTxn } from '../../broker-core/protocol/messages/25-add-offsets-to-txn.ts'
import { endTxn } from '../../broker-core/protocol/messages/26-end-txn.ts'
import { txnOffsetCommit } from '../../broker-core/protocol/messages/28-txn-offset-commit.ts'
import type { LedgerContext } from './ledger-clients.ts'

/** In whose name offsets are committed. */
export interface Claim {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  readonly memberId: string
  readonly generation: number
}

/** No member that is in its place commits such an offset. */
export const firstGhostOffset = 1_000_000

export const ghostPartitions = [0, 1]

const attemptTimeoutMs = 3_000

/**
 * What a member that was replaced may still say (TXN-05, TXN-09): with the epoch of its producer in its own name and in its successor's, to
 * brokers that verify and to brokers that add partitions themselves; and with a producer that is in order in the name of its generation,
 * which is over, down to the commit. No answer may say that it was taken. Failures of the way there are none of the cluster.
 */
export async function haunt(
  client: KafkaClient,
  context: LedgerContext,
  groupId: string,
  stale: Claim,
  successor: Claim,
): Promise<void> {
  const { producerEpoch, producerId, transactionalId } = stale
  const told = async (claim: Claim, what: string, version: number): Promise<void> => {
    const offset = firstGhostOffset + context.random.integer(1_000_000)
    const error = await attempt(() => commitOffset(client, context, groupId, claim, offset, version))
    if (error !== 'NONE') return
    context.history.violated(`${what} committed ${offset} after it was replaced, in version ${version}: ${JSON.stringify(claim)}`)
  }
  for (const version of [4, 5]) {
    await told(stale, 'a zombie', version)
    await told(
      { ...successor, producerEpoch, producerId, transactionalId },
      'a fenced producer, for a member that is in order,',
      version,
    )
  }
  const ghost = await attempt(() => freshProducer(client, `ghost-${context.random.integer(1e9)}`))
  if (ghost === undefined) return
  for (const version of [4, 5]) {
    if (version === 4) await attempt(() => addOffsets(client, ghost, groupId))
    await told({ ...stale, ...ghost }, 'a member of a generation that is over', version)
  }
  await attempt(() => commit(client, ghost))
}

/** Undefined: nothing was heard, or the way there failed. */
async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof KafkaClientError) return undefined
    throw error
  }
}

type Producer = Pick<Claim, 'transactionalId' | 'producerId' | 'producerEpoch'>

const coordinatorOf = (transactionalId: string): Destination => ({ to: 'coordinator', of: 'transaction', key: transactionalId })

async function commitOffset(
  client: KafkaClient,
  { topic }: LedgerContext,
  groupId: string,
  { generation, ...claim }: Claim,
  offset: number,
  version: number,
): Promise<string> {
  const at = { committedOffset: offset, committedLeaderEpoch: -1, committedMetadata: '' }
  // Members that are in order commit the first one only, and would hide what became of a ghost's.
  const asked = ghostPartitions.map(partitionIndex => ({ partitionIndex, ...at }))
  const body = {
    ...{ groupId, ...claim, generationIdOrMemberEpoch: generation, groupInstanceId: null },
    topics: [{ name: topic, topicId: zeroUuid, partitions: asked }],
  }
  const options = { versionMin: version, versionMax: version, timeoutMs: attemptTimeoutMs }
  const reply = await client.send(txnOffsetCommit, body, { to: 'coordinator', of: 'group', key: groupId }, options)
  const errors = reply.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorName(errorCode)))
  return errors.find(error => error === 'NONE') ?? errors[0] ?? 'UNKNOWN_SERVER_ERROR'
}

async function freshProducer(client: KafkaClient, transactionalId: string): Promise<Producer> {
  const body = { ...initProducerId.request.zero, transactionalId, transactionTimeoutMs: 5_000 }
  const options = { versionMax: 4, timeoutMs: attemptTimeoutMs }
  return await client.retry(
    async () => {
      const answer = await client.send(initProducerId, body, coordinatorOf(transactionalId), options)
      throwOnError(answer.errorCode, { api: initProducerId.name, transactionalId })
      return { transactionalId, producerId: answer.producerId, producerEpoch: answer.producerEpoch }
    },
    { timeoutMs: attemptTimeoutMs },
  )
}

async function addOffsets(client: KafkaClient, producer: Producer, groupId: string): Promise<void> {
  await client.send(addOffsetsToTxn, { ...producer, groupId }, coordinatorOf(producer.transactionalId), {
    timeoutMs: attemptTimeoutMs,
  })
}

async function commit(client: KafkaClient, producer: Producer): Promise<void> {
  const options = { versionMax: 4, timeoutMs: attemptTimeoutMs }
  await client.send(endTxn, { ...producer, committed: true }, coordinatorOf(producer.transactionalId), options)
}
