import { describe, expect, it } from 'vitest'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import type { ResponseOf } from '../../../broker-core/protocol/api.ts'
import { offsetForLeaderEpoch } from '../../../broker-core/protocol/messages/23-offset-for-leader-epoch.ts'
import { Replicas } from '../../../broker-core/replication/replicas.ts'
import { offsetForLeaderEpochHandler } from '../../../broker-core/server/handlers/23-offset-for-leader-epoch.ts'
import { assignmentOf, replicaWorld, topicId, write } from '../replication/replica-world.ts'
import { contextOf, imageOf, partitionOf, topicOf } from './images.ts'

describe('OffsetForLeaderEpoch', () => {
  it('REPL-12, REPL-17: only the leader answers, whoever asks: a request before v3 names nobody and is of a consumer all the same', () => {
    const { replica } = replicaWorld()
    const replicas = new Replicas()
    replicas.add(replica)
    const image = imageOf([topicOf('t', topicId, [partitionOf(0, { leader: 2, leaderEpoch: 2 })])])
    const handler = offsetForLeaderEpochHandler({ replicas, image: () => image })
    const ask = (replicaId: number, version: number) => {
      const topics = [{ topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 1 }] }]
      const answer = handler.handle({ replicaId, topics }, contextOf(version)) as ResponseOf<typeof offsetForLeaderEpoch>
      const end = answer.topics[0]?.partitions[0]
      return [errorName(end?.errorCode ?? -1), end?.leaderEpoch, end?.endOffset]
    }
    const { replicaId: notNamed } = offsetForLeaderEpoch.request.zero
    replica.assign(assignmentOf())
    write(replica, 'a')
    for (const replicaId of [notNamed, -1, 2]) expect(ask(replicaId, 4)).toEqual(['NONE', 1, 1])
    replica.assign(assignmentOf({ leader: 2, leaderEpoch: 2, partitionEpoch: 2 }))
    for (const replicaId of [notNamed, -1, 2]) expect(ask(replicaId, 4)).toEqual(['NOT_LEADER_OR_FOLLOWER', -1, -1])
    expect(ask(notNamed, 2)).toEqual(['NOT_LEADER_OR_FOLLOWER', -1, -1])
  })
})
