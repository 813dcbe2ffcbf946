import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import { errorName } from '../../../broker-core/model/kafka-errors.ts'
import { metadataTopic, metadataTopicId } from '../../../broker-core/consensus/ports.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { vote } from '../../../broker-core/protocol/messages/52-vote.ts'
import { beginQuorumEpoch } from '../../../broker-core/protocol/messages/53-begin-quorum-epoch.ts'
import { endQuorumEpoch } from '../../../broker-core/protocol/messages/54-end-quorum-epoch.ts'
import { fetchSnapshot } from '../../../broker-core/protocol/messages/59-fetch-snapshot.ts'
import { addRaftVoter } from '../../../broker-core/protocol/messages/80-add-raft-voter.ts'
import { removeRaftVoter } from '../../../broker-core/protocol/messages/81-remove-raft-voter.ts'
import { quorumWorld, type SimNode } from '../../simulation/quorum/quorum-world.ts'

/** A quorum of three, formatted with its voters, whose leader has committed a record; and one of the others. */
async function led(seed: number) {
  const world = quorumWorld({ seed, voters: 3, membership: 'formatted' })
  for (const node of world.nodes) world.start(node)
  await world.time.run(3000, () => world.leader() !== undefined)
  world.write('value')
  await world.converge(3000)
  const leader = world.leader()
  const other = world.nodes.find(node => node !== leader)
  if (leader === undefined || other === undefined) throw new Error('no leader')
  return { world, leader, other, epoch: leader.raft.leaderAndEpoch().epoch }
}

describe('FetchSnapshot', () => {
  const request = (of: SimNode, epoch: number, id: { endOffset: number; epoch: number }) => ({
    ...fetchSnapshot.request.zero,
    clusterId: 'sim',
    replicaId: of.nodeId,
    maxBytes: 10,
    topics: [
      {
        name: metadataTopic,
        partitions: [
          { partition: 0, currentLeaderEpoch: epoch, snapshotId: id, position: 0, replicaDirectoryId: of.directoryId },
        ],
      },
    ],
  })

  it.each([
    ['a voter', true],
    ['nobody but another directory of a voter', false],
  ])(
    'KIP-630: by %s tells a leader whether it has its majority: a large snapshot takes longer than it waits',
    async (_, isVoter) => {
      const { world, leader, other, epoch } = await led(1)
      leader.raft.writeSnapshot(leader.applied.endOffset, [])
      const id = leader.disk.open().latestSnapshot()
      if (id === undefined) throw new Error('no snapshot')
      for (const node of world.nodes) if (node !== leader) world.crash(node)
      for (let n = 0; n < 10; n++) {
        const asking = isVoter ? other : { ...other, directoryId: 'lost' }
        await leader.raft.handleFetchSnapshot(request(asking, epoch, id))
        await world.time.run(200)
      }
      expect(leader.raft.leaderAndEpoch()).toEqual({ leaderId: isVoter ? leader.nodeId : undefined, epoch })
    },
  )
})

describe('Fetch', () => {
  it.each([
    ['from before its versions had a last fetched epoch', { lastFetchedEpoch: -1 }, 0, 'INVALID_REQUEST'],
    ['that knows no leader epoch', { currentLeaderEpoch: -1 }, 0, 'INVALID_REQUEST'],
    ['of an epoch later than the leader that it knows', { lastFetchedEpoch: 1000 }, 0, 'INVALID_REQUEST'],
    ['below the first offset', { fetchOffset: -1 }, 0, 'INVALID_REQUEST'],
    ['that waits for less than no time', {}, -1, 'INVALID_REQUEST'],
    ['that is behind in epochs and possible', { currentLeaderEpoch: 0, lastFetchedEpoch: 0 }, 0, 'FENCED_LEADER_EPOCH'],
    ['beyond the end', {}, 0, 'NONE'],
  ])('KIP-595: one %s is no promise: nothing is committed by it', async (_, given, maxWaitMs, expected) => {
    const { world, leader, other, epoch } = await led(2)
    for (const node of world.nodes) if (node !== leader) world.crash(node)
    world.write('not committed')
    const before = leader.raft.highWatermark
    const asked = {
      ...{ partition: 0, currentLeaderEpoch: epoch, fetchOffset: 1000, lastFetchedEpoch: epoch, logStartOffset: -1 },
      ...{ partitionMaxBytes: 1000, replicaDirectoryId: other.directoryId, highWatermark: before },
      ...given,
    }
    const answer = await leader.raft.handleFetch({
      ...fetch.request.zero,
      clusterId: 'sim',
      replicaState: { replicaId: other.nodeId, replicaEpoch: -1 },
      maxWaitMs,
      topics: [{ topic: metadataTopic, topicId: metadataTopicId, partitions: [asked] }],
    })
    expect(errorName(answer.responses[0]?.partitions[0]?.errorCode ?? -1)).toBe(expected)
    expect(leader.raft.highWatermark).toBe(before)
  })
})

describe('Fetch by a node with the id of the leader', () => {
  it.each([
    ['and its directory, as after a copy of its disk', true],
    ['and another directory', false],
  ])('KIP-595: %s is refused, and changes nothing of what the leader has of itself', async (_, isCopy) => {
    const { world, leader, epoch } = await led(8)
    const before = leader.raft.describe()
    const asked = {
      ...{ partition: 0, currentLeaderEpoch: epoch, fetchOffset: 1, lastFetchedEpoch: epoch, logStartOffset: -1 },
      ...{ partitionMaxBytes: 1000, replicaDirectoryId: isCopy ? leader.directoryId : 'other', highWatermark: 0 },
    }
    const answer = await leader.raft.handleFetch({
      ...fetch.request.zero,
      clusterId: 'sim',
      replicaState: { replicaId: leader.nodeId, replicaEpoch: -1 },
      topics: [{ topic: metadataTopic, topicId: metadataTopicId, partitions: [asked] }],
    })
    expect(errorName(answer.responses[0]?.partitions[0]?.errorCode ?? answer.errorCode)).toBe('UNKNOWN_SERVER_ERROR')
    expect(leader.raft.describe().observers).toEqual(before.observers)
    for (const node of world.nodes) if (node !== leader) world.crash(node)
    world.write('by nobody else')
    await world.time.run(300)
    expect(leader.raft.highWatermark).toBe(before.highWatermark)
  })
})

describe('an answer to Fetch', () => {
  it('KIP-595: whose records are damaged is asked for again, unhurriedly, and costs the leader nothing', async () => {
    const { world, leader, other, epoch } = await led(3)
    const answered = leader.raft.handleFetch.bind(leader.raft)
    let asked = 0
    leader.raft.handleFetch = async request => {
      const answer = await answered(request)
      const [topic] = answer.responses
      const [partition] = topic?.partitions ?? []
      if (request.replicaState.replicaId !== other.nodeId || topic === undefined || !partition?.records?.sizeBytes) return answer
      asked += 1
      // Its batches end before they begin.
      const records = { chunks: [], sizeBytes: partition.records.sizeBytes }
      return { ...answer, responses: [{ ...topic, partitions: [{ ...partition, records }] }] }
    }
    // What was parked before is answered as it was.
    await world.time.run(500)
    world.write('damaged')
    await world.time.run(2000)
    expect([asked > 3, asked < 20]).toEqual([true, true])
    leader.raft.handleFetch = answered
    expect(await world.converge(3000)).toBe(true)
    expect(other.raft.leaderAndEpoch()).toEqual({ leaderId: leader.nodeId, epoch })
  })
})

describe('Vote', () => {
  /** Relative to the epoch of who is asked. */
  const cases = [
    ['of an epoch that it has records of', { epoch: 1, lastEpoch: 1 }, 'INVALID_REQUEST', 0],
    ['of an epoch before its records', { epoch: 1, lastEpoch: 2 }, 'INVALID_REQUEST', 0],
    ['with records of no epoch', { epoch: 1, lastEpoch: -1000 }, 'INVALID_REQUEST', 0],
    ['of an epoch that is over', { epoch: -1, lastEpoch: -1 }, 'INVALID_REQUEST', 0],
    [
      'of an epoch that is over, for another directory',
      { epoch: -1, lastEpoch: -1, preVote: true, meant: 'lost' },
      'FENCED_LEADER_EPOCH',
      0,
    ],
    ['of nobody', { epoch: 1, lastEpoch: 0, replicaId: -1 }, 'INVALID_REQUEST', 0],
    [
      'for another directory, which tells of a new epoch all the same',
      { epoch: 1, lastEpoch: 0, meant: 'lost' },
      'INVALID_VOTER_KEY',
      1,
    ],
    ['that asks first, with records of its epoch', { epoch: 0, lastEpoch: 0, preVote: true }, 'NONE', 0],
    ['that asks first, with records of a later one', { epoch: 0, lastEpoch: 1, preVote: true }, 'INVALID_REQUEST', 0],
  ] as const

  it.each(cases)('KIP-595: one %s', async (_, given, expected, epochsOn) => {
    const { other, epoch } = await led(5)
    const {
      meant = other.directoryId,
      preVote = false,
      replicaId = 7,
    } = { meant: undefined, preVote: undefined, replicaId: undefined, ...given }
    const partition = {
      ...{ partitionIndex: 0, replicaEpoch: epoch + given.epoch, replicaId, replicaDirectoryId: 'd7', preVote },
      ...{ voterDirectoryId: meant, lastOffsetEpoch: epoch + given.lastEpoch, lastOffset: 100 },
    }
    const answer = await other.raft.handleVote({
      ...vote.request.zero,
      clusterId: 'sim',
      voterId: other.nodeId,
      topics: [{ topicName: metadataTopic, partitions: [partition] }],
    })
    expect(errorName(answer.topics[0]?.partitions[0]?.errorCode ?? answer.errorCode)).toBe(expected)
    expect(answer.topics[0]?.partitions[0]?.voteGranted).toBe(false)
    expect(other.raft.leaderAndEpoch().epoch).toBe(epoch + epochsOn)
  })
})

describe('BeginQuorumEpoch', () => {
  it.each([
    ['is told of', 1, 'INVALID_VOTER_KEY', 7],
    ['knows better than', -1, 'FENCED_LEADER_EPOCH', undefined],
  ])('KIP-853: a replica that lost the disk that is meant %s the leader', async (_, epochsOn, expected, leaderId) => {
    const { other, leader, epoch } = await led(6)
    const named = { partitionIndex: 0, voterDirectoryId: 'lost', leaderId: 7, leaderEpoch: epoch + epochsOn }
    const answer = await other.raft.handleBeginQuorumEpoch({
      ...beginQuorumEpoch.request.zero,
      clusterId: 'sim',
      voterId: other.nodeId,
      topics: [{ topicName: metadataTopic, partitions: [named] }],
      leaderEndpoints: [{ name: 'CONTROLLER', host: 'sim', port: leader.nodeId }],
    })
    expect(errorName(answer.topics[0]?.partitions[0]?.errorCode ?? answer.errorCode)).toBe(expected)
    expect(other.raft.leaderAndEpoch().leaderId).toBe(leaderId ?? leader.nodeId)
  })
})

describe('a change of the voters', () => {
  const spare = { voterId: 9, voterDirectoryId: 'd9' }
  const listeners = [{ name: 'CONTROLLER', host: 'sim', port: 3 }]
  const added = { ...addRaftVoter.request.zero, clusterId: 'sim', timeoutMs: 100, ...spare, listeners }
  const removed = { ...removeRaftVoter.request.zero, clusterId: 'sim', ...spare }
  const elsewhere = [{ ...listeners[0], name: 'OTHER' }] as typeof listeners

  it.each([
    ['add', 'without a directory', { voterDirectoryId: zeroUuid }],
    ['add', 'of no id', { voterId: -1 }],
    ['add', 'that has no listener of the name by which the others reach it', { listeners: elsewhere }],
    ['remove', 'without a directory', { voterDirectoryId: zeroUuid }],
    ['remove', 'of no id', { voterId: -1 }],
    ['update', 'without a directory', { voterDirectoryId: zeroUuid }],
    ['update', 'of no id', { voterId: -1 }],
    ['update', 'that has no listener of the name by which the others reach it', { listeners: elsewhere }],
  ])('KIP-853: %s one %s is INVALID_REQUEST', async (what, _, given) => {
    const { leader, epoch } = await led(7)
    const kRaftVersionFeature = { minSupportedVersion: 0, maxSupportedVersion: 1 }
    const outcomes = {
      add: async () => (await leader.raft.addVoter({ ...added, ...given })).error,
      remove: async () => (await leader.raft.removeVoter({ ...removed, ...given })).error,
      update: async () => {
        const own = { voterId: leader.nodeId, voterDirectoryId: leader.directoryId, listeners, kRaftVersionFeature }
        const answer = await leader.raft.handleUpdateRaftVoter({ clusterId: 'sim', currentLeaderEpoch: epoch, ...own, ...given })
        return errorName(answer.errorCode)
      },
    }
    expect(await outcomes[what as keyof typeof outcomes]()).toBe('INVALID_REQUEST')
  })
})

describe('a request about another partition', () => {
  const voteFor = { ...vote.request.zero, clusterId: 'sim' }
  const partition = { ...{ replicaEpoch: 9, replicaId: 7, replicaDirectoryId: 'd7', voterDirectoryId: zeroUuid }, preVote: false }
  const asked = { ...partition, lastOffsetEpoch: 8, lastOffset: 100 }
  const led9 = { leaderId: 7, leaderEpoch: 9 }
  const named = { ...led9, voterDirectoryId: zeroUuid }
  const ended = { ...led9, preferredSuccessors: [], preferredCandidates: [] }
  const topics = [
    ['topic', 'other', 0],
    ['partition', metadataTopic, 1],
  ] as const

  it.each(topics)('KIP-595: of another %s changes nothing here, neither vote nor epoch', async (_, topicName, partitionIndex) => {
    const { other, epoch } = await led(4)
    const about = <P>(of: P) => [{ topicName, partitions: [{ partitionIndex, ...of }] }]
    const answers = [
      await other.raft.handleVote({ ...voteFor, topics: about(asked) }),
      await other.raft.handleBeginQuorumEpoch({ ...beginQuorumEpoch.request.zero, clusterId: 'sim', topics: about(named) }),
      await other.raft.handleEndQuorumEpoch({ ...endQuorumEpoch.request.zero, clusterId: 'sim', topics: about(ended) }),
    ]
    expect(answers.map(({ errorCode, topics: answered }) => [errorName(errorCode), answered])).toEqual(
      answers.map(() => ['INVALID_REQUEST', []]),
    )
    expect(other.raft.leaderAndEpoch().epoch).toBe(epoch)
  })

  it.each(topics)('KIP-630: of another %s has no snapshot', async (_, name, partition) => {
    const { leader, epoch } = await led(4)
    leader.raft.writeSnapshot(leader.applied.endOffset, [])
    const snapshotId = leader.disk.open().latestSnapshot() ?? { endOffset: -1, epoch: -1 }
    const one = { partition, currentLeaderEpoch: epoch, snapshotId, position: 0, replicaDirectoryId: zeroUuid }
    const answer = await leader.raft.handleFetchSnapshot({
      ...fetchSnapshot.request.zero,
      clusterId: 'sim',
      topics: [{ name, partitions: [one] }],
    })
    expect(errorName(answer.topics[0]?.partitions[0]?.errorCode ?? answer.errorCode)).toBe('UNKNOWN_TOPIC_OR_PARTITION')
  })
})
