import { describe, expect, it } from 'vitest'
import { emptyImage, evolveImage } from '../../../broker-core/controller/image-draft.ts'
import { encodeRequest } from '../../../broker-core/protocol/frames.ts'
import { apiVersions } from '../../../broker-core/protocol/messages/18-api-versions.ts'
import { ConnectionLimits, parseOverrides } from '../../../broker-core/server/quotas/connection-limits.ts'

const registration = {
  type: 'RegisterBrokerRecord',
  ...{ brokerId: 2, isMigratingZkBroker: false, incarnationId: 'AAAAAAAAAAAAAAAAAAAAAQ', brokerEpoch: 1, rack: null },
  ...{ fenced: false, inControlledShutdown: false, logDirs: [], cordonedLogDirs: null, features: [] },
  endPoints: [{ name: 'PLAINTEXT', host: '10.0.0.2', port: 1, securityProtocol: 0 }],
} as const
const dynamic = (name: string, value: string, resourceName = '1') =>
  ({ type: 'ConfigRecord', resourceType: 4, resourceName, name, value }) as const

function limitsOf(given: Readonly<Record<string, string>>, waitMs = 0) {
  let image = evolveImage(emptyImage('c'), [registration], { offset: 1, epoch: 1 })
  let nowMs = 0
  const layers = { nodeId: 1, given: new Map(Object.entries(given)), image: () => image }
  const limits = new ConnectionLimits({ layers, nowMs: () => nowMs, listener: 'PLAINTEXT', quotas: { waitMs: () => waitMs } })
  return {
    limits,
    set: (name: string, value: string) => (image = evolveImage(image, [dynamic(name, value)], { offset: 2, epoch: 1 })),
    pass: (ms: number) => (nowMs += ms),
    kinds: (count: number, address = '10.0.0.1') =>
      Array.from({ length: count }, () => {
        const { kind } = limits.verdict(`${address}:99`)
        if (kind === 'welcome') limits.opened(`${address}:99`)
        return kind
      }),
  }
}

describe('QUO-08: how many connections there may be', () => {
  it('max.connections of the broker and of the listener, whichever is less, changed while it runs', () => {
    const { kinds, limits, set } = limitsOf({ 'max.connections': '3', 'listener.name.plaintext.max.connections': '2' })
    expect(kinds(3)).toEqual(['welcome', 'welcome', 'refused'])
    limits.closed('10.0.0.1:99')
    expect(kinds(2)).toEqual(['welcome', 'refused'])
    set('listener.name.plaintext.max.connections', '9')
    expect(kinds(2)).toEqual(['welcome', 'refused'])
  })

  it('max.connections.per.ip, and its overrides', () => {
    const { kinds } = limitsOf({ 'max.connections.per.ip': '1', 'max.connections.per.ip.overrides': '10.0.0.9:2,::1:0' })
    expect([kinds(2), kinds(2, '10.0.0.8'), kinds(3, '10.0.0.9'), kinds(1, '::1')]).toEqual([
      ['welcome', 'refused'],
      ['welcome', 'refused'],
      ['welcome', 'welcome', 'refused'],
      ['refused'],
    ])
    expect([...parseOverrides(' a:1, ::1:2,,b:x')]).toEqual([
      ['a', 1],
      ['::1', 2],
    ])
  })

  it('max.connection.creation.rate lets them wait', () => {
    const { kinds, pass } = limitsOf({ 'listener.name.plaintext.max.connection.creation.rate': '1' })
    const first = kinds(15)
    expect(first.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 'welcome'))
    expect(first.slice(11)).toEqual(Array.from({ length: 4 }, () => 'delayed'))
    pass(60_000)
    expect(kinds(1)).toEqual(['welcome'])
  })

  it('the quota of an address turns away', () => expect(limitsOf({}, 5).kinds(1)).toEqual(['turned-away']))

  it('without limits all are welcome', () => expect(new Set(limitsOf({}).kinds(1000))).toEqual(new Set(['welcome'])))
})

describe('QUO-05: brokers of the cluster are never kept out', () => {
  const frameOf = (clientId: string) => {
    const body = { ...apiVersions.request.zero, clientSoftwareName: 'x', clientSoftwareVersion: '1' }
    const chunks = encodeRequest(apiVersions, 4, { correlationId: 1, clientId }, body)
    return Uint8Array.from(chunks.flatMap(chunk => [...chunk])).subarray(4)
  }
  it.each([
    ['broker-2-fetcher-0', '10.0.0.2:5', 2],
    ['raft-client-2', '10.0.0.2:5', 2],
    ['broker-2-fetcher-0', '10.0.0.1:5', undefined],
    ['broker-3-fetcher-0', '10.0.0.2:5', undefined],
    ['my-broker-2-app', '10.0.0.2:5', undefined],
  ])('%s from %s: %s', (clientId, address, expected) => {
    expect(limitsOf({}).limits.letPast(frameOf(clientId), address)).toBe(expected)
  })

  it('what is no request is no broker', () => expect(limitsOf({}).limits.letPast(Uint8Array.of(1), '10.0.0.2:5')).toBeUndefined())

  it('who takes the name of one does not get in without end', () => {
    const { limits } = limitsOf({})
    const ask = () => limits.letPast(frameOf('broker-2-fetcher-0'), '10.0.0.2:5')
    const answers = Array.from({ length: 40 }, ask)
    expect(answers.filter(id => id === 2)).toHaveLength(32)
    limits.wentPast(2)
    expect([ask(), ask()]).toEqual([2, undefined])
  })
})
