import { describe, expect, it } from 'vitest'
import type { GroupDetail, GroupMember, GroupPartition, LagSample } from '../../../../src-main/contract/views/groups.ts'
import { memberName, trackCommits, whyBehind } from '../../../../src-renderer/features/groups/why.ts'
import type { CommitTrack } from '../../../../src-renderer/features/groups/why.ts'

const member = (memberId: string, clientId = memberId): GroupMember => ({
  memberId,
  clientId,
  instanceId: null,
  host: '127.0.0.1',
  rack: null,
  assigned: [],
})

function detailOf(
  lags: readonly (number | null)[],
  owners: readonly (string | null)[],
  members: readonly GroupMember[],
): GroupDetail {
  const partitions = lags.map(
    (lag, partition): GroupPartition => ({
      topic: 't',
      partition,
      committed: lag === null ? null : 100,
      startOffset: 0,
      endOffset: 100 + (lag ?? 0),
      lag,
      lagMs: null,
      memberId: owners[partition] ?? null,
      metadata: null,
    }),
  )
  const known = lags.filter(lag => lag !== null)
  const summary = {
    group: 'g',
    state: members.length === 0 ? 'Empty' : 'Stable',
    type: 'classic',
    protocolType: 'consumer',
    memberCount: members.length,
    coordinatorId: 1,
    topics: ['t'],
    totalLag: known.length === 0 ? null : known.reduce((sum, lag) => sum + lag, 0),
    worstLag: null,
    lagGrowthPerSecond: null,
    lagMs: null,
    secondsToCatchUp: null,
  }
  return { summary, asOfMs: 100_000, assignor: null, epoch: null, members, partitions, missing: [] }
}

const rates = (committedPerSecond: number, appendedPerSecond: number): LagSample => ({
  atMs: 0,
  totalLag: 0,
  lagMs: null,
  committedPerSecond,
  appendedPerSecond,
  lags: [],
})
const why = (detail: GroupDetail, sample: LagSample | null = null, commits: CommitTrack = new Map()) =>
  whyBehind({ detail, sample, commits })

describe('whyBehind', () => {
  const [a, b, c] = [member('a'), member('b'), member('c')]

  it('names the member when several of its partitions lag, the partition when it is one', () => {
    const both = detailOf([4, 2_371, 6, 0, 2_564, 1], ['a', 'b', 'c', 'a', 'b', 'c'], [a, b, c])
    expect(why(both)).toMatchObject({ title: 'b is behind', note: '100 % of the lag, on 2 partitions' })
    const one = detailOf([4, 3_310, 61, 0], ['a', 'b', 'b', 'a'], [a, b])
    expect(why(one)).toMatchObject({ title: 't-1 is behind', note: '98 % of the lag; read by b' })
  })

  it('says that nobody reads: no members, or none on what lags', () => {
    expect(why(detailOf([500], [null], []))).toMatchObject({ title: 'Nobody reads', tone: 'bad' })
    expect(why(detailOf([500], [null], []), rates(7, 20)).title).toBe('Reads without members')
    expect(why(detailOf([500, 3], [null, 'a'], [a])).title).toBe('Nobody reads t-0')
  })

  it('says that a member stands still, and never of commits it has not watched for long', () => {
    const detail = detailOf([900, 300], ['a', 'b'], [a, b])
    const still = new Map([
      ['t-0', { committed: 100, sinceMs: 60_000 }],
      ['t-1', { committed: 100, sinceMs: 99_000 }],
    ])
    expect(why(detail, null, still)).toMatchObject({ title: 'a stands still', note: 'no commit on t-0 for 40 s' })
    expect(why(detail, null, trackCommits(new Map(), detail)).title).not.toContain('still')
  })

  it('says that all are behind when all are', () => {
    const even = detailOf([500, 480, 510], ['a', 'b', 'c'], [a, b, c])
    expect(why(even, rates(10, 20)).title).toBe('All partitions behind')
    expect(why(even, rates(20, 10)).title).toBe('Catching up')
  })

  it('does not make a problem of what is on its way, and admits what it does not know', () => {
    expect(why(detailOf([40, 3], ['a', 'b'], [a, b]), rates(20, 20))).toMatchObject({ title: 'Keeps up', tone: 'good' })
    expect(why(detailOf([null], ['a'], [a])).title).toBe('Nothing committed')
  })
})

it('trackCommits remembers since when an offset stands', () => {
  const detail = detailOf([5], ['a'], [member('a')])
  const first = trackCommits(new Map(), detail)
  const later = trackCommits(first, { ...detail, asOfMs: 130_000 })
  expect(later.get('t-0')).toEqual({ committed: 100, sinceMs: 100_000 })
})

it('memberName tells apart members of the same client id', () => {
  const twins = [member('c-11111111-x', 'c'), member('c-22222222-x', 'c')]
  expect(memberName(twins, 'c-22222222-x')).toBe('c (22222222)')
  expect(memberName([member('c-1', 'c')], 'c-1')).toBe('c')
  expect(memberName([], 'gone')).toBe('gone')
})
