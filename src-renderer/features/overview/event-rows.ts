import type { Notice } from '../../../src-main/contract/views/app.ts'
import type { ClusterEvent, ClusterEventKind } from '../../../src-main/contract/views/cluster.ts'
import type { Tone } from '../../widgets/tone.ts'

/** Something that happened, from whichever source. */
export interface EventRow {
  readonly key: string
  readonly atMs: number
  readonly tone: Tone
  readonly word: string
  readonly text: string
}

/** As many as main remembers; the oldest go. */
export const eventsMax = 1_000

const tones: Readonly<Record<ClusterEventKind, Tone>> = {
  'leader-elected': 'info',
  'leader-lost': 'bad',
  'isr-shrunk': 'warn',
  'isr-grown': 'good',
  'replicas-changed': 'info',
  'broker-gone': 'bad',
  'broker-came': 'good',
  'controller-changed': 'info',
  'topic-created': 'muted',
  'topic-deleted': 'muted',
  'partitions-added': 'muted',
  unreachable: 'bad',
  reachable: 'good',
}
const noticeTones = { info: 'muted', warning: 'warn', error: 'bad' } as const

export const clusterEventRow = (event: ClusterEvent): EventRow => ({
  key: `event ${event.id}`,
  atMs: event.atMs,
  tone: tones[event.kind],
  word: event.kind.replaceAll('-', ' ').replace('isr', 'ISR'),
  text: event.text,
})

export const noticeRow = (notice: Notice): EventRow => ({
  key: `notice ${notice.id}`,
  atMs: notice.atMs,
  tone: noticeTones[notice.level],
  word: 'notice',
  text: notice.detail === '' ? notice.title : `${notice.title}: ${notice.detail}`,
})

/** Newest first; of the same moment, the later told first. */
export const newestFirst = (...lists: readonly (readonly EventRow[])[]): readonly EventRow[] =>
  lists
    .flat()
    .toReversed()
    .sort((a, b) => b.atMs - a.atMs)
    .slice(0, eventsMax)
