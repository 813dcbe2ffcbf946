import type { Failure } from '../../src-main/contract/failure.ts'
import type { TopicListPart, TopicSummary } from '../../src-main/contract/views/topics.ts'

/** The topics of one connection as last told, by name. A topic that did not change stays the same object. */
export interface TopicsNow {
  readonly topics: readonly TopicSummary[]
  readonly asOfMs: number
  readonly missing: readonly string[]
  /** Why there is no news; `topics` are those of `asOfMs`. */
  readonly failure: Failure | undefined
  /** False: the first answer is still coming in. */
  readonly isWhole: boolean
}

export interface TopicBook {
  take(part: TopicListPart): void
  /** What was taken so far. */
  read(): TopicsNow
}

/** Puts the parts of `topics.watch` together. */
export function topicBook(): TopicBook {
  const byName = new Map<string, TopicSummary>()
  let sorted: readonly TopicSummary[] = []
  let isDirty = false
  let isWhole = false
  let last: Pick<TopicListPart, 'asOfMs' | 'missing' | 'failure'> = { asOfMs: 0, missing: [], failure: null }
  return {
    take(part) {
      for (const topic of part.changed) byName.set(topic.name, topic)
      for (const name of part.removed) byName.delete(name)
      isDirty ||= part.changed.length > 0 || part.removed.length > 0
      isWhole ||= part.isWhole
      last = part
    },
    read() {
      // Values came in by name at first, so that sorting finds them all but sorted.
      if (isDirty) sorted = [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
      isDirty = false
      return { topics: sorted, asOfMs: last.asOfMs, missing: last.missing, failure: last.failure ?? undefined, isWhole }
    },
  }
}
