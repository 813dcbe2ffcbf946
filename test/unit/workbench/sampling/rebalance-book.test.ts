import { describe, expect, it } from 'vitest'
import type { LookedGroup, LookedMember, SampledGroup } from '../../../../src-main/workbench/sampling/probe.ts'
import { rebalanceBook } from '../../../../src-main/workbench/sampling/rebalance-book.ts'

const listed = (group: string, state = 'Stable'): SampledGroup => ({
  group,
  state,
  type: 'classic',
  protocolType: 'consumer',
  coordinatorId: 1,
  committed: [],
  error: null,
})
const member = (name: string, partitions: readonly number[], id = `${name}-id`): LookedMember => ({
  memberId: id,
  clientId: name,
  host: '127.0.0.1',
  assignment: partitions.map(partition => ({ topic: 'orders', partition })),
})
const look = (members: readonly LookedMember[], state = 'Stable', epoch: number | null = null): LookedGroup => ({
  state,
  epoch,
  members,
})

function bookOf(group: string) {
  const book = rebalanceBook()
  book.due([listed(group)])
  return book
}

describe('rebalances', () => {
  it('of a group that came after the first round begin with its first member', () => {
    const book = bookOf('other')
    book.due([listed('g')])
    book.add(5, 'g', look([member('a', [0])]))
    expect(book.events.items.map(it => it.reason)).toEqual(['a joined (0 → 1 members)'])
  })

  it('tell who joined and left, and what moved from whom to whom; the first look tells nothing', () => {
    const book = bookOf('g')
    book.add(1_000, 'g', look([member('a', [0, 1, 2])]))
    expect(book.events.items).toEqual([])
    book.add(2_000, 'g', look([], 'PreparingRebalance'))
    book.add(3_500, 'g', look([member('a', [0]), member('b', [1, 2])]))
    book.add(4_500, 'g', look([member('a', [0]), member('b', [1, 2])]))
    book.add(5_500, 'g', look([member('b', [0, 1, 2])]))
    expect(book.events.items).toMatchObject([
      { atMs: 3_500, reason: 'b joined (1 → 2 members)', unsettledMs: 1_500, movedTotal: 2, membersBefore: 1, membersAfter: 2 },
      {
        atMs: 5_500,
        reason: 'a left (2 → 1 members)',
        unsettledMs: null,
        movedTotal: 1,
        moved: [{ partition: 0, from: { clientId: 'a' }, to: { clientId: 'b' } }],
      },
    ])
  })

  it('tell a client that came anew, moves without one, and an epoch alone', () => {
    const book = bookOf('g')
    book.add(1, 'g', look([member('a', [0, 1])], 'Stable', 4))
    book.add(2, 'g', look([member('a', [0, 1], 'other id')], 'Stable', 6))
    book.add(3, 'g', look([member('a', [0], 'other id')], 'Stable', 7))
    book.add(4, 'g', look([member('a', [0], 'other id')], 'Stable', 8))
    expect(book.events.items.map(it => it.reason)).toEqual([
      'a joined anew',
      '1 partitions have another owner, the members are the same',
      'group epoch 7 → 8, nothing moved',
    ])
  })

  it('look into at most 32 groups a round: those that move first, the others in turns; empty ones only once', () => {
    const book = rebalanceBook()
    const groups = [...Array.from({ length: 60 }, (_, at) => listed(`g${at}`)), listed('empty', 'Empty')]
    const lookRound = (all: readonly SampledGroup[]) => {
      const due = book.due(all)
      for (const it of due) book.add(1, it.group, look([], it.state))
      return due.map(it => it.group)
    }
    const seen = [...lookRound(groups), ...lookRound(groups)]
    expect(new Set(seen).size).toBe(61)
    expect(lookRound(groups)).not.toContain('empty')
    expect(lookRound([...groups.slice(0, 59), listed('g59', 'PreparingRebalance')])[0]).toBe('g59')
  })
})
