import type { MemberMetadata, MemberProgress, ResolvedRegex, Target } from './consumer-group.ts'

interface OfGroup {
  readonly groupId: string
}

interface OfMember extends OfGroup {
  readonly memberId: string
}

/** Changes of a consumer group, one for each of Kafka's records; undefined stands for the tombstone. */
export type ConsumerFact =
  | (OfGroup & { readonly kind: 'consumer-epoch'; readonly epoch: number | undefined; readonly metadataHash: bigint })
  | (OfMember & { readonly kind: 'consumer-member'; readonly member: MemberMetadata | undefined })
  | (OfGroup & { readonly kind: 'consumer-target-epoch'; readonly epoch: number | undefined; readonly timestampMs: number })
  | (OfMember & { readonly kind: 'consumer-target'; readonly target: Target | undefined })
  | (OfMember & { readonly kind: 'consumer-current'; readonly progress: MemberProgress | undefined })
  | (OfGroup & { readonly kind: 'consumer-regex'; readonly regex: string; readonly resolved: ResolvedRegex | undefined })
  /** Soft: a classic member was told to come back, and its time runs. */
  | (OfMember & { readonly kind: 'consumer-awaited'; readonly isAwaited: boolean })
  /** Soft: which metadata the group was last compared with. */
  | (OfGroup & { readonly kind: 'consumer-seen'; readonly version: number })
