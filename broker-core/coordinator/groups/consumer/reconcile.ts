import type { TopicIdPartitions } from './commands.ts'
import type { MemberProgress, Owned, Target } from './consumer-group.ts'

export interface Reconciliation {
  readonly progress: MemberProgress
  readonly target: Target
  readonly targetEpoch: number
  /** What the member says that it has; null: it did not say. */
  readonly reported: readonly TopicIdPartitions[] | null
  /** The subscription changed: partitions outside of it must go also while the target is not new. */
  readonly hasNewSubscription: boolean
  /** Somebody else has the partition, or has it to give up. */
  isTaken(topicId: string, partition: number): boolean
}

/**
 * CG-05: the next step of a member toward its target. It gives up first, and only then goes on to the target's epoch and gets what
 * is free; it waits for what others have not released. Returns the same object when there is nothing to do.
 */
export function reconcile(on: Reconciliation): MemberProgress {
  const { progress, targetEpoch } = on
  switch (progress.state) {
    case 'stable':
      return progress.epoch === targetEpoch && !on.hasNewSubscription ? progress : nextStep(on, progress.epoch)
    case 'unrevoked':
      // Not reporting means no news: it may have them still.
      return owns(on.reported, progress.pendingRevocation) ? progress : nextStep(on, Math.min(progress.epoch + 1, targetEpoch))
    case 'unreleased':
      return nextStep(on, progress.epoch)
  }
}

function nextStep(on: Reconciliation, epoch: number): MemberProgress {
  const { progress, target, targetEpoch } = on
  const kept = intersection(progress.assigned, target)
  const toRevoke = difference(progress.assigned, kept)
  if (toRevoke.size > 0 && owns(on.reported, toRevoke)) {
    return moved(progress, { epoch, state: 'unrevoked', assigned: kept, pendingRevocation: toRevoke })
  }
  const { added, isWaiting } = free(on, kept)
  const assigned = union(kept, added, targetEpoch)
  return moved(progress, {
    epoch: targetEpoch,
    state: isWaiting ? 'unreleased' : 'stable',
    assigned,
    pendingRevocation: new Map(),
  })
}

function moved(before: MemberProgress, next: Omit<MemberProgress, 'previousEpoch'>): MemberProgress {
  const isSame =
    before.epoch === next.epoch &&
    before.state === next.state &&
    sameOwned(before.assigned, next.assigned) &&
    sameOwned(before.pendingRevocation, next.pendingRevocation)
  return isSame ? before : { ...next, previousEpoch: before.epoch }
}

/** Partitions of the target that nobody has, and whether some are still with others. */
function free({ isTaken, target }: Reconciliation, kept: Owned): { readonly added: Target; readonly isWaiting: boolean } {
  const added = new Map<string, Set<number>>()
  let isWaiting = false
  for (const [topicId, partitions] of target) {
    for (const partition of partitions) {
      if (kept.get(topicId)?.has(partition) === true) continue
      if (isTaken(topicId, partition)) {
        isWaiting = true
        continue
      }
      const present = added.get(topicId)
      if (present === undefined) added.set(topicId, new Set([partition]))
      else present.add(partition)
    }
  }
  return { added, isWaiting }
}

/** Whether a member may still have one of `partitions`. */
export function owns(reported: readonly TopicIdPartitions[] | null, partitions: Owned): boolean {
  if (reported === null) return true
  return reported.some(({ topicId, partitions: ids }) => ids.some(id => partitions.get(topicId)?.has(id) === true))
}

/** CG-07: everything that the member says it has is among what it was given. */
export function isWithin(reported: readonly TopicIdPartitions[] | null, assigned: Owned): boolean {
  if (reported === null) return false
  return reported.every(({ topicId, partitions }) => partitions.every(id => assigned.get(topicId)?.has(id) === true))
}

export function sameOwned(left: Owned, right: Owned): boolean {
  if (left.size !== right.size) return false
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId)
    if (others?.size !== partitions.size) return false
    for (const partition of partitions.keys()) if (!others.has(partition)) return false
  }
  return true
}

export function sameTarget(left: Target | undefined, right: Target): boolean {
  if (left === undefined || left.size !== right.size) return false
  for (const [topicId, partitions] of left) {
    const others = right.get(topicId)
    if (others?.size !== partitions.size) return false
    for (const partition of partitions) if (!others.has(partition)) return false
  }
  return true
}

export const listed = (owned: Owned): readonly TopicIdPartitions[] =>
  [...owned].map(([topicId, partitions]) => ({ topicId, partitions: [...partitions.keys()].toSorted((a, b) => a - b) }))

function intersection(owned: Owned, target: Target): Owned {
  return filtered(owned, (topicId, partition) => target.get(topicId)?.has(partition) === true)
}

function difference(owned: Owned, without: Owned): Owned {
  return filtered(owned, (topicId, partition) => without.get(topicId)?.has(partition) !== true)
}

function filtered(owned: Owned, keeps: (topicId: string, partition: number) => boolean): Owned {
  const result = new Map<string, ReadonlyMap<number, number>>()
  for (const [topicId, partitions] of owned) {
    const kept = new Map([...partitions].filter(([partition]) => keeps(topicId, partition)))
    if (kept.size > 0) result.set(topicId, kept)
  }
  return result
}

function union(kept: Owned, added: Target, epoch: number): Owned {
  const result = new Map(kept)
  for (const [topicId, partitions] of added) {
    const all = new Map(result.get(topicId))
    for (const partition of partitions) all.set(partition, epoch)
    result.set(topicId, all)
  }
  return result
}
