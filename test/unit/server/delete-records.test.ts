import { describe, expect, it } from 'vitest'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { ResponseOf } from '../../../broker-core/protocol/api.ts'
import { deleteRecords } from '../../../broker-core/protocol/messages/21-delete-records.ts'
import { Replicas } from '../../../broker-core/replication/replicas.ts'
import { deleteRecordsHandler } from '../../../broker-core/server/handlers/21-delete-records.ts'
import { assignmentOf, replicaWorld, topicId, write } from '../replication/replica-world.ts'
import { contextOf, imageOf, partitionOf, topicOf } from './images.ts'

function ground(policy: readonly string[] = ['delete']) {
  const world = replicaWorld()
  const replicas = new Replicas()
  replicas.add(world.replica)
  world.replica.assign(assignmentOf({ replicas: [1], isr: [1] }))
  const internal = topicOf('__consumer_offsets', 'BBBBBBBBBBBBBBBBBBBBBA', [partitionOf(0)])
  const image = imageOf([topicOf('t', topicId, [partitionOf(0)]), internal])
  const { timers } = world.env
  const handler = deleteRecordsHandler({ replicas, image: () => image, timers, cleanupPolicy: () => policy })
  const ask = (name: string, offset: number, partitionIndex = 0) => {
    const request = { topics: [{ name, partitions: [{ partitionIndex, offset }] }], timeoutMs: 0 }
    const [result] = (handler.handle(request, contextOf(2)) as ResponseOf<typeof deleteRecords>).topics[0]?.partitions ?? []
    return [errorName(result?.errorCode ?? -1), result?.lowWatermark]
  }
  return { ...world, ask, handler }
}

describe('DeleteRecords', () => {
  it('RET-08: of an internal topic nothing is deleted, whatever its policy', () => {
    expect(ground().ask('__consumer_offsets', 0)).toEqual(['INVALID_TOPIC_EXCEPTION', -1])
    expect(ground().ask('__consumer_offsets', 0, 7)).toEqual(['UNKNOWN_TOPIC_OR_PARTITION', -1])
  })

  it('RET-08: who does not lead says so before it looks at the policy', () => {
    const { ask, replica } = ground(['compact'])
    expect(ask('t', 0)).toEqual(['POLICY_VIOLATION', -1])
    replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))
    expect(ask('t', 0)).toEqual(['NOT_LEADER_OR_FOLLOWER', -1])
  })

  it('RET-08: only what is compacted, and nothing else, keeps its records', async () => {
    for (const [policy, error] of [
      [['compact'], 'POLICY_VIOLATION'],
      [['compact', 'delete'], 'NONE'],
      [['delete'], 'NONE'],
      [[], 'NONE'],
    ] as const) {
      const { handler } = ground(policy)
      const request = { topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 0 }
      const { topics } = (await handler.handle(request, contextOf(2))) as ResponseOf<typeof deleteRecords>
      expect([policy, errorName(topics[0]?.partitions[0]?.errorCode ?? -1)]).toEqual([policy, error])
    }
  })

  it('RET-08: neither below 0 nor behind the high watermark; below the log start is done already', async () => {
    const { ask, replica } = ground()
    write(replica, 'a', 'b')
    expect(ask('t', -2)).toEqual(['OFFSET_OUT_OF_RANGE', -1])
    expect(ask('t', 3)).toEqual(['OFFSET_OUT_OF_RANGE', -1])
    expect(replica.deleteRecordsBefore(-1)).toBe(2)
    expect(replica.deleteRecordsBefore(1)).toBe(1)
    expect(replica.log.logStartOffset).toBe(2)
  })
})
