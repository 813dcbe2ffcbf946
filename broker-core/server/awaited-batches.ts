import type { KafkaErrorName } from '../model/kafka-errors.ts'

/** A batch of a producer for a partition, and the epochs in which it came. */
export interface ComingBatch {
  readonly topic: string
  readonly partition: number
  readonly leaderEpoch: number
  readonly producerId: number
  readonly producerEpoch: number
  /** Undefined: not numbered. */
  readonly firstSequence: number | undefined
}

interface Awaited {
  readonly leaderEpoch: number
  readonly producerEpoch: number
  readonly firstSequence: number
}

/** Beyond, the oldest is forgotten: a later batch may then come first, and the producer has to abort. */
const awaitedMax = 10_000

const retriable: ReadonlySet<KafkaErrorName> = new Set([
  'CONCURRENT_TRANSACTIONS',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
])

/**
 * The first batches of producers that were refused for a moment and will come again. Those behind them are under way already, and a partition
 * that knows nothing of the producer would take any of them for its first (IDEM-07).
 */
export class AwaitedBatches {
  readonly #awaited = new Map<string, Awaited>()

  /** What its producer is told, where the coordinator says `error`. */
  told(batch: ComingBatch, error: KafkaErrorName): KafkaErrorName {
    const { firstSequence } = batch
    if (firstSequence === undefined) return error
    const present = this.#of(batch)
    if (error !== 'NONE') {
      if (retriable.has(error) && firstSequence < (present?.firstSequence ?? Infinity)) this.#note(batch, firstSequence)
      return error
    }
    if (present === undefined) return error
    if (firstSequence > present.firstSequence) return 'OUT_OF_ORDER_SEQUENCE_NUMBER'
    this.#awaited.delete(keyOf(batch))
    return error
  }

  /** Whether it is to come before anything else, or something else before it. */
  concerns(batch: ComingBatch): boolean {
    return batch.firstSequence !== undefined && this.#of(batch) !== undefined
  }

  /** The transaction ended. */
  ended(topic: string, partition: number, producerId: number): void {
    this.#awaited.delete(keyOf({ topic, partition, producerId }))
  }

  #note(batch: ComingBatch, firstSequence: number): void {
    const { leaderEpoch, producerEpoch } = batch
    const key = keyOf(batch)
    this.#awaited.delete(key)
    this.#awaited.set(key, { firstSequence, leaderEpoch, producerEpoch })
    const [oldest] = this.#awaited.keys()
    if (this.#awaited.size > awaitedMax && oldest !== undefined) this.#awaited.delete(oldest)
  }

  /** What was awaited in another epoch is not any more. */
  #of(batch: ComingBatch): Awaited | undefined {
    if (this.#awaited.size === 0) return undefined
    const found = this.#awaited.get(keyOf(batch))
    const isSame = found?.leaderEpoch === batch.leaderEpoch && found.producerEpoch === batch.producerEpoch
    return isSame ? found : undefined
  }
}

const keyOf = ({ partition, producerId, topic }: Pick<ComingBatch, 'topic' | 'partition' | 'producerId'>): string =>
  `${topic}-${partition}:${producerId}`
