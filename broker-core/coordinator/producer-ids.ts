import type { KafkaErrorName } from '../model/kafka-errors.ts'
import type { ProducerIdBlocks } from './ports.ts'

export interface ProducerIds {
  /** A producer id that nobody in the cluster had before (IDEM-01). The error is for the client to retry. */
  next(): Promise<number | KafkaErrorName>
}

/** IDEM-01: ids from blocks of the controller; one request for the next block at a time, everybody waits for it. */
export function producerIds(blocks: ProducerIdBlocks): ProducerIds {
  let nextId = 0
  let left = 0
  let asking: Promise<boolean> | undefined
  const refill = async (): Promise<boolean> => {
    try {
      const block = await blocks.allocate()
      nextId = block.firstProducerId
      left = block.length
      return true
    } catch {
      // The port logs why; clients hear that the coordinator is loading and ask again.
      return false
    } finally {
      asking = undefined
    }
  }
  const take = (): number | undefined => {
    if (left === 0) return undefined
    left--
    return nextId++
  }
  return {
    async next() {
      for (;;) {
        const producerId = take()
        if (producerId !== undefined) return producerId
        asking ??= refill()
        if (!(await asking)) return 'COORDINATOR_LOAD_IN_PROGRESS'
      }
    },
  }
}
