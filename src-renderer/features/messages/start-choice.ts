import type { TopicStart } from '../../places/place.ts'
import type { RecordStart } from './read-context.ts'

/** What stands in the selector `Start at`. */
export const startKinds = [
  { value: 'newest', label: 'Newest' },
  { value: 'oldest', label: 'Oldest' },
  { value: 'live', label: 'Live' },
  { value: 'offset', label: 'At offset' },
  { value: 'time', label: 'At time' },
  { value: 'between', label: 'Between two times' },
  { value: 'last-15m', label: 'Last 15 min' },
  { value: 'last-1h', label: 'Last 1 h' },
  { value: 'last-1d', label: 'Last 1 day' },
  { value: 'record', label: 'Around a record' },
] as const
export type StartKind = (typeof startKinds)[number]['value']

export interface StartChoice {
  readonly kind: StartKind
  readonly offset: number
  readonly timestampMs: number | null
  readonly untilMs: number | null
  readonly record: { readonly partition: number; readonly offset: number } | null
}

export const firstChoice = (at: TopicStart | undefined): StartChoice => ({
  kind: at === undefined ? 'newest' : at.kind,
  offset: 0,
  timestampMs: at?.kind === 'time' ? at.timestampMs : null,
  untilMs: null,
  record: at?.kind === 'record' ? at : null,
})

const lastMs = { 'last-15m': 900_000, 'last-1h': 3_600_000, 'last-1d': 86_400_000 }

/** Where a session begins and ends; null while something is still to be typed. */
export function rangeOf(
  choice: StartChoice,
  nowMs: number,
): { readonly start: RecordStart; readonly untilMs: number | null } | null {
  switch (choice.kind) {
    case 'newest':
    case 'live':
      return { start: { kind: 'newest' }, untilMs: null }
    case 'oldest':
      return { start: { kind: 'oldest' }, untilMs: null }
    case 'offset':
      return { start: { kind: 'offset', offset: choice.offset }, untilMs: null }
    case 'time':
      return choice.timestampMs === null ? null : { start: { kind: 'time', timestampMs: choice.timestampMs }, untilMs: null }
    case 'between':
      if (choice.timestampMs === null || choice.untilMs === null || choice.untilMs <= choice.timestampMs) return null
      return { start: { kind: 'time', timestampMs: choice.timestampMs }, untilMs: choice.untilMs }
    case 'record':
      return choice.record === null ? null : { start: { kind: 'offset', offset: choice.record.offset }, untilMs: null }
    default:
      return { start: { kind: 'time', timestampMs: nowMs - lastMs[choice.kind] }, untilMs: null }
  }
}
