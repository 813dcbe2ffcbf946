import type { RequestOf, ResponseOf } from '../protocol/api.ts'
import type { fetch } from '../protocol/messages/01-fetch.ts'
import type { vote } from '../protocol/messages/52-vote.ts'
import type { beginQuorumEpoch } from '../protocol/messages/53-begin-quorum-epoch.ts'
import type { endQuorumEpoch } from '../protocol/messages/54-end-quorum-epoch.ts'
import type { fetchSnapshot } from '../protocol/messages/59-fetch-snapshot.ts'
import type { addRaftVoter } from '../protocol/messages/80-add-raft-voter.ts'
import type { removeRaftVoter } from '../protocol/messages/81-remove-raft-voter.ts'
import type { updateRaftVoter } from '../protocol/messages/82-update-raft-voter.ts'
import type { Endpoint } from '../env/network.ts'
import type { MembershipChange } from './voter-history.ts'
import type { KRaftVersionRange, ReplicaKey } from './voter-set.ts'

/** Name and id of the one partition that the quorum replicates; the id is Kafka's reserved `Uuid(0, 1)`. */
export const metadataTopic = '__cluster_metadata'
export const metadataTopicId = 'AAAAAAAAAAAAAAAAAAAAAQ'

/** Names a snapshot, and a position in a log: everything below `endOffset`, whose last record is of `epoch`. */
export interface OffsetAndEpoch {
  readonly endOffset: number
  readonly epoch: number
}

/** One batch of the metadata log, opened. Control batches (leader changes, snapshot header and footer) carry no values. */
export interface RaftBatch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly epoch: number
  readonly appendTimeMs: number
  readonly values: readonly Uint8Array[]
}

/** Bytes of whole batches, as stored; what a follower appends. */
export interface RaftRecords {
  readonly chunks: readonly Uint8Array[]
  readonly sizeBytes: number
}

/**
 * The metadata log as the quorum needs it; a port because consensus knows neither batches nor files. `cluster/raft-log.ts` puts it
 * on a PartitionLog, the simulation keeps it in memory and forgets what was not flushed. All calls are synchronous.
 */
export interface RaftLog {
  /** First offset that can be read; everything below is in the latest snapshot. */
  readonly startOffset: number
  readonly endOffset: number
  /** Epoch of the last record; that of the latest snapshot for an empty log, 0 without one. */
  readonly lastEpoch: number
  /** Everything below survives a loss of power. Moves to `endOffset` with flush(). */
  readonly flushedOffset: number
  /** Leader only. One batch, atomic; returns its last offset. */
  appendValues(values: readonly Uint8Array[], epoch: number): number
  /** Leader only: control records as one atomic batch. Returns its last offset. */
  appendControl(records: readonly ControlRecord[], epoch: number): number
  /** What the log from `fromOffset` on says of the quorum itself. */
  readMembership(fromOffset: number): readonly MembershipRecord[]
  /** Follower: bytes as the leader sent them, following on at `endOffset`, up to the first batch that is partial or damaged. */
  appendRecords(records: RaftRecords): void
  /** Whole batches from the one holding `fromOffset`; at least one when there is any, whatever `maxBytes`. */
  readRecords(fromOffset: number, maxBytes: number): RaftRecords
  /** Opened batches from the one holding `fromOffset`, those with a base offset below `belowOffset`. About `maxBytes` of them, at least one. */
  readBatches(fromOffset: number, belowOffset: number, maxBytes: number): readonly RaftBatch[]
  /** Largest known epoch at or below `epoch`, with its end offset; knows the epoch of the latest snapshot. Epoch -1: none. */
  endOffsetOfEpoch(epoch: number): OffsetAndEpoch
  /** Drops everything at and above `offset`. */
  truncateTo(offset: number): void
  /** Tells storage how far the log is committed (checkpointed, shown to people). */
  advanceHighWatermark(offset: number): void
  /** Blocks until everything appended is durable. */
  flush(): void
  latestSnapshot(): OffsetAndEpoch | undefined
  /** Writes a whole snapshot (header, data batches, footer) under its final name, then drops the log and older snapshots below it. */
  writeSnapshot(id: OffsetAndEpoch, content: SnapshotContent): void
  /** Values of the records in a snapshot, in order. */
  readSnapshotValues(id: OffsetAndEpoch): readonly Uint8Array[]
  /** What a snapshot says of the quorum itself; nothing with kraft.version 0. */
  readSnapshotMembership(id: OffsetAndEpoch): readonly MembershipChange[]
  /** A piece of the snapshot file for a late follower; undefined when it is gone. */
  readSnapshotBytes(id: OffsetAndEpoch, position: number, maxBytes: number): { bytes: Uint8Array; sizeBytes: number } | undefined
  /** Starts to receive a snapshot from the leader (`.checkpoint.part`). */
  receiveSnapshot(id: OffsetAndEpoch): SnapshotReceiver
  close(): void
}

export interface SnapshotReceiver {
  readonly position: number
  append(bytes: Uint8Array): void
  /** Makes the snapshot the latest one and restarts the log, empty, at its end offset. False: it came damaged, and nothing has changed. */
  complete(): boolean
  abort(): void
}

/** First record of a leader. */
export interface LeaderChange {
  readonly kind: 'leader-change'
  readonly leaderId: number
  readonly voters: readonly ReplicaKey[]
  readonly granting: readonly ReplicaKey[]
}

export type ControlRecord = LeaderChange | MembershipChange

export interface MembershipRecord {
  readonly offset: number
  readonly change: MembershipChange
}

export interface SnapshotContent {
  readonly values: readonly Uint8Array[]
  readonly membership: readonly MembershipChange[]
  readonly lastAppendTimeMs: number
}

/** What must survive a restart, or a node could vote twice in one epoch. */
export interface ElectionState {
  readonly epoch: number
  /** -1: unknown. */
  readonly leaderId: number
  /** Undefined: nobody. */
  readonly voted: ReplicaKey | undefined
}

/** The file `quorum-state`: data_version 0 with kraft.version 0, else 1. `save` returns once the state is durable. */
export interface QuorumStateStore {
  load(): ElectionState | undefined
  save(state: ElectionState, kraftVersion: number): void
}

/**
 * Requests to other nodes; a port because consensus owns no connections. Each rejects with PeerFailure when there is no answer.
 * Implemented by `cluster/raft-peers.ts`, one connection per peer, which asks `RaftNode.endpointsOf` where a node is. Ids below -1 are
 * bootstrap servers, of which nothing but the address is known (`bootstrapId`).
 */
export interface RaftPeers {
  vote(nodeId: number, request: RequestOf<typeof vote>): Promise<ResponseOf<typeof vote>>
  beginQuorumEpoch(nodeId: number, request: RequestOf<typeof beginQuorumEpoch>): Promise<ResponseOf<typeof beginQuorumEpoch>>
  endQuorumEpoch(nodeId: number, request: RequestOf<typeof endQuorumEpoch>): Promise<ResponseOf<typeof endQuorumEpoch>>
  fetch(nodeId: number, request: RequestOf<typeof fetch>): Promise<ResponseOf<typeof fetch>>
  fetchSnapshot(nodeId: number, request: RequestOf<typeof fetchSnapshot>): Promise<ResponseOf<typeof fetchSnapshot>>
  updateRaftVoter(nodeId: number, request: RequestOf<typeof updateRaftVoter>): Promise<ResponseOf<typeof updateRaftVoter>>
  addRaftVoter(nodeId: number, request: RequestOf<typeof addRaftVoter>): Promise<ResponseOf<typeof addRaftVoter>>
  removeRaftVoter(nodeId: number, request: RequestOf<typeof removeRaftVoter>): Promise<ResponseOf<typeof removeRaftVoter>>
  /** Levels of kraft.version of the node that listens there (ApiVersions); undefined when it names none. */
  kraftVersionsAt(endpoint: Endpoint): Promise<KRaftVersionRange | undefined>
  /** Another node answers where `nodeId` was looked for: the next request tries another of its endpoints. */
  misdirected(nodeId: number): void
}

/**
 * `disconnected`: refused or broken, so the process is probably gone; `timeout`: no answer in time; `unsupported`: its software is too old for what
 * was asked.
 */
export type PeerFailureKind = 'disconnected' | 'timeout' | 'unsupported'

/** Id under which the bootstrap server at `index` is asked. */
export const bootstrapId = (index: number): number => -2 - index

export class PeerFailure extends Error {
  override readonly name = 'PeerFailure'
  readonly kind: PeerFailureKind
  constructor(kind: PeerFailureKind, detail: string) {
    super(`${kind}: ${detail}`)
    this.kind = kind
  }
}

/** For `catch`: how a peer failed. Anything else is a bug and thrown on. */
export function failureKind(failure: unknown): PeerFailureKind {
  if (failure instanceof PeerFailure) return failure.kind
  throw failure
}
