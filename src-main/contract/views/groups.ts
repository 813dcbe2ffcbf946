import type { Failure } from '../failure.ts'

export interface GroupSummary {
  readonly group: string
  /** `Stable`, `Empty`, `PreparingRebalance`, … as the coordinator says. */
  readonly state: string
  /** `classic`, `consumer`, `share`, `streams`. */
  readonly type: string
  /** `consumer`, `connect`, … */
  readonly protocolType: string
  readonly memberCount: number | null
  readonly coordinatorId: number | null
  readonly topics: readonly string[]
  readonly totalLag: number | null
  readonly worstLag: { readonly topic: string; readonly partition: number; readonly lag: number } | null
  /** Records per second: positive means falling behind; null while unknown. */
  readonly lagGrowthPerSecond: number | null
  /** Age of the oldest record still to be read, by the sampler; null while unknown. */
  readonly lagMs: number | null
  /** At the present rates; null when it never will or is unknown. */
  readonly secondsToCatchUp: number | null
}

export interface GroupList {
  readonly asOfMs: number
  readonly groups: readonly GroupSummary[]
  readonly missing: readonly string[]
}

export interface GroupDetail {
  readonly summary: GroupSummary
  readonly asOfMs: number
  readonly assignor: string | null
  readonly epoch: number | null
  readonly members: readonly GroupMember[]
  readonly partitions: readonly GroupPartition[]
  readonly missing: readonly string[]
}

export interface GroupMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly host: string
  readonly rack: string | null
  readonly assigned: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
}

export interface GroupPartition {
  readonly topic: string
  readonly partition: number
  /** Null: nothing committed. */
  readonly committed: number | null
  readonly startOffset: number | null
  readonly endOffset: number | null
  readonly lag: number | null
  /** Age of the record to be read next; null when there is none or it is unknown. */
  readonly lagMs: number | null
  readonly memberId: string | null
  readonly metadata: string | null
}

/** One sample of one group. */
export interface LagSample {
  readonly atMs: number
  readonly totalLag: number
  readonly lagMs: number | null
  readonly committedPerSecond: number | null
  readonly appendedPerSecond: number | null
  /** Parallel to `LagHistory.partitions`; null where nothing is committed. */
  readonly lags: readonly (number | null)[]
}

export interface LagHistory {
  readonly group: string
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
  readonly samples: readonly LagSample[]
  /** When this app was started anew: what lies before is of an earlier run. */
  readonly restartsAtMs: readonly number[]
}

/** `groups.lag` sends first the remembered samples, then one item per new sample; a changed partition list sends all again. */
export type LagItem =
  | { readonly kind: 'history'; readonly history: LagHistory }
  | { readonly kind: 'sample'; readonly sample: LagSample }
  | { readonly kind: 'failure'; readonly failure: Failure; readonly atMs: number }

/** A change of a group that the sampler saw between two looks at it. `groups.rebalances` sends the remembered ones first (the last 2,000 of all groups are). */
export interface RebalanceEvent {
  readonly id: number
  readonly atMs: number
  readonly group: string
  readonly state: string
  /** Group epoch of the new protocol; null in classic groups, which tell none. */
  readonly epoch: number | null
  /** One sentence: `client-2 left (3 → 2 members)`. */
  readonly reason: string
  /** From the first look at which the group was not settled; null when it was settled at every look. */
  readonly unsettledMs: number | null
  readonly membersBefore: number
  readonly membersAfter: number
  readonly joined: readonly RebalanceMember[]
  readonly left: readonly RebalanceMember[]
  /** Partitions that went from one member (client id and member id) to another; the first 100. */
  readonly moved: readonly {
    readonly topic: string
    readonly partition: number
    readonly from: RebalanceMember | null
    readonly to: RebalanceMember | null
  }[]
  readonly movedTotal: number
}

export interface RebalanceMember {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
}
