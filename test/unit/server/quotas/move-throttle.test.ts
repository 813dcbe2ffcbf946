import { describe, expect, it } from 'vitest'
import { resourceType } from '../../../../broker-core/server/config-layers.ts'
import { MoveThrottle } from '../../../../broker-core/server/quotas/move-throttle.ts'
import { imageOf } from '../images.ts'

const name = 'replica.alter.log.dirs.io.max.bytes.per.second'

describe('the throttle of moves between directories (REPL-18, KIP-113)', () => {
  it('takes the dynamic value as it is now, a second of it at most, and makes up for what was too much', () => {
    let nowMs = 0
    let image = imageOf([])
    const throttle = new MoveThrottle({ nodeId: 1, given: new Map(), image: () => image }, () => nowMs)
    const limit = (value: string) => {
      image = imageOf([], { configs: new Map([[`${resourceType.broker}:1`, new Map([[name, value]])]]) })
    }
    expect(throttle.roomBytes(), 'no limit').toBeGreaterThan(1e15)
    limit('1000')
    expect(throttle.roomBytes()).toBe(1000)
    throttle.took(2500)
    expect(throttle.roomBytes()).toBeLessThanOrEqual(0)
    nowMs = 4000
    expect(throttle.roomBytes()).toBe(1000)
    limit('5')
    expect(throttle.roomBytes(), 'at once').toBeLessThanOrEqual(0)
  })
})
