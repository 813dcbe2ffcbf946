import type { ReassignmentMove, ReassignmentPlan, ReassignmentView } from '../../../src-main/contract/views/reassignments.ts'
import type { PartitionView } from '../../../src-main/contract/views/topics.ts'

/** One partition in the editor: what is, what is wanted, and why that cannot be. */
export interface MoveLine {
  readonly partition: number
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** As typed or planned. */
  readonly text: string
  readonly error: string | undefined
  readonly isChanged: boolean
  /** Bytes to copy; null while sizes are unknown. */
  readonly bytes: number | null
}

/** `2, 3 1` as broker ids, the preferred leader first. */
export function parseReplicas(text: string, brokers: readonly number[]): { readonly ids: number[]; readonly error?: string } {
  const words = text.split(/[\s,]+/).filter(word => word !== '')
  const wrong = words.find(word => !/^\d{1,10}$/.test(word))
  if (wrong !== undefined) return { ids: [], error: `“${wrong}” is no broker id.` }
  const ids = words.map(Number)
  if (ids.length === 0) return { ids, error: 'At least one broker.' }
  const stranger = ids.find(id => !brokers.includes(id))
  if (stranger !== undefined) return { ids, error: `There is no broker ${stranger} that is up.` }
  const twice = ids.find((id, at) => ids.indexOf(id) !== at)
  return twice === undefined ? { ids } : { ids, error: `Broker ${twice} stands there twice.` }
}

/** Typed replicas win over the plan; what neither names stays. */
export function moveLines(
  partitions: readonly PartitionView[],
  plan: ReassignmentPlan | undefined,
  typed: ReadonlyMap<number, string>,
  brokers: readonly number[],
): MoveLine[] {
  const planned = new Map(plan?.moves.map(move => [move.partition, move]))
  return partitions.map(it => {
    const text = typed.get(it.partition) ?? (planned.get(it.partition)?.to ?? it.replicas).join(', ')
    const isTyped = typed.has(it.partition)
    const { ids, error } = isTyped ? parseReplicas(text, brokers) : { ids: idsOf(text), error: undefined }
    const isChanged = ids.join() !== it.replicas.join()
    return { partition: it.partition, from: it.replicas, to: ids, text, error, isChanged, bytes: bytesToCopy(it, ids) }
  })
}

const idsOf = (text: string): number[] => text.split(', ').map(Number)

function bytesToCopy(it: PartitionView, to: readonly number[]): number | null {
  const adding = to.filter(id => !it.replicas.includes(id)).length
  if (adding === 0) return 0
  return it.sizeBytes === null ? null : it.sizeBytes * adding
}

/** Sum over the changed ones; null when a size is unknown. */
export const bytesOf = (lines: readonly MoveLine[]): number | null =>
  lines.reduce<number | null>(
    (sum, { isChanged, bytes }) => (!isChanged ? sum : sum === null || bytes === null ? null : sum + bytes),
    0,
  )

export const movesOf = (topic: string, lines: readonly MoveLine[]) =>
  lines.filter(line => line.isChanged).map(({ partition, to }) => ({ topic, partition, replicas: [...to] }))

/** `1.5` MB/s as bytes; null for empty: no limit. Undefined: not understood. */
export function throttleBytes(text: string): number | null | undefined {
  if (text.trim() === '') return null
  const megabytes = Number(text.trim())
  const bytes = Math.round(megabytes * 1_000_000)
  return Number.isFinite(megabytes) && bytes >= 1_024 && Number.isSafeInteger(bytes) ? bytes : undefined
}

/** A partition that was asked to move, from here. */
export type Move = Pick<ReassignmentMove, 'partition' | 'from' | 'to'>

export interface MoveProgress {
  readonly partition: number
  /** Unknown for moves that somebody else began. */
  readonly from: readonly number[] | null
  readonly to: readonly number[]
  readonly phase: 'moving' | 'done' | 'not as planned' | 'reading back'
  readonly doneBytes: number | null
  readonly totalBytes: number | null
}

export interface MovesSeen {
  readonly moves: readonly Move[]
  readonly underWay: readonly ReassignmentView[]
  readonly partitions: readonly PartitionView[]
  /** Both answers are of after the moves began. */
  readonly isFresh: boolean
}

/** What was begun here, and whatever else of the topic is under way. */
export function moveProgress({ moves, underWay, partitions, isFresh }: MovesSeen): MoveProgress[] {
  const own = moves.map((move): MoveProgress => {
    const going = underWay.find(it => it.partition === move.partition)
    const now = partitions.find(it => it.partition === move.partition)?.replicas ?? []
    if (going !== undefined) return { ...move, phase: 'moving', doneBytes: going.doneBytes, totalBytes: going.totalBytes }
    const isDone = now.join() === move.to.join()
    const phase = isDone ? 'done' : isFresh ? 'not as planned' : 'reading back'
    return { ...move, phase, doneBytes: null, totalBytes: null }
  })
  const others = underWay
    .filter(it => !moves.some(move => move.partition === it.partition))
    .map((it): MoveProgress => {
      const to = it.replicas.filter(id => !it.removing.includes(id))
      return { partition: it.partition, from: null, to, phase: 'moving', doneBytes: it.doneBytes, totalBytes: it.totalBytes }
    })
  return [...own, ...others]
}

/** 0 to 1; null while sizes are unknown. A partition without a byte to copy is as good as copied. */
export function fractionOf({ phase, doneBytes, totalBytes }: MoveProgress): number | null {
  if (phase === 'not as planned') return 0
  if (phase !== 'moving') return 1
  if (doneBytes === null || totalBytes === null) return null
  return totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes)
}
