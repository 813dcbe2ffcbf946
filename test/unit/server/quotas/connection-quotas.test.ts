import { describe, expect, it } from 'vitest'
import { quotaEntityKey } from '../../../../broker-core/controller/image-draft.ts'
import { ConnectionQuotas, ipOf } from '../../../../broker-core/server/quotas/connection-quotas.ts'
import { imageOf } from '../images.ts'

function quotasOf(rates: readonly (readonly [address: string | null, rate: number])[]) {
  const entries = rates.map(([entityName, rate]) => {
    const entity = [{ entityType: 'ip', entityName }]
    return [quotaEntityKey(entity), { entity, values: new Map([['connection_creation_rate', rate]]) }] as const
  })
  const clock = { nowMs: 0 }
  const quotas = new ConnectionQuotas(
    () => imageOf([], { quotas: new Map(entries) }),
    () => clock.nowMs,
  )
  const admitted = (address: string, count: number) =>
    Array.from({ length: count }, () => quotas.waitMs(address)).filter(waitMs => waitMs === 0).length
  return { admitted, clock, quotas }
}

describe('QUO-01: connections of an address', () => {
  it('as many as ten seconds allow, then one after the other; those turned away do not count', () => {
    const { admitted, clock } = quotasOf([['10.0.0.1', 2]])
    expect(admitted('10.0.0.1:1000', 100)).toBe(20)
    clock.nowMs = 11_000
    expect(admitted('10.0.0.1:1000', 100)).toBe(20)
  })

  it('the own rate wins over the default, under which each address has its own', () => {
    const { admitted } = quotasOf([
      ['10.0.0.1', 3],
      [null, 1],
    ])
    expect(['10.0.0.1:1', '10.0.0.2:1', '10.0.0.3:1'].map(address => admitted(address, 50))).toEqual([30, 10, 10])
  })

  it('nobody is limited without a quota', () => {
    expect(quotasOf([]).admitted('10.0.0.1:1', 50)).toBe(50)
    expect(quotasOf([['10.0.0.1', 1]]).admitted('10.0.0.2:1', 50)).toBe(50)
  })

  it.each([
    ['127.0.0.1:5000', '127.0.0.1'],
    ['::ffff:127.0.0.1:5000', '127.0.0.1'],
    ['::1:5000', '::1'],
  ])('%s is %s', (remoteAddress, address) => expect(ipOf(remoteAddress)).toBe(address))
})
