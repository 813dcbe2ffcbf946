import type { KafkaErrorName } from '../model/kafka-errors.ts'

/** TXN-05: clients older than PRODUCER_FENCED know the same as INVALID_PRODUCER_EPOCH. */
export const fencedError = (error: KafkaErrorName, apiVersion: number, producerFencedSince: number): KafkaErrorName =>
  error === 'PRODUCER_FENCED' && apiVersion < producerFencedSince ? 'INVALID_PRODUCER_EPOCH' : error
