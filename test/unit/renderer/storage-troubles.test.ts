import { describe, expect, it } from 'vitest'
import type { ClusterOverview, LocalClusterView } from '../../../src-main/contract/views/cluster.ts'
import { recoveryText, storageTroubles, uncleanableTroubles } from '../../../src-renderer/widgets/storage-troubles.ts'

const localWith = (partitions: readonly string[]) =>
  ({
    brokers: [
      { brokerId: 1, uncleanable: [] },
      { brokerId: 2, uncleanable: partitions.map(partition => ({ partition, error: 'CRC' })) },
    ],
  }) as unknown as LocalClusterView

describe('what a person is told of storage', () => {
  it('DISK-38, CLEAN-10: names failed directories and partitions that are compacted no more', () => {
    const overview = { brokers: [{ brokerId: 1, failedDirectories: ['/a', '/b'] }] } as unknown as ClusterOverview
    const texts = storageTroubles(overview, localWith(['orders-3'])).map(one => one.text)
    expect(texts.map(text => text.slice(0, 34))).toEqual([
      'Broker 1: log directory /a failed ',
      'Broker 1: log directory /b failed ',
      'Broker 2: compaction of orders-3 f',
    ])
    expect(storageTroubles(undefined, undefined)).toEqual([])
  })

  it('names three of many, and for one topic its own only', () => {
    const local = localWith(['a-0', 'a-1', 'b-0', 'a-b-0', 'a-2', 'a-3'])
    expect(
      uncleanableTroubles(local)
        .map(one => one.text)
        .at(-1),
    ).toBe('Broker 2: and 3 more partitions.')
    expect(uncleanableTroubles(local, 'a-b').map(one => one.key)).toEqual(['uncleanable 2 a-b-0'])
    expect(uncleanableTroubles(local, 'a').length).toBe(4)
  })

  it('DISK-31: says how far a recovery is', () => {
    expect(recoveryText({ doneBytes: 1_200_000_000, totalBytes: 3_400_000_000, partition: 'p-0' })).toBe(
      'checking 1.2 GB of 3.4 GB after an unclean stop, 35 %',
    )
  })
})
