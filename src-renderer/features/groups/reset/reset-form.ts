import type { InputOf } from '../../../../src-main/contract/contract.ts'
import type { GroupPartition } from '../../../../src-main/contract/views/groups.ts'
import type { ResetPlan, ResetRow } from '../../../../src-main/contract/views/resets.ts'
import type { TargetKind, TargetText } from './target-text.ts'

export type ScopeKind = 'all' | 'topics' | 'partitions'

export interface ResetForm {
  readonly scope: ScopeKind
  readonly topics: ReadonlySet<string>
  /** `topic/partition`. */
  readonly partitions: ReadonlySet<string>
  readonly target: TargetKind
  /** What is typed for each target, so that another choice loses nothing. */
  readonly texts: Readonly<Partial<Record<TargetKind, string>>>
}

export const firstForm: ResetForm = {
  scope: 'all',
  topics: new Set(),
  partitions: new Set(),
  target: 'earliest',
  texts: {},
}

type PlanInput = InputOf<'groups.planReset'>
type Scope = NonNullable<PlanInput['scope']>

export const partitionKey = (at: { readonly topic: string; readonly partition: number }): string => `${at.topic}/${at.partition}`

/** Null: everything the group has committed. Undefined: nothing is chosen yet. */
export function scopeOf(form: ResetForm, known: readonly GroupPartition[]): Scope | null | undefined {
  if (form.scope === 'all') return null
  const isChosen = (at: GroupPartition) =>
    form.scope === 'topics' ? form.topics.has(at.topic) : form.partitions.has(partitionKey(at))
  const byTopic = new Map<string, number[]>()
  for (const at of known.filter(isChosen)) byTopic.set(at.topic, [...(byTopic.get(at.topic) ?? []), at.partition])
  if (byTopic.size === 0) return undefined
  return [...byTopic].map(([topic, partitions]) => ({ topic, partitions: form.scope === 'topics' ? null : partitions }))
}

/** What to ask main for a plan; undefined while the form is not complete. */
export function planInput(
  at: { readonly connection: string; readonly group: string },
  form: ResetForm,
  known: readonly GroupPartition[],
  target: TargetText,
): PlanInput | undefined {
  const scope = scopeOf(form, known)
  if (scope === undefined || target.kind !== 'target') return undefined
  return { ...at, scope, target: target.target }
}

/** What a plan changes: rows that stand where they should be are left out. */
export const movesOf = (plan: ResetPlan): readonly ResetRow[] => plan.rows.filter(row => row.to !== row.from)
