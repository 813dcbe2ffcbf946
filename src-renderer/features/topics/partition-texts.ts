import type { PartitionView } from '../../../src-main/contract/views/topics.ts'
import { formatCount, formatCountShort } from '../../widgets/format.ts'

/** Replicas that are not in sync, with what is wrong with them. */
export function laggards(row: PartitionView): { readonly brokerId: number; readonly word: Laggard }[] {
  const wordOf = (id: number) => (row.offline.includes(id) ? 'offline' : row.adding.includes(id) ? 'being added' : 'out of sync')
  return row.replicas.filter(id => !row.inSync.includes(id)).map(brokerId => ({ brokerId, word: wordOf(brokerId) }))
}

const words = ['offline', 'out of sync', 'being added'] as const
type Laggard = (typeof words)[number]

/** Something is wrong with a replica; one that is only on its way is none of these. */
export const isUnwell = (row: PartitionView): boolean => laggards(row).some(({ word }) => word !== 'being added')

/** `3, 2 · 1 offline`: all of it, for who copies or points at it. */
export const inSyncList = (row: PartitionView): string =>
  [row.inSync.join(', '), ...laggards(row).map(({ brokerId, word }) => `${brokerId} ${word}`)].join(' · ')

/** `1 is offline, 4, 5 are out of sync`: ids, so no `3 offline`, which reads as a count. Empty: nothing is missing. */
export function missingText(row: PartitionView): string {
  const missing = laggards(row)
  return words
    .map(word => ({ word, ids: missing.filter(it => it.word === word).map(it => it.brokerId) }))
    .filter(({ ids }) => ids.length > 0)
    .map(({ word, ids }) => `${ids.join(', ')} ${ids.length === 1 ? 'is' : 'are'} ${word}`)
    .join(', ')
}

/** `3`, or `3, not 1` where another replica leads than should. */
export function leaderText({ leader, replicas, leaderIsPreferred }: PartitionView): string {
  if (leader < 0) return 'none'
  return leaderIsPreferred || replicas[0] === undefined ? String(leader) : `${leader}, not ${replicas[0]}`
}

/** `2: 0  3: 1,204`. */
export const followersList = ({ followers }: PartitionView): string =>
  followers.map(({ brokerId, lagRecords }) => `${brokerId}: ${formatCount(lagRecords)}`).join('  ')

/** Those alone that have something to copy, or do not tell: `0` is the good news. */
export function behindText({ followers }: PartitionView): string {
  if (followers.length === 0) return 'no follower'
  const behind = followers.filter(({ lagRecords }) => lagRecords !== 0)
  if (behind.length === 0) return '0'
  return behind.map(({ brokerId, lagRecords }) => `${brokerId}: ${formatCountShort(lagRecords)}`).join('  ')
}

export const recordsOf = ({ startOffset, endOffset }: PartitionView): number | null =>
  startOffset === null || endOffset === null ? null : endOffset - startOffset

/** An open transaction keeps readers of committed records from the end. */
export const isHeldBack = ({ endOffset, lastStableOffset }: PartitionView): boolean =>
  endOffset !== null && lastStableOffset !== null && lastStableOffset < endOffset

/** The usual case is said, not repeated digit by digit. */
export function stableText(row: PartitionView): string {
  const { endOffset, lastStableOffset } = row
  return lastStableOffset !== null && lastStableOffset === endOffset ? '= End' : formatCount(lastStableOffset)
}
