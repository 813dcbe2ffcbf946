import type { Random } from '../../env/clock.ts'
import type { TopicMetadata } from '../metadata/cluster-metadata.ts'
import { murmur2 } from './murmur2.ts'

/** Where the Java client's default partitioner puts a key: the same key goes to the same partition from every language. */
export const partitionOfKey = (key: Uint8Array, partitionCount: number): number => (murmur2(key) & 0x7fffffff) % partitionCount

/**
 * Records without a key stay on one partition until `bytesMax` went there, then move to another one that has a leader: fewer, fuller
 * batches than by turns (KIP-794).
 */
export class StickyPartitions {
  readonly #bytesMax: number
  readonly #random: Pick<Random, 'fraction'>
  readonly #current = new Map<string, { readonly partition: number; bytes: number }>()

  constructor(bytesMax: number, random: Pick<Random, 'fraction'>) {
    this.#bytesMax = bytesMax
    this.#random = random
  }

  choose(topic: TopicMetadata, bytes: number): number {
    const known = this.#current.get(topic.name)
    if (known !== undefined && known.bytes < this.#bytesMax && (topic.partitions[known.partition]?.leaderId ?? -1) >= 0) {
      known.bytes += bytes
      return known.partition
    }
    const withLeader = topic.partitions.filter(it => it.leaderId >= 0)
    const candidates = withLeader.length > 0 ? withLeader : topic.partitions
    const others = candidates.length > 1 ? candidates.filter(it => it.partition !== known?.partition) : candidates
    const partition = others[Math.floor(this.#random.fraction() * others.length)]?.partition ?? 0
    this.#current.set(topic.name, { partition, bytes })
    return partition
  }
}
