import { assert } from '../base/assert.ts'
import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { fetchSnapshot } from '../protocol/messages/59-fetch-snapshot.ts'
import type { Core } from './core.ts'
import { followerTimer } from './following.ts'
import { metadataTopic, type OffsetAndEpoch } from './ports.ts'
import { clusterMismatch, keyOf, onlyPartition, snapshotFailure, snapshotRequest, snapshotResponse } from './replies.ts'

/** FetchSnapshot (59): KIP-630, pieces of the file of a snapshot to a follower that is behind the log's start. */
export function answerFetchSnapshot(core: Core, request: RequestOf<typeof fetchSnapshot>): ResponseOf<typeof fetchSnapshot> {
  if (clusterMismatch(core, request.clusterId)) return snapshotFailure('INCONSISTENT_CLUSTER_ID')
  const asked = onlyPartition(request.topics)
  if (asked === undefined) return snapshotFailure('INVALID_REQUEST')
  const id = asked.snapshotId
  if (request.topics[0]?.name !== metadataTopic || asked.partition !== 0)
    return snapshotResponse(core, 'UNKNOWN_TOPIC_OR_PARTITION', id)
  if (asked.currentLeaderEpoch < core.role.epoch) return snapshotResponse(core, 'FENCED_LEADER_EPOCH', id)
  if (asked.currentLeaderEpoch > core.role.epoch) return snapshotResponse(core, 'UNKNOWN_LEADER_EPOCH', id)
  const { leading } = core
  if (leading === undefined) return snapshotResponse(core, 'NOT_LEADER_OR_FOLLOWER', id)
  const piece = core.options.log.readSnapshotBytes(id, asked.position, Math.max(1, request.maxBytes))
  if (piece === undefined) return snapshotResponse(core, 'SNAPSHOT_NOT_FOUND', id)
  if (asked.position < 0 || asked.position >= piece.sizeBytes) return snapshotResponse(core, 'POSITION_OUT_OF_RANGE', id)
  leading.progress.recordSnapshotFetch(keyOf(request.replicaId, asked.replicaDirectoryId), core.options.clock.monotonicMs())
  return snapshotResponse(core, 'NONE', id, { ...piece, position: asked.position })
}

/** Fetches the whole snapshot, makes it the start of the log, and hands it to the listeners. */
export async function receiveSnapshot(core: Core, leaderId: number, id: OffsetAndEpoch): Promise<'progress' | 'again-later'> {
  const { turn } = core
  const { log, peers, sink } = core.options
  if (id.endOffset <= core.highWatermark) return 'again-later'
  const receiver = log.receiveSnapshot(id)
  while (true) {
    const response = await peers.fetchSnapshot(leaderId, snapshotRequest(core, id, receiver.position)).catch(() => undefined)
    const answer = response === undefined ? undefined : onlyPartition(response.topics)
    if (
      core.turn !== turn ||
      core.stopped ||
      answer === undefined ||
      answer.errorCode !== 0 ||
      answer.position !== receiver.position
    ) {
      receiver.abort()
      return 'again-later'
    }
    followerTimer(core)
    const piece = answer.unalignedRecords
    for (const chunk of piece?.chunks ?? []) receiver.append(chunk)
    if (receiver.position >= answer.size) break
    if ((piece?.sizeBytes ?? 0) === 0) {
      receiver.abort()
      return 'again-later'
    }
  }
  if (!receiver.complete()) {
    sink.write('error', 'raft.snapshot-damaged', {
      node: core.nodeId,
      leader: leaderId,
      endOffset: id.endOffset,
      epoch: id.epoch,
    })
    return 'again-later'
  }
  sink.write('info', 'raft.snapshot-loaded', { node: core.nodeId, endOffset: id.endOffset, epoch: id.epoch })
  core.snapshotLoaded(id)
  return 'progress'
}

/** Own snapshot of what was delivered up to `endOffset`. */
export function writeSnapshot(core: Core, endOffset: number, values: readonly Uint8Array[]): void {
  const { log, clock } = core.options
  assert(endOffset <= core.highWatermark, `raft: snapshot at ${endOffset} beyond the high watermark ${core.highWatermark}`)
  if (endOffset <= (log.latestSnapshot()?.endOffset ?? 0)) return
  const last = log.readBatches(endOffset - 1, endOffset, 1)[0]
  assert(last !== undefined, `raft: no batch before the snapshot offset ${endOffset}`)
  const { kraftVersion, voters } = core.members.below(endOffset)
  log.writeSnapshot(
    { endOffset, epoch: last.epoch },
    {
      values,
      membership:
        kraftVersion === 0
          ? []
          : [
              { kind: 'kraft-version', level: kraftVersion },
              { kind: 'voters', voters },
            ],
      lastAppendTimeMs: last.appendTimeMs > 0 ? last.appendTimeMs : clock.nowMs(),
    },
  )
  core.members.covered()
}
