import { describe, expect, it } from 'vitest'
import type { ResponseOf } from '../../../broker-core/protocol/api.ts'
import { listOffsets } from '../../../broker-core/protocol/messages/02-list-offsets.ts'
import { encodeBatch } from '../../../broker-core/records/batch-writer.ts'
import { encodeTransactionMarker } from '../../../broker-core/records/control-records.ts'
import { Replicas } from '../../../broker-core/replication/replicas.ts'
import { listOffsetsHandler } from '../../../broker-core/server/handlers/02-list-offsets.ts'
import { assignmentOf, followerAt, replicaWorld, topicId, write } from '../replication/replica-world.ts'
import { codecs } from '../storage/storage-env.ts'
import { contextOf, imageOf, partitionOf, topicOf } from './images.ts'

describe('ListOffsets by isolation', () => {
  it('TXN-34: the end is the last stable offset for readers of committed data, until the open transaction ends', () => {
    const world = replicaWorld()
    const replicas = new Replicas()
    replicas.add(world.replica)
    world.replica.assign(assignmentOf())
    const image = imageOf([topicOf('t', topicId, [partitionOf(0, { leader: 2, leaderEpoch: 6 })])])
    const handler = listOffsetsHandler({ replicas, image: () => image })
    const latest = (isolationLevel: number) => {
      const partitions = [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }]
      const request = { replicaId: -1, isolationLevel, timeoutMs: 0, topics: [{ name: 't', partitions }] }
      const answer = handler.handle(request, contextOf(11)) as ResponseOf<typeof listOffsets>
      return answer.topics[0]?.partitions[0]
    }
    const commit = () => {
      for (const brokerId of [2, 3]) followerAt(world, brokerId, world.replica.log.logEndOffset)
    }
    const producer = { producerId: 7, producerEpoch: 0 }
    const records = [{ timestampMs: 1, key: null, value: new Uint8Array(1) }]
    write(world.replica, 'a')
    const batch = encodeBatch({ records, ...producer, baseSequence: 0, transactional: true }, codecs)
    world.replica.append(batch, { origin: 'client', requiresIsr: true })
    write(world.replica, 'behind')
    commit()
    expect(latest(0)).toMatchObject({ errorCode: 0, offset: 3 })
    expect(latest(1)).toMatchObject({ errorCode: 0, offset: 1, timestamp: -1 })
    const marker = encodeTransactionMarker({ ...producer, coordinatorEpoch: 0, committed: true, timestampMs: 1 }, codecs)
    world.replica.append(marker, { origin: 'coordinator', requiresIsr: true })
    commit()
    expect(latest(1)).toMatchObject({ errorCode: 0, offset: 4 })
  })
})
