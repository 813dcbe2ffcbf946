import { beforeAll, describe, expect, it } from 'vitest'
import { uuidText, zeroUuid } from '../../../broker-core/base/bytes/uuid.ts'
import { metadataTopic, metadataTopicId } from '../../../broker-core/consensus/ports.ts'
import type { RaftNode } from '../../../broker-core/consensus/raft-node.ts'
import { errorCode } from '../../../broker-core/model/kafka-errors.ts'
import type { Api } from '../../../broker-core/protocol/api.ts'
import { decodeResponse, encodeRequest } from '../../../broker-core/protocol/frames.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { vote } from '../../../broker-core/protocol/messages/52-vote.ts'
import { beginQuorumEpoch } from '../../../broker-core/protocol/messages/53-begin-quorum-epoch.ts'
import { endQuorumEpoch } from '../../../broker-core/protocol/messages/54-end-quorum-epoch.ts'
import { describeQuorum } from '../../../broker-core/protocol/messages/55-describe-quorum.ts'
import { fetchSnapshot } from '../../../broker-core/protocol/messages/59-fetch-snapshot.ts'
import { quorumHandlers } from '../../../broker-core/server/controller-handlers.ts'
import { createDispatch, type Dispatch } from '../../../broker-core/server/dispatch.ts'
import { quorumWorld } from '../../simulation/quorum/quorum-world.ts'

const caller = {
  connectionId: 1,
  listener: 'CONTROLLER',
  principal: 'User:ANONYMOUS',
  remoteAddress: '::1',
  isClosed: () => false,
}
const joined = (chunks: readonly Uint8Array[]): Uint8Array => Uint8Array.from(chunks.flatMap(chunk => [...chunk])).subarray(4)

const other = uuidText(new Uint8Array(16).fill(7), 0)
const about = <P>(partition: P) => [{ topicName: metadataTopic, partitions: [{ partitionIndex: 0, ...partition }] }]
const asker = { replicaId: 7, replicaEpoch: 1, replicaDirectoryId: zeroUuid, voterDirectoryId: zeroUuid }
const led = { leaderId: 7, leaderEpoch: 0 }
const piece = { partition: 0, currentLeaderEpoch: 1, snapshotId: { endOffset: 5, epoch: 1 }, position: 0 }
const fetched = { ...{ partition: 0, currentLeaderEpoch: 1, fetchOffset: 0, logStartOffset: -1, partitionMaxBytes: 100 } }

/** What they answer matters less than that they do. */
const requests: readonly [Api, (version: number) => object][] = [
  [
    fetch,
    version => ({
      topics: [
        {
          ...{ topic: metadataTopic, topicId: metadataTopicId },
          partitions: [
            { ...fetched, lastFetchedEpoch: version < 12 ? -1 : 0, replicaDirectoryId: zeroUuid, highWatermark: Infinity },
          ],
        },
      ],
    }),
  ],
  [vote, () => ({ topics: about({ ...asker, lastOffsetEpoch: 0, lastOffset: 0, preVote: false }) })],
  [beginQuorumEpoch, () => ({ topics: about({ ...led, voterDirectoryId: zeroUuid }) })],
  [endQuorumEpoch, () => ({ topics: about({ ...led, preferredSuccessors: [], preferredCandidates: [] }) })],
  [describeQuorum, () => ({ topics: about({}) })],
  [fetchSnapshot, () => ({ topics: [{ name: metadataTopic, partitions: [{ ...piece, replicaDirectoryId: zeroUuid }] }] })],
]
const cases = requests.flatMap(([api, body]) =>
  Array.from({ length: api.versions[1] - api.versions[0] + 1 }, (_, index) => {
    const version = api.versions[0] + index
    return [api.name, version, api, { ...api.request.zero, ...body(version) }] as const
  }),
)

/** A leader, whom every answer names with its endpoint. */
async function leader(): Promise<RaftNode> {
  const world = quorumWorld({ seed: 1, voters: 1, membership: 'formatted' })
  for (const node of world.nodes) world.start(node)
  await world.time.run(3000, () => world.leader() !== undefined)
  const raft = world.leader()?.raft
  if (raft === undefined) throw new Error('no leader')
  const replica = { replicaId: 1, directoryId: other, logEndOffset: 9, lastFetchTimestampMs: 5, lastCaughtUpTimestampMs: 4 }
  return { ...raft, describe: () => ({ leaderId: 1, leaderEpoch: 1, highWatermark: 9, voters: [replica], observers: [replica] }) }
}

describe('the quorum (KIP-595, KIP-853)', () => {
  let dispatch: Dispatch
  beforeAll(async () => {
    const raft = await leader()
    dispatch = createDispatch({ handlers: quorumHandlers(raft), door: 'controller', log: { write() {} }, bug: () => {} })
  })

  it.each(cases)('answers %s in version %i, without what came later', async (_, version, api, body) => {
    const frame = joined(encodeRequest(api, version, { correlationId: 1, clientId: null }, body))
    const reply = await dispatch.handle(frame, caller)
    const answer = decodeResponse(api, version, joined(reply ?? [])).body
    // Before topic ids there was no quorum to fetch from, and before version 7 no room for the error.
    const isTooOld = api === fetch && version < 13
    expect(answer).toMatchObject({ errorCode: isTooOld && version >= 7 ? errorCode('INVALID_REQUEST') : 0 })
    const endpoints =
      (answer as { nodeEndpoints?: unknown[]; nodes?: unknown[] }).nodeEndpoints ?? (answer as { nodes: unknown[] }).nodes
    const isNewest = version === api.versions[1]
    if (isNewest) expect(endpoints).toHaveLength(1)
    if (version === api.versions[0]) expect(endpoints).toEqual([])
  })
})
