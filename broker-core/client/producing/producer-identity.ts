import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts'
import { describeFeatures } from '../admin/cluster.ts'
import { throwOnError } from '../client-error.ts'
import type { KafkaClient } from '../kafka-client.ts'
import type { ProducerSettings } from './producer-options.ts'

export interface Identity {
  readonly producerId: number
  readonly producerEpoch: number
}

export const noIdentity: Identity = { producerId: -1, producerEpoch: -1 }

/**
 * KIP-890. 2: partitions and offsets join a transaction with the first request that writes them, and each end of one raises the epoch, so that no
 * late request of an earlier transaction can touch a later one. 1: neither; for clusters whose `transaction.version` is below 2 (TXN-26).
 */
export type TransactionVersion = 1 | 2

const sequenceCount = 2 ** 31

/** Who the producer is to the brokers, and how far its numbering of each partition is (KIP-98). */
export class ProducerIdentity {
  readonly #client: KafkaClient
  readonly #settings: ProducerSettings
  #present: Promise<Identity> | undefined
  #known = noIdentity
  #transactionVersion: TransactionVersion = 1
  #sequences = new Map<string, number>()

  constructor(client: KafkaClient, settings: ProducerSettings) {
    this.#client = client
    this.#settings = settings
  }

  known(): Identity {
    return this.#known
  }

  /** As the cluster had it when the identity was taken. */
  transactionVersion(): TransactionVersion {
    return this.#transactionVersion
  }

  /** TXN-23: the end of a transaction gave another one; numbers begin anew. */
  become(next: Identity): void {
    this.#known = next
    this.#present = Promise.resolve(next)
    this.#sequences = new Map()
  }

  /** Asks the cluster the first time. With a transactional id this fences earlier producers of it and aborts what they left open. */
  get(): Promise<Identity> {
    if (!this.#settings.idempotent) return Promise.resolve(noIdentity)
    this.#present ??= this.#ask().catch((error: unknown) => {
      this.#present = undefined
      throw error
    })
    return this.#present
  }

  /** False before the first question, and after `renew`. */
  isPresent(): boolean {
    return this.#present !== undefined
  }

  /** A batch was given up, so its numbers are missing: go on as somebody new. A transactional producer raises its epoch instead (KIP-360). */
  renew(): void {
    this.#present = undefined
    this.#sequences = new Map()
  }

  /** Numbers `count` records of a partition. */
  takeSequence(partitionName: string, count: number): number {
    if (!this.#settings.idempotent) return -1
    const first = this.#sequences.get(partitionName) ?? 0
    this.#sequences.set(partitionName, (first + count) % sequenceCount)
    return first
  }

  async #ask(): Promise<Identity> {
    const { transactionalId, transactionTimeoutMs } = this.#settings
    const destination =
      transactionalId === null
        ? ({ to: 'any' } as const)
        : ({ to: 'coordinator', of: 'transaction', key: transactionalId } as const)
    const body = (version: number) => ({
      ...initProducerId.request.zero,
      transactionalId,
      transactionTimeoutMs,
      ...(version >= 3 && transactionalId !== null ? this.#known : {}),
    })
    const place = { api: initProducerId.name, ...(transactionalId === null ? {} : { transactionalId }) }
    if (transactionalId !== null) this.#transactionVersion = await transactionVersionOf(this.#client)
    this.#known = await this.#client.retry(async () => {
      const { errorCode, producerId, producerEpoch } = await this.#client.send(initProducerId, body, destination)
      throwOnError(errorCode, place)
      return { producerId, producerEpoch }
    })
    return this.#known
  }
}

async function transactionVersionOf(client: KafkaClient): Promise<TransactionVersion> {
  const { finalized } = await describeFeatures(client)
  return (finalized.get('transaction.version') ?? 0) >= 2 ? 2 : 1
}
