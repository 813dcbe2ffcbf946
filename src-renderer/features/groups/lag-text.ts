import type { GroupSummary, RebalanceEvent, RebalanceMember } from '../../../src-main/contract/views/groups.ts'
import { formatCount, formatDuration, formatRate, unknownText } from '../../widgets/format.ts'
import type { Tone } from '../../widgets/marks.tsx'

/** How a lag moves, as a sign and in words. */
export interface LagTrend {
  readonly kind: 'growing' | 'shrinking' | 'steady' | 'none' | 'unknown'
  /** `↗`, `↘`, `→`; empty while unknown. */
  readonly arrow: string
  /** `growing 18/s`. */
  readonly text: string
}

/** A lag that changes by less, in records per second or as a share of itself, is steady. */
const steadyPerSecond = 0.5
const steadyShare = 0.0002

export function lagTrend(totalLag: number | null, growthPerSecond: number | null): LagTrend {
  if (totalLag === null || growthPerSecond === null) return { kind: 'unknown', arrow: '', text: unknownText }
  if (Math.abs(growthPerSecond) < Math.max(steadyPerSecond, totalLag * steadyShare))
    return totalLag === 0 ? { kind: 'none', arrow: '', text: 'caught up' } : { kind: 'steady', arrow: '→', text: 'steady' }
  const rate = formatRate(Math.abs(growthPerSecond))
  return growthPerSecond > 0
    ? { kind: 'growing', arrow: '↗', text: `growing ${rate}` }
    : { kind: 'shrinking', arrow: '↘', text: `shrinking ${rate}` }
}

export const trendTone = (kind: LagTrend['kind']): Tone | undefined =>
  kind === 'growing' ? 'warn' : kind === 'shrinking' ? 'good' : undefined

/** Records that are younger than most clients' commit interval are on their way, not behind. */
const onItsWayMs = 5_500

export interface CatchUp {
  readonly lag: number | null
  readonly lagMs: number | null
  readonly secondsToCatchUp: number | null
  readonly growthPerSecond: number | null
}

/** When a lag will be gone at the present rates, in words. */
export function catchUpText({ lag, lagMs, secondsToCatchUp, growthPerSecond }: CatchUp): string {
  if (lag === null) return unknownText
  if (lag === 0) return 'caught up'
  if (lagMs !== null && lagMs < onItsWayMs) return 'keeps up'
  if (secondsToCatchUp !== null) return formatDuration(Math.max(1_000, secondsToCatchUp * 1_000))
  return growthPerSecond === null ? unknownText : 'never at this rate'
}

/** Sorts times to catch up: those that never will come after all that will; unknown is null. */
export function catchUpOrder(group: GroupSummary): number | null {
  if (group.totalLag === 0) return 0
  if (group.secondsToCatchUp !== null) return group.secondsToCatchUp
  return group.totalLag === null || group.lagGrowthPerSecond === null ? null : Number.MAX_SAFE_INTEGER
}

const stateTones: Readonly<Record<string, Tone>> = {
  Stable: 'good',
  Empty: 'muted',
  Dead: 'bad',
  Unknown: 'muted',
  PreparingRebalance: 'warn',
  CompletingRebalance: 'warn',
  Assigning: 'warn',
  Reconciling: 'warn',
}

export const stateTone = (state: string): Tone => stateTones[state] ?? 'info'

/** `PreparingRebalance` as `Preparing rebalance`. */
export const stateText = (state: string): string =>
  state.replaceAll(/(?<=[a-z])([A-Z])/g, (_whole, letter: string) => ` ${letter.toLowerCase()}`)

/** A lag that deserves a colour. */
export function lagTone(lag: number | null, lagMs: number | null): Tone | undefined {
  if (lag === null || lag === 0) return undefined
  if (lagMs !== null) return lagMs >= 60_000 ? 'warn' : undefined
  return lag >= 1_000 ? 'warn' : undefined
}

export const placeText = (at: { readonly topic: string; readonly partition: number }): string => `${at.topic}-${at.partition}`

/** Members of a group in a list: the coordinator's word, or none for an empty group. */
export const memberCountOf = (group: GroupSummary): number | null =>
  group.memberCount ?? (group.state === 'Empty' || group.state === 'Dead' ? 0 : null)

export const worstText = (worst: GroupSummary['worstLag']): string =>
  worst === null ? unknownText : `${placeText(worst)}: ${formatCount(worst.lag)}`

const namedMax = 3

/** Client ids, the first few of them. */
export function namesText(members: readonly RebalanceMember[]): string | null {
  if (members.length === 0) return null
  const names = members.slice(0, namedMax).map(({ clientId, memberId }) => (clientId === '' ? memberId : clientId))
  return members.length > namedMax ? `${names.join(', ')} and ${members.length - namedMax} more` : names.join(', ')
}

/** `orders-2: a → b`, the first few of what moved. */
export function movedText({ moved, movedTotal }: Pick<RebalanceEvent, 'moved' | 'movedTotal'>): string | null {
  if (moved.length === 0) return null
  const name = (member: RebalanceMember | null) =>
    member === null ? 'nobody' : member.clientId === '' ? member.memberId : member.clientId
  const texts = moved.slice(0, namedMax).map(it => `${placeText(it)}: ${name(it.from)} → ${name(it.to)}`)
  return movedTotal > namedMax ? `${texts.join(', ')} and ${movedTotal - namedMax} more` : texts.join(', ')
}
