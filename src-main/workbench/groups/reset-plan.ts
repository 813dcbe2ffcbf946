import type { ParsedOf } from '../../contract/contract.ts'
import type { ResetRow } from '../../contract/views/resets.ts'

type Target = ParsedOf<'groups.planReset'>['target']

/** What is known of one partition when a reset is planned. */
export interface ResetPlace {
  readonly topic: string
  readonly partition: number
  readonly committed: number | null
  readonly startOffset: number
  readonly endOffset: number
  /** First offset at or after the time asked for; -1: none. Undefined for other targets. */
  readonly atTime: number | undefined
}

/** Where a partition would go, kept within what it holds; the note says when that was not where it was sent. */
export function resetRow(place: ResetPlace, target: Target): ResetRow | undefined {
  const wish = wishedOffset(place, target)
  if (wish === undefined) return undefined
  const to = Math.min(Math.max(wish.offset, place.startOffset), place.endOffset)
  return {
    topic: place.topic,
    partition: place.partition,
    from: place.committed,
    to,
    delta: place.committed === null ? null : to - place.committed,
    startOffset: place.startOffset,
    endOffset: place.endOffset,
    lagAfter: place.endOffset - to,
    targetTimestampMs: null,
    note: wish.note ?? clampNote(wish.offset, to),
  }
}

interface Wish {
  readonly offset: number
  readonly note: string | null
}

/** Undefined: the partition is not part of this reset. */
function wishedOffset(place: ResetPlace, target: Target): Wish | undefined {
  const plain = (offset: number): Wish => ({ offset, note: null })
  switch (target.kind) {
    case 'earliest':
      return plain(place.startOffset)
    case 'latest':
      return plain(place.endOffset)
    case 'offset':
      return plain(target.offset)
    case 'time':
    case 'duration': {
      const isNone = place.atTime === undefined || place.atTime < 0
      return isNone ? { offset: place.endOffset, note: 'nothing at or after that time: the end' } : plain(place.atTime as number)
    }
    case 'shift':
      if (place.committed === null) return { offset: place.startOffset, note: 'nothing was committed: the start' }
      return plain(place.committed + target.by)
    case 'offsets': {
      const given = target.offsets.find(it => it.topic === place.topic && it.partition === place.partition)
      return given === undefined ? undefined : plain(given.offset)
    }
  }
}

function clampNote(wished: number, to: number): string | null {
  if (wished < to) return `${wished} lies before the start: moved to it`
  return wished > to ? `${wished} lies behind the end: moved to it` : null
}
