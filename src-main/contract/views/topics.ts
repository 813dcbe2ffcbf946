import type { Failure } from '../failure.ts'

export interface TopicSummary {
  readonly name: string
  readonly topicId: string | null
  readonly internal: boolean
  readonly partitionCount: number
  readonly replicationFactor: number
  /** Sum of end minus start offsets (so: an upper bound where compaction or transactions leave gaps); null when not answered. */
  readonly records: number | null
  /** Bytes of the leaders' replicas; null when not answered. */
  readonly sizeBytes: number | null
  /** Appended per second since the last sample; null while unknown. */
  readonly recordsInPerSecond: number | null
  readonly cleanupPolicy: string | null
  readonly retentionMs: number | null
  readonly health: 'ok' | 'under-replicated' | 'offline'
  readonly errors: readonly string[]
}

export interface TopicList {
  readonly asOfMs: number
  readonly topics: readonly TopicSummary[]
  readonly missing: readonly string[]
}

/** What changed in the list since the part before. */
export interface TopicListPart {
  readonly asOfMs: number
  readonly changed: readonly TopicSummary[]
  readonly removed: readonly string[]
  /** False: more parts of this round follow at once. */
  readonly isWhole: boolean
  readonly missing: readonly string[]
  /** Why this round has no news; the list stays that of an earlier one. */
  readonly failure: Failure | null
}

export interface TopicDetail {
  readonly name: string
  readonly topicId: string | null
  readonly internal: boolean
  readonly asOfMs: number
  readonly partitionCount: number
  readonly replicationFactor: number
  readonly records: number | null
  readonly sizeBytes: number | null
  readonly partitions: readonly PartitionView[]
  readonly missing: readonly string[]
}

export interface PartitionView {
  readonly partition: number
  /** -1: none. */
  readonly leader: number
  readonly leaderEpoch: number
  readonly replicas: readonly number[]
  readonly inSync: readonly number[]
  readonly offline: readonly number[]
  /** Replicas on their way here (KIP-455): not in sync yet, and nothing is wrong with them. */
  readonly adding: readonly number[]
  readonly leaderIsPreferred: boolean
  readonly startOffset: number | null
  /** High watermark: what consumers that read uncommitted see. */
  readonly endOffset: number | null
  readonly lastStableOffset: number | null
  /** Bytes of the leader's replica. */
  readonly sizeBytes: number | null
  readonly followers: readonly {
    readonly brokerId: number
    readonly lagRecords: number | null
    readonly sizeBytes: number | null
  }[]
  readonly error: string | null
}

export interface TopicCreated {
  readonly name: string
  readonly topicId: string | null
  readonly partitionCount: number
  readonly replicationFactor: number
  /** Planned or real replica layout where known, by partition. */
  readonly replicas: readonly (readonly number[])[] | null
}

/** One per name asked for; `error` null means done. */
export interface NamedOutcome {
  readonly name: string
  readonly error: string | null
  readonly message: string | null
}

export type ConfigSource = 'topic' | 'broker' | 'broker-default' | 'static' | 'default' | 'group' | 'unknown'
export type ConfigType = 'boolean' | 'string' | 'int' | 'short' | 'long' | 'double' | 'list' | 'class' | 'password' | 'unknown'

export interface ConfigEntry {
  readonly name: string
  /** Null when sensitive or unset. */
  readonly value: string | null
  readonly source: ConfigSource
  readonly readOnly: boolean
  readonly sensitive: boolean
  readonly type: ConfigType
  readonly documentation: string | null
  /** Value after a reset, where the broker tells synonyms. */
  readonly inherited: string | null
}

/** What a new topic can be given. */
export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  readonly defaultValue: string | null
  readonly documentation: string
  /** Values to choose from, where closed. */
  readonly choices: readonly string[] | null
  readonly minimum: number | null
  readonly maximum: number | null
}

/** Who reads a topic, by the sampler's last round. */
export interface TopicConsumers {
  readonly topic: string
  readonly asOfMs: number
  readonly groups: readonly TopicConsumer[]
}

export interface TopicConsumer {
  readonly group: string
  readonly state: string
  readonly type: string
  /** Of this topic's partitions alone. */
  readonly totalLag: number | null
  readonly worstLag: number | null
  readonly lagMs: number | null
  readonly partitions: readonly {
    readonly partition: number
    readonly committed: number
    readonly endOffset: number | null
    readonly lag: number | null
    readonly lagMs: number | null
  }[]
}

/** Columns of the topics list that come later: what groups say of all topics that some group reads. */
export interface TopicLags {
  readonly asOfMs: number
  readonly topics: readonly {
    readonly topic: string
    readonly groupCount: number
    /** Largest total lag of one group on this topic. */
    readonly worstLag: number | null
    readonly worstGroup: string | null
  }[]
}

export interface TopicLayout {
  /** Replicas by partition, the preferred leader first. */
  readonly replicas: readonly (readonly number[])[]
}
