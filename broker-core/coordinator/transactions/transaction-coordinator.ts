import type { KafkaErrorName } from '../../model/kafka-errors.ts'
import type { CoordinatorPorts, PartitionLeadership } from '../ports.ts'
import { producerIds } from '../producer-ids.ts'
import { partitionFor } from '../runtime/partitioner.ts'
import type { TransactionSettings } from './settings.ts'

export interface InitProducerIdRequest {
  /** Null: an idempotent producer without transactions (IDEM-01). */
  readonly transactionalId: string | null
  readonly transactionTimeoutMs: number
  /** What the client has; -1 for nothing (TXN-03). */
  readonly producerId: number
  readonly producerEpoch: number
  readonly apiVersion: number
}

export interface InitProducerIdReply {
  readonly error: KafkaErrorName
  readonly producerId: number
  readonly producerEpoch: number
}

/** The transactional ids whose partition of `__transaction_state` this broker leads. */
export interface TransactionCoordinator {
  readonly leadership: PartitionLeadership
  /** INT-02; undefined while the topic does not exist. */
  partitionOf(transactionalId: string): number | undefined
  initProducerId(request: InitProducerIdRequest): Promise<InitProducerIdReply>
  close(): void
}

export const refusedProducerId = (error: KafkaErrorName): InitProducerIdReply => ({ error, producerId: -1, producerEpoch: -1 })

export function startTransactionCoordinator(ports: CoordinatorPorts, _settings: TransactionSettings): TransactionCoordinator {
  const ids = producerIds(ports.producerIds)
  return {
    leadership: { elected: () => undefined, resigned: () => undefined },
    partitionOf(transactionalId) {
      const topic = ports.metadata.topic('__transaction_state')
      return topic && partitionFor(transactionalId, topic.partitionCount)
    },
    async initProducerId({ transactionalId }) {
      if (transactionalId !== null) return refusedProducerId('COORDINATOR_NOT_AVAILABLE')
      const producerId = await ids.next()
      return typeof producerId === 'string' ? refusedProducerId(producerId) : { error: 'NONE', producerId, producerEpoch: 0 }
    },
    close: () => undefined,
  }
}
