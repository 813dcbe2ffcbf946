import type { Failure } from '../../contract/failure.ts'
import type { SampledGroup, SampledGroups } from './probe.ts'

/** Groups that nobody spoke for in this round: as they were. */
export function stillUnknown(before: readonly SampledGroup[], { groups, silent }: SampledGroups): readonly SampledGroup[] {
  if (silent.size === 0) return []
  const told = new Set(groups.map(it => it.group))
  return before.filter(it => it.coordinatorId !== null && silent.has(it.coordinatorId) && !told.has(it.group))
}

export function silence({ silent }: SampledGroups): Failure | null {
  if (silent.size === 0) return null
  const brokers = [...silent].map(([brokerId, reason]) => `broker ${brokerId} (${reason})`).join(', ')
  return { code: 'UNREACHABLE', message: `groups of ${brokers} are as they were, or missing: no answer`, retriable: true }
}
