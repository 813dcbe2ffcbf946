import { describe, expect, it } from 'vitest'
import { preferredReplica, type ReadableReplica } from '../../../broker-core/server/fetch/preferred-replica.ts'

const leader = { rack: 'a' }
const follower = (brokerId: number, more: Partial<ReadableReplica> = {}): ReadableReplica => ({
  brokerId,
  rack: 'b',
  isInSync: true,
  logStartOffset: 0,
  logEndOffset: 100,
  ...more,
})
const client = (rack: string, fetchOffset = 50) => ({ rack, fetchOffset })

describe('the replica that a consumer had better read', () => {
  it("FF-02: the most caught up in sync replica of the client's rack", () => {
    expect(preferredReplica(client('b'), leader, [follower(2), follower(3, { logEndOffset: 120 })])).toBe(3)
    expect(preferredReplica(client('b'), leader, [follower(2), follower(3, { rack: 'c', logEndOffset: 120 })])).toBe(2)
  })

  it('FF-02: the leader itself when it is in that rack, and when nobody else is', () => {
    expect(preferredReplica(client('a'), leader, [follower(2, { rack: 'a' })])).toBeUndefined()
    expect(preferredReplica(client('z'), leader, [follower(2)])).toBeUndefined()
    expect(preferredReplica(client(''), leader, [follower(2, { rack: null })])).toBeUndefined()
  })

  it('FF-02: not one out of sync, and not one that does not hold the offset', () => {
    expect(preferredReplica(client('b'), leader, [follower(2, { isInSync: false })])).toBeUndefined()
    expect(preferredReplica(client('b', 101), leader, [follower(2)])).toBeUndefined()
    expect(preferredReplica(client('b', 100), leader, [follower(2)])).toBe(2)
    expect(preferredReplica(client('b', 4), leader, [follower(2, { logStartOffset: 5 })])).toBeUndefined()
  })
})
