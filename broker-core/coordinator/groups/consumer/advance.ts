import type { TopicIdPartitions } from './commands.ts'
import { noTarget, ownerOf } from './consumer-group.ts'
import type { ConsumerDraft } from './draft.ts'
import { reconcile } from './reconcile.ts'

/** CG-05: a member's next step toward its target, now that it said what it has (null: it did not say). */
export function advance(
  draft: ConsumerDraft,
  memberId: string,
  reported: readonly TopicIdPartitions[] | null,
  hasNewSubscription: boolean,
): void {
  const { group } = draft
  const member = draft.member(memberId)
  const next = reconcile({
    progress: member,
    target: group.targets.get(memberId) ?? noTarget,
    targetEpoch: group.targetEpoch,
    reported,
    hasNewSubscription,
    isTaken(topicId, partition) {
      const owner = ownerOf(group, topicId, partition)
      return owner !== undefined && owner !== memberId
    },
  })
  if (next === member) return
  draft.putProgress(memberId, next)
  draft.revocationTimer(memberId, next.state === 'unrevoked' ? member.rebalanceTimeoutMs : undefined)
}

/** A partition that the member waits for has become free. */
export function canAdvance(draft: Pick<ConsumerDraft, 'group'>, memberId: string): boolean {
  const { group } = draft
  const assigned = group.members.get(memberId)?.assigned
  for (const [topicId, partitions] of group.targets.get(memberId) ?? noTarget) {
    for (const partition of partitions) {
      if (assigned?.get(topicId)?.has(partition) !== true && ownerOf(group, topicId, partition) === undefined) return true
    }
  }
  return false
}
