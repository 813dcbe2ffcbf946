import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { beginQuorumEpoch } from '../protocol/messages/53-begin-quorum-epoch.ts'
import type { endQuorumEpoch } from '../protocol/messages/54-end-quorum-epoch.ts'
import type { fetch } from '../protocol/messages/01-fetch.ts'
import type { fetchSnapshot } from '../protocol/messages/59-fetch-snapshot.ts'
import type { vote } from '../protocol/messages/52-vote.ts'
import type { addRaftVoter } from '../protocol/messages/80-add-raft-voter.ts'
import type { removeRaftVoter } from '../protocol/messages/81-remove-raft-voter.ts'
import type { updateRaftVoter } from '../protocol/messages/82-update-raft-voter.ts'
import type { ChangeOutcome } from './voter-change-rules.ts'
import type { Membership } from './voter-history.ts'

/**
 * What the layers above see of the metadata quorum (KIP-595, 630, 853, 996). Implemented in this folder as a pure quorum state
 * with a shell that owns log, timers and peers. One node per broker process, as voter or observer.
 */
export interface RaftNode {
  start(): void
  stop(): Promise<void>
  /** Falls silent at once, as a crash does: no farewell, no flush. */
  abandon(): void
  isStopped(): boolean
  readonly nodeId: number
  leaderAndEpoch(): { readonly leaderId: number | undefined; readonly epoch: number }
  readonly highWatermark: number
  readonly logEndOffset: number
  /** Where the controller listener of a voter, or of the leader, may be found, best first. */
  endpointsOf(nodeId: number): readonly { readonly host: string; readonly port: number }[]
  /** kraft.version and voters in force: the latest in the log, committed or not. */
  membership(): Membership
  /**
   * Leader only: appends encoded record values (one atomic batch) in `epoch`; returns the last offset. Undefined: no longer leader
   * of that epoch.
   */
  append(values: readonly Uint8Array[], epoch: number): number | undefined
  /** Resolves when `offset` is committed in `epoch`; false when leadership of that epoch was lost first. */
  whenCommitted(offset: number, epoch: number): Promise<boolean>
  /** Committed records in order and, first of all or when the follower was too far behind, a snapshot to replace everything by. Before start(). */
  subscribe(listener: RaftListener): void
  /**
   * Writes a snapshot of everything below `endOffset` (which must be committed and delivered) and drops the log below it. `values` are
   * the records that recreate that state.
   */
  writeSnapshot(endOffset: number, values: readonly Uint8Array[]): void
  /** End offset of the latest snapshot, 0 without one. */
  readonly snapshotEndOffset: number
  handleVote(request: RequestOf<typeof vote>): Promise<ResponseOf<typeof vote>>
  handleBeginQuorumEpoch(request: RequestOf<typeof beginQuorumEpoch>): Promise<ResponseOf<typeof beginQuorumEpoch>>
  handleEndQuorumEpoch(request: RequestOf<typeof endQuorumEpoch>): Promise<ResponseOf<typeof endQuorumEpoch>>
  /** Parks up to maxWaitMs when there is nothing new. */
  handleFetch(request: RequestOf<typeof fetch>): Promise<ResponseOf<typeof fetch>>
  handleFetchSnapshot(request: RequestOf<typeof fetchSnapshot>): Promise<ResponseOf<typeof fetchSnapshot>>
  addVoter(request: RequestOf<typeof addRaftVoter>): Promise<ChangeOutcome>
  removeVoter(request: RequestOf<typeof removeRaftVoter>): Promise<ChangeOutcome>
  handleUpdateRaftVoter(request: RequestOf<typeof updateRaftVoter>): Promise<ResponseOf<typeof updateRaftVoter>>
  /** Leader only: why kraft.version cannot go to `level`; undefined: it did, or with `isTrial` could. */
  upgradeKRaftVersion(level: number, options: { readonly isTrial: boolean }): string | undefined
  describe(): QuorumDescription
}

export interface RaftListener {
  /** Replaces everything known so far. */
  loadSnapshot(values: readonly Uint8Array[], endOffset: number, epoch: number): void
  /** One committed batch. Control batches come without values: they only move the offset. */
  commit(batch: CommittedBatch): void
  /**
   * A leader became known, or (undefined) lost. For this node itself it is called only when the first record of its epoch is committed
   * and all before it is delivered: from here on it may decide on what it knows.
   */
  leaderChanged(leaderId: number | undefined, epoch: number): void
}

export interface CommittedBatch {
  readonly values: readonly Uint8Array[]
  readonly baseOffset: number
  readonly lastOffset: number
  readonly epoch: number
  readonly appendTimeMs: number
}

export interface QuorumDescription {
  readonly leaderId: number
  readonly leaderEpoch: number
  readonly highWatermark: number
  readonly voters: readonly ReplicaProgress[]
  readonly observers: readonly ReplicaProgress[]
}

export interface ReplicaProgress {
  readonly replicaId: number
  readonly directoryId: string | undefined
  readonly logEndOffset: number
  readonly lastFetchTimestampMs: number
  readonly lastCaughtUpTimestampMs: number
}
