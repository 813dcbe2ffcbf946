import { describe, expect, it } from 'vitest'
import { noMetadata } from '../../../../broker-core/client/metadata/cluster-metadata.ts'
import { KafkaClientError } from '../../../../broker-core/client/client-error.ts'
import { startSampler } from '../../../../src-main/workbench/sampling/cluster-sampler.ts'
import type { Probe, SampledGroup } from '../../../../src-main/workbench/sampling/probe.ts'

const partition = {
  partition: 0,
  leaderId: 1,
  leaderEpoch: 0,
  replicas: [1],
  isr: [1],
  offlineReplicas: [],
  error: 'NONE',
} as const
const cluster = {
  ...noMetadata,
  brokers: new Map([[1, { nodeId: 1, host: 'h', port: 1, rack: null }]]),
  topics: new Map([
    ['orders', { name: 'orders', topicId: 't', isInternal: false, error: 'NONE' as const, partitions: [partition] }],
  ]),
}

const groupOf = (group: string, coordinatorId: number): SampledGroup => ({
  group,
  state: 'Empty',
  type: 'classic',
  protocolType: '',
  coordinatorId,
  committed: [{ topic: 'orders', partition: 0, offset: 40, metadata: null }],
  error: null,
})

function probe(changes: Partial<Probe> = {}): Probe {
  return {
    metadata: () => Promise.resolve(cluster),
    ends: () => Promise.resolve(new Map([['orders/0', 42]])),
    controllerId: () => Promise.resolve(3),
    groups: () => Promise.resolve({ groups: [groupOf('g', 1)], silent: new Map() }),
    look: () => Promise.resolve(undefined),
    ...changes,
  }
}

describe('the sampler', () => {
  it('knows ends, groups and their lag after one round', async () => {
    const sampler = startSampler({ probe: probe(), nowMs: () => 5_000 })
    await sampler.soon(2_000)
    expect(sampler.now.value).toMatchObject({ asOfMs: 5_000, failure: null, controllerId: 3 })
    expect(sampler.end('orders', 0)).toBe(42)
    expect(sampler.group('g')?.now.totalLag).toBe(2)
    const abort = new AbortController()
    const items = sampler.lag('g', abort.signal)
    expect((await items.next()).value).toMatchObject({
      kind: 'history',
      history: { partitions: [{ topic: 'orders', partition: 0 }] },
    })
    abort.abort()
    sampler.stop()
  })

  it('keeps the last answer and says why there is no newer one', async () => {
    let isGone = false
    const gone = () => Promise.reject(new KafkaClientError('CONNECTION_FAILED'))
    const sampler = startSampler({
      probe: probe({ metadata: () => (isGone ? gone() : Promise.resolve(cluster)) }),
      nowMs: () => 1,
    })
    await sampler.soon(2_000)
    isGone = true
    await sampler.soon(3_000)
    expect(sampler.now.value.failure).toMatchObject({ code: 'UNREACHABLE' })
    expect(sampler.now.value.cluster.topics.has('orders')).toBe(true)
    sampler.stop()
  })

  it('goes on without groups where they cannot be asked', async () => {
    const sampler = startSampler({
      probe: probe({ groups: () => Promise.reject(new KafkaClientError('UNSUPPORTED_VERSION')) }),
      nowMs: () => 1,
    })
    await sampler.soon(2_000)
    expect(sampler.now.value.failure).toBeNull()
    expect(sampler.now.value.groupsFailure).toMatchObject({ kafkaError: 'UNSUPPORTED_VERSION' })
    expect(sampler.end('orders', 0)).toBe(42)
    sampler.stop()
  })

  it('keeps the groups of a broker that does not answer, with their lag, and says so', async () => {
    let round = 0
    const answers = [
      { groups: [groupOf('a', 1), groupOf('b', 2), groupOf('gone', 1)], silent: new Map<number, string>() },
      { groups: [groupOf('a', 1)], silent: new Map([[2, 'TIMED_OUT']]) },
    ]
    const groups: Probe['groups'] = () => Promise.resolve(answers[Math.min(round++, 1)] ?? { groups: [], silent: new Map() })
    const sampler = startSampler({ probe: probe({ groups }), nowMs: () => round })
    await sampler.soon(2_000)
    sampler.hurry()
    await sampler.soon(3_000)
    expect(sampler.now.value.groups.map(it => it.group)).toEqual(['a', 'b'])
    expect(sampler.now.value.groupsFailure?.message).toContain('broker 2 (TIMED_OUT)')
    expect(['a', 'b', 'gone'].map(it => sampler.group(it)?.now.totalLag)).toEqual([2, 2, undefined])
    expect(sampler.group('b')?.history.samples).toHaveLength(1)
    sampler.stop()
  })
})
