import { zeroUuid } from '../../base/bytes/uuid.ts'
import { metadataTopic } from '../../consensus/ports.ts'
import type { RaftNode, ReplicaProgress } from '../../consensus/raft-node.ts'
import { errorCode, errorMessage } from '../../model/kafka-errors.ts'
import type { ResponseOf } from '../../protocol/api.ts'
import { describeQuorum } from '../../protocol/messages/55-describe-quorum.ts'
import { handler, type Handler } from '../handler.ts'
import { notController } from './decided.ts'

type Response = ResponseOf<typeof describeQuorum>

/** KIP-853: from this version on replicas have directories, and nodes their listeners. */
const namesReplicasSince = 2

/** DescribeQuorum (55), META-10: answered by the leader of the quorum, who alone knows how far the others are. */
export function describeQuorumHandler(raft: RaftNode): Handler<typeof describeQuorum> {
  return handler(describeQuorum, (request, { apiVersion }) => {
    const namesReplicas = apiVersion >= namesReplicasSince
    if (raft.leaderAndEpoch().leaderId !== raft.nodeId) return { ...notController, topics: [], nodes: [] }
    const topics = request.topics.map(topic => ({
      topicName: topic.topicName,
      partitions: topic.partitions.map(({ partitionIndex }) => describe(raft, topic.topicName, partitionIndex, namesReplicas)),
    }))
    const nodes = [...raft.membership().voters.values()].map(({ id, listeners }) => ({ nodeId: id, listeners }))
    return { errorCode: 0, errorMessage: null, topics, nodes: namesReplicas ? nodes : [] }
  })
}

type Partition = Response['topics'][number]['partitions'][number]

function describe(raft: RaftNode, topic: string, partitionIndex: number, namesReplicas: boolean): Partition {
  if (topic !== metadataTopic || partitionIndex !== 0) {
    return {
      partitionIndex,
      errorCode: errorCode('UNKNOWN_TOPIC_OR_PARTITION'),
      errorMessage: errorMessage('UNKNOWN_TOPIC_OR_PARTITION'),
      leaderId: 0,
      leaderEpoch: 0,
      highWatermark: 0,
      currentVoters: [],
      observers: [],
    }
  }
  const { leaderId, leaderEpoch, highWatermark, voters, observers } = raft.describe()
  return {
    partitionIndex,
    errorCode: 0,
    errorMessage: null,
    leaderId,
    leaderEpoch,
    highWatermark,
    currentVoters: voters.map(of => replica(of, namesReplicas)),
    observers: observers.map(of => replica(of, namesReplicas)),
  }
}

const replica = (of: ReplicaProgress, namesReplicas: boolean): Partition['currentVoters'][number] => ({
  replicaId: of.replicaId,
  replicaDirectoryId: (namesReplicas ? of.directoryId : undefined) ?? zeroUuid,
  logEndOffset: of.logEndOffset,
  lastFetchTimestamp: of.lastFetchTimestampMs,
  lastCaughtUpTimestamp: of.lastCaughtUpTimestampMs,
})
