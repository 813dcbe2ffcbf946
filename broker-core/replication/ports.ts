/** What replication asks of its neighbours; `cluster/` plugs it. */

/** REPL-05: the way to the controller. One change per partition is in flight at a time. */
export interface IsrChannel {
  /** Resolves with the controller's word; rejects when it could not be asked (then asked again later). */
  alterIsr(change: IsrChange): Promise<IsrChangeResult>
}

export interface IsrChange {
  readonly topicId: string
  readonly partition: number
  readonly leaderEpoch: number
  readonly partitionEpoch: number
  readonly newIsr: readonly { readonly brokerId: number; readonly brokerEpoch: number }[]
  readonly leaderRecoveryState: 0 | 1
}

export type IsrChangeResult =
  | {
      readonly ok: true
      readonly isr: readonly number[]
      readonly leader: number
      readonly leaderEpoch: number
      readonly partitionEpoch: number
    }
  | { readonly ok: false; readonly error: string; readonly retriable: boolean }

/**
 * The leader as a follower sees it: a remote broker's Fetch. A port because the follower must not know the wire. One request is in
 * flight at a time; sessions as in KIP-227.
 */
export interface LeaderEndpoint {
  /** Rejects when the leader could not be asked or did not answer in time. The records are only lent, until the next request. */
  fetch(request: FollowerFetch): Promise<FollowerFetchAnswer>
  /** REPL-14: first and last offset of the leader's log (ListOffsets -2 and -1 as a replica). */
  logBounds(position: FollowerPosition): Promise<LeaderLogBounds>
  close(): void
}

export type LeaderLogBounds =
  | { readonly error: 'NONE'; readonly logStartOffset: number; readonly logEndOffset: number }
  | { readonly error: string }

/** LEAD-12: what replicas that are not in sync may take, on one side of a broker. */
export interface CatchUpLimit {
  /** False: nothing is limited, and nothing need be asked or told. */
  readonly isOn: boolean
  /** Whether traffic of the partition counts. */
  covers(topic: string, partition: number): boolean
  /** What may go now; 0 or less: replicas outside of the ISR have to wait. */
  roomBytes(): number
  /** Counts what went. */
  took(bytes: number): void
}

export interface FollowerFetch {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly positions: readonly FollowerPosition[]
  readonly forgotten: readonly { readonly topic: string; readonly topicId: string; readonly partition: number }[]
}

export interface FollowerPosition {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly currentLeaderEpoch: number
  readonly fetchOffset: number
  /** Epoch of the last record before `fetchOffset`; -1 when the log is empty. */
  readonly lastFetchedEpoch: number
  readonly logStartOffset: number
  readonly maxBytes: number
}

export interface FollowerFetchAnswer {
  /** Kafka error name, NONE when the answer counts. */
  readonly error: string
  readonly sessionId: number
  readonly partitions: readonly FollowerPartitionAnswer[]
}

export interface FollowerPartitionAnswer {
  readonly topicId: string
  readonly partition: number
  readonly error: string
  readonly highWatermark: number
  readonly logStartOffset: number
  readonly divergingEpoch?: { readonly epoch: number; readonly endOffset: number }
  readonly records: readonly Uint8Array[]
  readonly recordsSizeBytes: number
}
