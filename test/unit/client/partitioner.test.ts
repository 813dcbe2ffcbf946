import { describe, expect, it } from 'vitest'
import type { TopicMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'
import { murmur2 } from '../../../broker-core/client/producing/murmur2.ts'
import { partitionOfKey, StickyPartitions } from '../../../broker-core/client/producing/partitioner.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('partitions of keys', () => {
  it("INT-04: hashes as the Java client does (its own test's vectors)", () => {
    const vectors: readonly (readonly [string, number])[] = [
      ['21', -973932308],
      ['foobar', -790332482],
      ['a-little-bit-long-string', -985981536],
      ['a-little-bit-longer-string', -1486304829],
      ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ]
    for (const [text, hash] of vectors) expect(murmur2(bytes(text)), text).toBe(hash)
  })

  it('INT-04: spreads keys over all partitions and keeps each where it is', () => {
    const counts = new Map<number, number>()
    for (let i = 0; i < 3000; i++) {
      const partition = partitionOfKey(bytes(`key-${i}`), 6)
      counts.set(partition, (counts.get(partition) ?? 0) + 1)
      expect(partitionOfKey(bytes(`key-${i}`), 6)).toBe(partition)
    }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5])
    for (const count of counts.values()) expect(count).toBeGreaterThan(400)
  })
})

describe('partitions of records without keys', () => {
  const topic = (leaders: readonly number[]): TopicMetadata => ({
    name: 't',
    topicId: '',
    isInternal: false,
    error: 'NONE',
    partitions: leaders.map((leaderId, partition) => ({
      partition,
      leaderId,
      leaderEpoch: 1,
      replicas: [],
      isr: [],
      offlineReplicas: [],
      error: 'NONE',
    })),
  })

  it('stay together until so many bytes went there, then move (KIP-794)', () => {
    const sticky = new StickyPartitions(100, { fraction: () => 0 })
    const chosen = Array.from({ length: 8 }, () => sticky.choose(topic([1, 1, 1]), 30))
    expect(chosen).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })

  it('avoid partitions without a leader while there are others', () => {
    const sticky = new StickyPartitions(10, { fraction: () => 0 })
    expect(Array.from({ length: 3 }, () => sticky.choose(topic([-1, 1, -1]), 30))).toEqual([1, 1, 1])
    expect(sticky.choose(topic([-1, -1]), 30)).toBeLessThan(2)
  })
})
