import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startGroupCoordinator } from '../../broker-core/coordinator/groups/group-coordinator.ts'
import { startTransactionCoordinator } from '../../broker-core/coordinator/transactions/transaction-coordinator.ts'
import { batchesIn } from '../../broker-core/records/batch-iterator.ts'
import { batchSizeBytes } from '../../broker-core/records/batch-header.ts'
import { ground, MemoryFactLog } from '../unit/coordinator/ground.ts'

/**
 * Segments that Apache Kafka 4.3.1 wrote: a classic group with a static member, a consumer group with a pattern and a rack, a standalone
 * consumer, a transaction that pends, and one transactional id with several transactions of version 2.
 */
const segment = (name: string): Uint8Array[] => {
  const bytes = new Uint8Array(readFileSync(join(import.meta.dirname, '..', 'fixtures', 'kafka-coordinators', name)))
  return [...batchesIn(bytes)].map(batch => batch.slice(0, batchSizeBytes(batch, 0)))
}

async function groups() {
  const at = ground()
  const coordinator = startGroupCoordinator(at)
  coordinator.leadership.elected(new MemoryFactLog(0, 1, segment('consumer-offsets.segment')))
  await at.time.settle()
  return { at, coordinator }
}

describe("what Kafka's coordinators wrote, ours read", () => {
  it('INT-03: no record is unknown', async () => {
    const { at } = await groups()
    expect(at.logged.filter(line => line.includes('unknown-records'))).toEqual([])
  })

  it('GRP-13: a classic group goes on in its generation', async () => {
    const { at, coordinator } = await groups()
    const list = coordinator.listGroups({ states: new Set(), types: new Set() })
    await at.time.settle()
    const listed = (await list).groups.map(({ groupId, state, type }) => `${groupId} ${type} ${state}`).toSorted()
    expect(listed).toMatchInlineSnapshot(`
      [
        "fx-classic classic Stable",
        "fx-consumer consumer Stable",
        "fx-pending-group classic Empty",
        "fx-standalone classic Empty",
      ]
    `)
    const described = coordinator.describeGroup('fx-classic')
    await at.time.settle()
    const group = await described
    if (group === undefined || typeof group === 'string') throw new Error('the group is not there')
    expect(group.members.map(({ groupInstanceId }) => groupInstanceId)).toEqual(['static-1'])
    const [member] = group.members
    const beat = coordinator.heartbeat({
      ...{ groupId: 'fx-classic', memberId: member?.memberId ?? '', groupInstanceId: 'static-1', generationId: 1 },
    })
    await at.time.settle()
    expect(await beat).toBe('NONE')
  })

  it('CG-05: a consumer group with epochs, patterns and assignments', async () => {
    const { at, coordinator } = await groups()
    const described = coordinator.describeConsumerGroup('fx-consumer')
    await at.time.settle()
    const group = await described
    if (group === undefined || typeof group === 'string') throw new Error('the group is not there')
    const { epoch, state, targetEpoch } = group
    const members = group.members.map(({ rackId, subscribedRegex, subscribedTopics }) => ({
      rackId,
      subscribedRegex,
      subscribedTopics,
    }))
    expect({ epoch, state, targetEpoch, members }).toMatchInlineSnapshot(`
      {
        "epoch": 3,
        "members": [
          {
            "rackId": null,
            "subscribedRegex": "(^f.*)",
            "subscribedTopics": [],
          },
          {
            "rackId": "r1",
            "subscribedRegex": null,
            "subscribedTopics": [
              "fx",
            ],
          },
        ],
        "state": "Stable",
        "targetEpoch": 3,
      }
    `)
  })

  it('OFF-03, OFF-04, TXN-08: committed offsets with their metadata, pending ones unstable', async () => {
    const { at, coordinator } = await groups()
    const fetch = async (groupId: string) => {
      const fetched = coordinator.fetchOffsets({ groupId, memberId: null, memberEpoch: -1, topics: null, requireStable: false })
      await at.time.settle()
      return (await fetched).topics
    }
    // The client wrote the end of its string along.
    expect(await fetch('fx-standalone')).toEqual([
      { topic: 'fx', partitions: [{ partition: 2, offset: 5, leaderEpoch: -1, metadata: 'note\0', error: 'NONE' }] },
    ])
    expect(await fetch('fx-pending-group')).toEqual([])
    const pending = coordinator.fetchOffsets({
      ...{ groupId: 'fx-pending-group', memberId: null, memberEpoch: -1, requireStable: true },
      topics: [{ topic: 'fx', partitions: [1] }],
    })
    await at.time.settle()
    expect((await pending).topics[0]?.partitions[0]?.error).toBe('UNSTABLE_OFFSET_COMMIT')
  })

  it('TXN-15: transactional ids with their epochs, and the transaction that is open', async () => {
    const at = ground()
    const coordinator = startTransactionCoordinator(at)
    coordinator.leadership.elected(new MemoryFactLog(0, 1, segment('transaction-state.segment')))
    await at.time.settle()
    expect(at.logged.filter(line => line.includes('unknown-records'))).toEqual([])
    const described = await Promise.all(
      ['fx-tx', 'fx-pending'].map(async id => {
        const one = coordinator.describeTransaction(id)
        await at.time.settle()
        const transaction = await one
        if (transaction === undefined || typeof transaction === 'string') throw new Error(`${id} is not there`)
        const { producerEpoch, producerId, status, topics } = transaction
        return { producerEpoch, producerId, status, topics }
      }),
    )
    expect(described).toMatchInlineSnapshot(`
      [
        {
          "producerEpoch": 2,
          "producerId": 0,
          "status": "CompleteCommit",
          "topics": [],
        },
        {
          "producerEpoch": 0,
          "producerId": 1,
          "status": "Ongoing",
          "topics": [
            {
              "partitions": [
                0,
              ],
              "topic": "fx",
            },
            {
              "partitions": [
                0,
              ],
              "topic": "__consumer_offsets",
            },
          ],
        },
      ]
    `)
  })
})
