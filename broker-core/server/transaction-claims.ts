import type { TransactionCoordinator } from '../coordinator/transactions/transaction-coordinator.ts'
import { errorName, type KafkaErrorName } from '../model/kafka-errors.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import { addPartitionsToTxn } from '../protocol/messages/24-add-partitions-to-txn.ts'

/** Somebody's word that partitions belong to its transaction. */
export interface TransactionClaim {
  readonly transactionalId: string
  readonly producerId: number
  readonly producerEpoch: number
  /** `verify`: they must have been added before (TXN-20). `add`: they are added now (TXN-22). */
  readonly mode: 'verify' | 'add'
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
}

export interface TransactionClaimDeps {
  readonly nodeId: number
  readonly transactions: Pick<TransactionCoordinator, 'addPartitions' | 'verifyPartitions' | 'partitionOf'>
  partitionLeader(topic: string, partition: number): number | undefined
  /** AddPartitionsToTxn to another broker; rejects when it cannot be asked. */
  ask(nodeId: number, request: RequestOf<typeof addPartitionsToTxn>): Promise<ResponseOf<typeof addPartitionsToTxn>>
}

/** One error for each partition of the claim, in order. */
export type AskCoordinator = (claim: TransactionClaim) => Promise<readonly KafkaErrorName[]>

/** Asks the coordinator of a transaction about it, wherever that is. */
export function coordinatorOfTransactions(deps: TransactionClaimDeps): AskCoordinator {
  return async claim => {
    const all = (error: KafkaErrorName) => claim.partitions.map(() => error)
    const partition = deps.transactions.partitionOf(claim.transactionalId)
    const nodeId = partition === undefined ? undefined : deps.partitionLeader('__transaction_state', partition)
    if (nodeId === undefined || nodeId < 0) return all('COORDINATOR_NOT_AVAILABLE')
    if (nodeId !== deps.nodeId) return askOther(deps, nodeId, claim)
    const topics = byTopic(claim)
    const request = { ...claim, topics }
    if (claim.mode === 'add') return all(await deps.transactions.addPartitions({ ...request, clientVersion: 2 }))
    const verified = await deps.transactions.verifyPartitions(request)
    if (typeof verified === 'string') return all(verified)
    const order = topics.flatMap(({ topic, partitions }) => partitions.map(id => `${topic}-${id}`))
    const errors = new Map(order.map((name, index) => [name, verified[index]]))
    return claim.partitions.map(({ topic, partition: id }) => errors.get(`${topic}-${id}`) ?? 'UNKNOWN_SERVER_ERROR')
  }
}

async function askOther(deps: TransactionClaimDeps, nodeId: number, claim: TransactionClaim): Promise<readonly KafkaErrorName[]> {
  const { transactionalId, producerId, producerEpoch } = claim
  const topics = byTopic(claim).map(({ topic, partitions }) => ({ name: topic, partitions }))
  const transaction = { transactionalId, producerId, producerEpoch, verifyOnly: claim.mode === 'verify', topics }
  try {
    const answer = await deps.ask(nodeId, { ...addPartitionsToTxn.request.zero, transactions: [transaction] })
    const errors = new Map<string, KafkaErrorName>()
    for (const { name, resultsByPartition } of answer.resultsByTransaction[0]?.topicResults ?? []) {
      for (const result of resultsByPartition)
        errors.set(`${name}-${result.partitionIndex}`, errorName(result.partitionErrorCode))
    }
    return claim.partitions.map(({ topic, partition }) => errors.get(`${topic}-${partition}`) ?? 'UNKNOWN_SERVER_ERROR')
  } catch {
    // Not reached, or no answer in time: the client asks again.
    return claim.partitions.map(() => 'COORDINATOR_NOT_AVAILABLE')
  }
}

function byTopic(claim: TransactionClaim): { readonly topic: string; readonly partitions: number[] }[] {
  const topics = new Map<string, number[]>()
  for (const { topic, partition } of claim.partitions) {
    const partitions = topics.get(topic)
    if (partitions === undefined) topics.set(topic, [partition])
    else partitions.push(partition)
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}
