import type { GroupDetail, GroupMember, GroupPartition, LagSample } from '../../../src-main/contract/views/groups.ts'
import { formatCount, formatDuration, formatRate, plural } from '../../widgets/format.ts'
import type { Tone } from '../../widgets/marks.tsx'
import { placeText } from './lag-text.ts'

/** Why a group is behind, as far as offsets and assignments tell. */
export interface Why {
  readonly title: string
  /** The ground for it, or what is not known. */
  readonly note: string
  readonly tone: Tone | undefined
}

export interface WhyFacts {
  readonly detail: GroupDetail
  readonly sample: LagSample | null
  readonly commits: CommitTrack
}

/** A partition is called the cause when it has this share of the lag. */
const mostShare = 0.5
/** A partition stands for its member when it has this share of the member's lag. */
const ownShare = 0.9
/** Commits that stand still for less say nothing: most clients commit every 5 s. */
const stillMs = 15_000
/** Fewer records than are written in this time are on their way, not behind. */
const aliveSeconds = 5

export function whyBehind({ detail, sample, commits }: WhyFacts): Why {
  const { summary, partitions, members } = detail
  const lag = summary.totalLag
  if (partitions.every(it => it.committed === null))
    return { title: 'Nothing committed', note: 'what it has read is not known', tone: undefined }
  if (lag === null) return { title: 'Not known', note: 'no end offset could be asked', tone: undefined }
  if (lag <= Math.max(10, (sample?.appendedPerSecond ?? 0) * aliveSeconds))
    return { title: 'Keeps up', note: lag === 0 ? 'everything written is read' : 'the rest is on its way', tone: 'good' }
  if (/Rebalance|Assigning|Reconciling/.test(summary.state))
    return { title: 'Rebalancing', note: 'partitions change hands; reading waits for it', tone: 'warn' }
  if (members.length === 0) return withoutMembers(sample)
  const free = partitions.filter(it => it.memberId === null && (it.lag ?? 0) > 0)
  if (free.length > 0) return withoutReader(free)
  return stillReader(detail, commits) ?? unevenLag(detail) ?? allBehind(sample)
}

function withoutMembers(sample: LagSample | null): Why {
  const read = sample?.committedPerSecond ?? 0
  if (read > 0)
    return { title: 'Reads without members', note: `commits come, ${formatRate(read)}; by whom is not known`, tone: 'warn' }
  return { title: 'Nobody reads', note: 'the group has no members', tone: 'bad' }
}

const withoutReader = (free: readonly GroupPartition[]): Why => ({
  title:
    free.length === 1
      ? `Nobody reads ${placeText(free[0] as GroupPartition)}`
      : `Nobody reads ${formatCount(free.length)} partitions`,
  note: 'no member is assigned to what lags',
  tone: 'bad',
})

/** A member that has lag on a partition and has not moved it for long. */
function stillReader({ partitions, members, asOfMs }: GroupDetail, commits: CommitTrack): Why | undefined {
  const still = partitions.filter(it => (it.lag ?? 0) > 0 && stillFor(it, commits, asOfMs) >= stillMs)
  if (still.length === 0) return undefined
  const worst = mostBehind(still)
  const since = formatDuration(stillFor(worst, commits, asOfMs))
  const owners = new Set(still.map(it => it.memberId))
  if (owners.size > 1 && still.length === partitions.length)
    return { title: 'Nothing is committed', note: `on any partition for ${since}`, tone: 'bad' }
  return {
    title: `${memberName(members, worst.memberId)} stands still`,
    note: `no commit on ${placeText(worst)} for ${since}`,
    tone: 'bad',
  }
}

const stillFor = (at: GroupPartition, commits: CommitTrack, asOfMs: number): number =>
  asOfMs - (commits.get(placeText(at))?.sinceMs ?? asOfMs)

/** One partition, or one member on several, that holds most of the lag. */
function unevenLag(detail: GroupDetail): Why | undefined {
  const { partitions, members, summary } = detail
  const total = Math.max(1, summary.totalLag ?? 0)
  const worst = mostBehind(partitions)
  const share = (worst.lag ?? 0) / total
  const member = worstMember(detail)
  if (member !== undefined && isMost(member.lag / total, members.length) && (worst.lag ?? 0) < member.lag * ownShare)
    return {
      title: `${memberName(members, member.memberId)} is behind`,
      note: `${percent(member.lag / total)} of the lag, on ${plural(member.laggingCount, 'partition')}`,
      tone: 'bad',
    }
  if (!isMost(share, partitions.length)) return undefined
  const name = memberName(members, worst.memberId)
  return { title: `${placeText(worst)} is behind`, note: `${percent(share)} of the lag; read by ${name}`, tone: 'bad' }
}

/** Half of the lag and twice its even share. */
const isMost = (share: number, count: number): boolean => count > 1 && share >= Math.max(mostShare, Math.min(0.9, 2 / count))

function worstMember({ partitions }: GroupDetail) {
  const byMember = new Map<string, { memberId: string; lag: number; laggingCount: number }>()
  for (const { memberId, lag } of partitions) {
    if (memberId === null || lag === null || lag === 0) continue
    const known = byMember.get(memberId) ?? { memberId, lag: 0, laggingCount: 0 }
    byMember.set(memberId, { memberId, lag: known.lag + lag, laggingCount: known.laggingCount + 1 })
  }
  return [...byMember.values()].reduce<{ memberId: string; lag: number; laggingCount: number } | undefined>(
    (most, it) => (it.lag > (most?.lag ?? 0) ? it : most),
    undefined,
  )
}

function allBehind(sample: LagSample | null): Why {
  const [read, written] = [sample?.committedPerSecond ?? null, sample?.appendedPerSecond ?? null]
  if (read === null || written === null) return { title: 'All partitions behind', note: 'rates are not known yet', tone: 'warn' }
  if (read > written) return { title: 'Catching up', note: 'it reads faster than is written', tone: undefined }
  return { title: 'All partitions behind', note: 'written faster than read, on all of them', tone: 'warn' }
}

const percent = (share: number): string => `${Math.round(share * 100)} %`

const mostBehind = (partitions: readonly GroupPartition[]): GroupPartition =>
  partitions.reduce((most, it) => ((it.lag ?? -1) > (most.lag ?? -1) ? it : most))

/** Client id, or its static name; with the start of the member id when several share it. */
export function memberName(members: readonly GroupMember[], memberId: string | null): string {
  if (memberId === null) return 'no member'
  const member = members.find(it => it.memberId === memberId)
  if (member === undefined) return memberId
  const name = member.instanceId ?? member.clientId
  if (name === '') return memberId
  const isShared = members.some(it => it !== member && (it.instanceId ?? it.clientId) === name)
  return isShared ? `${name} (${shortId(member)})` : name
}

/** Member ids mostly begin with the client id. */
function shortId({ memberId, clientId }: GroupMember): string {
  const rest = memberId.startsWith(`${clientId}-`) ? memberId.slice(clientId.length + 1) : memberId
  return rest.slice(0, 8)
}

/** Since when each partition's committed offset is what it is, as far as was watched. */
export type CommitTrack = ReadonlyMap<string, { readonly committed: number | null; readonly sinceMs: number }>

export const trackCommits = (before: CommitTrack, detail: GroupDetail): CommitTrack =>
  new Map(
    detail.partitions.map(it => {
      const key = placeText(it)
      const known = before.get(key)
      return [key, known?.committed === it.committed ? known : { committed: it.committed, sinceMs: detail.asOfMs }]
    }),
  )
