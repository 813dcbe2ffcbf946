import type { ClusterMetadata } from '../../../broker-core/client/metadata/cluster-metadata.ts'

/** What the sampler asks a cluster, about once a second. Looking joins no group and changes nothing. */
export interface Probe {
  /** All topics. */
  metadata(signal: AbortSignal): Promise<ClusterMetadata>
  /** High watermarks; partitions without an answer are absent. */
  ends(partitions: readonly PartitionKey[], signal: AbortSignal): Promise<ReadonlyMap<string, number>>
  /** In KRaft, metadata names any broker as its controller: the quorum is asked. Undefined where there is none. */
  controllerId(signal: AbortSignal): Promise<number | undefined>
  groups(signal: AbortSignal): Promise<SampledGroups>
  /** Undefined when its coordinator does not answer. */
  look(group: SampledGroup, signal: AbortSignal): Promise<LookedGroup | undefined>
}

export interface PartitionKey {
  readonly topic: string
  readonly partition: number
}

export const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`

export interface SampledGroups {
  readonly groups: readonly SampledGroup[]
  /** Brokers that did not say which groups they coordinate, with the reason. */
  readonly silent: ReadonlyMap<number, string>
}

export interface SampledGroup {
  readonly group: string
  readonly state: string
  readonly type: string
  readonly protocolType: string
  readonly coordinatorId: number | null
  readonly committed: readonly Committed[]
  /** Why its offsets could not be read. */
  readonly error: string | null
}

/** Who is in a group, and has what. */
export interface LookedGroup {
  readonly state: string
  /** Null in classic groups. */
  readonly epoch: number | null
  readonly members: readonly LookedMember[]
}

export interface LookedMember {
  readonly memberId: string
  readonly clientId: string
  readonly host: string
  readonly assignment: readonly PartitionKey[]
}

export interface Committed extends PartitionKey {
  readonly offset: number
  readonly metadata: string | null
}
