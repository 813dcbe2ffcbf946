import { describe, expect, it } from 'vitest'
import { uuidText } from '../../../broker-core/base/bytes/uuid.ts'
import type { Core } from '../../../broker-core/consensus/core.ts'
import * as replies from '../../../broker-core/consensus/replies.ts'
import type { Voter } from '../../../broker-core/consensus/voter-set.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../../broker-core/protocol/frames.ts'
import type { Api } from '../../../broker-core/protocol/api.ts'
import { fetch } from '../../../broker-core/protocol/messages/01-fetch.ts'
import { vote } from '../../../broker-core/protocol/messages/52-vote.ts'
import { beginQuorumEpoch } from '../../../broker-core/protocol/messages/53-begin-quorum-epoch.ts'
import { endQuorumEpoch } from '../../../broker-core/protocol/messages/54-end-quorum-epoch.ts'
import { fetchSnapshot } from '../../../broker-core/protocol/messages/59-fetch-snapshot.ts'

const uuidOf = (byte: number) => uuidText(new Uint8Array(16).fill(byte), 0)
const two: Voter = { id: 2, directoryId: uuidOf(2), listeners: [], kraftVersions: { min: 0, max: 1 } }

/** As much of a node as its messages speak of. */
const core = {
  nodeId: 1,
  self: { id: 1, directoryId: uuidOf(1) },
  role: { kind: 'follower', epoch: 3, leaderId: 2, voted: undefined },
  members: { endpointsOf: () => [{ host: 'h', port: 9 }] },
  options: { clusterId: 'c', listeners: [{ name: 'CONTROLLER', host: 'h', port: 8 }], log: { startOffset: 0 } },
  timeouts: { fetchMaxWaitMs: 500 },
  highWatermark: 5,
  logEnd: () => ({ endOffset: 7, epoch: 3 }),
  leaderId: () => 2,
} as unknown as Core

const joined = (chunks: readonly Uint8Array[]): Uint8Array => Uint8Array.from(chunks.flatMap(chunk => [...chunk])).subarray(4)

describe('messages of the quorum', () => {
  const requests: readonly [Api, unknown][] = [
    [fetch, replies.fetchRequest(core)],
    [vote, replies.voteRequest(core, two)],
    [beginQuorumEpoch, replies.beginRequest(core, two)],
    [endQuorumEpoch, replies.endRequest(core, [two])],
    [fetchSnapshot, replies.snapshotRequest(core, { endOffset: 5, epoch: 2 }, 0)],
  ]
  it.each(requests.map(([api, request]) => [api.name, api, request] as const))(
    '%s can be sent in its newest version',
    (_, api, request) => {
      const frame = joined(encodeRequest(api, api.versions[1], { correlationId: 1, clientId: null }, request))
      const decoded = decodeRequest(frame, new Map([[api.key, api]]))
      expect(decoded.kind).toBe('request')
      expect(
        joined(encodeRequest(api, api.versions[1], { correlationId: 1, clientId: null }, (decoded as { body: unknown }).body)),
      ).toEqual(frame)
    },
  )

  const id = { endOffset: 5, epoch: 2 }
  const piece = { bytes: Uint8Array.of(1, 2, 3), sizeBytes: 3, position: 0 }
  const responses: readonly [Api, unknown][] = [
    [fetch, replies.fetchResponse(core, 'NONE', { divergingEpoch: id })],
    [fetch, replies.fetchResponse(core, 'NONE', { snapshotId: id })],
    [fetch, replies.fetchResponse(core, 'NONE', { records: { chunks: [Uint8Array.of(1)], sizeBytes: 1 } })],
    [fetch, replies.fetchFailure('INCONSISTENT_CLUSTER_ID')],
    [vote, replies.voteResponse(core, 'NONE', { ...replies.partitionAnswer(core, 'NONE'), voteGranted: true })],
    [beginQuorumEpoch, replies.beginResponse(core, 'NONE', 'FENCED_LEADER_EPOCH')],
    [endQuorumEpoch, replies.endResponse(core, 'NONE', 'NONE')],
    [fetchSnapshot, replies.snapshotResponse(core, 'NONE', id, piece)],
  ]
  it.each(responses.map(([api, response]) => [api.name, api, response] as const))(
    '%s can be answered in its newest version',
    (_, api, response) => {
      const frame = joined(encodeResponse(api, api.versions[1], 1, response))
      expect(decodeResponse(api, api.versions[1], frame).body).toMatchObject({
        errorCode: (response as { errorCode: number }).errorCode,
      })
    },
  )
})
